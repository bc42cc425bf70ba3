"""How the monitor runs and ends: in order, with the terminal restored, and with an exit code that says what happened.

0  the user left
1  an error of the program's own: one sentence on standard error
128 + n  signal n, or for a terminal that is gone 129 (SIGHUP)
"""

from __future__ import annotations

import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.worker import WorkerFailed

from monitor.presentation.safe_text import safe_text
from monitor.ui.driver import TerminalDriver

EXIT_FAILED = 1


class OrderlyApp(App[None]):
    """An App on our own driver whose errors never print the values of variables."""

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        """Make the app; ansi_color as in Textual: True for the terminal's own sixteen colours."""
        super().__init__(driver_class=TerminalDriver, ansi_color=ansi_color)
        self.is_leaving = False
        """Whether the end has begun."""

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Begin the end; the first reason is what the exit code tells."""
        if not self.is_leaving:
            self.is_leaving = True
            super().exit(result, return_code, message)

    async def on_event(self, event: events.Event) -> None:
        """Take nothing more from keys and mouse once the end has begun: what they open would never mount."""
        if not (self.is_leaving and isinstance(event, events.InputEvent)):
            await super().on_event(event)

    @property
    def failure(self) -> Exception | None:
        """The error of the program's own that ended it."""
        error = self._exception
        return error.error if isinstance(error, WorkerFailed) and isinstance(error.error, Exception) else error

    def _handle_exception(self, error: Exception) -> None:
        # At the end the palette still gathers commands for a list that is gone.
        if not (self.is_leaving and isinstance(error, WorkerFailed)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual's own draws a traceback with all local variables here.
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:
        """End; what went wrong is said by run_app."""
        self._close_messages_no_wait()

    def _set_pointer_shape(self, shape: str) -> None:
        # A pointer that was over the field when the monitor ended would keep its shape in the shell.
        pass

    def fail_in_thread(self, args: threading.ExceptHookArgs) -> None:
        """End by the error of a thread: a picture that silently stands still is worse."""
        if isinstance(args.exc_value, Exception) and self._loop is not None:
            # Where the loop has been closed, the end is already under way.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._handle_exception, args.exc_value)


def run_app(app: OrderlyApp, *, has_mouse: bool = True, is_debugging: bool = False) -> int:
    """Run an app until it ends; gives the exit code of the program."""
    failure: Exception | None = None
    # It stays after the end: what a thread that is left behind stumbles over then is no news to anybody.
    threading.excepthook = app.fail_in_thread
    try:
        app.run(mouse=has_mouse)
    except Exception as error:  # noqa: BLE001 - the terminal has been restored, and the user is told
        failure = error
    failure = app.failure or failure
    if failure is None:
        return app.return_code or 0
    lines = _traceback_lines(failure) if is_debugging else [f"fourtuple: {_describe(failure)}"]
    sys.stderr.write("".join(f"{safe_text(line)}\n" for line in lines))
    return EXIT_FAILED


def _traceback_lines(error: Exception) -> list[str]:
    return "".join(traceback.format_exception(error)).splitlines()


def _describe(error: Exception) -> str:
    """Say in one sentence what went wrong in the program itself, and where."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"the monitor ended by an error of its own, {words}{place}; --debug shows more"
