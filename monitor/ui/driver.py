"""TerminalDriver: the terminal while the monitor runs. Keys in, frames out, its size, its hang-up.

Everything happens on the event loop and nothing waits: terminal and monitor share no thread and no lock. While a
terminal does not read, no frames are made; when it reads again it gets one that shows everything.
"""

from __future__ import annotations

import os
import signal
import sys
from asyncio import TimerHandle
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from textual.driver import Driver
from textual.events import MouseEvent, Resize
from textual.geometry import Size
from textual.message import Message

from monitor.ui.ending_signals import EndingSignals
from monitor.ui.job_control import JobControl
from monitor.ui.terminal_input import TerminalInput
from monitor.ui.terminal_modes import TerminalModes, reopen
from monitor.ui.terminal_output import TerminalOutput

if TYPE_CHECKING:
    from textual.app import App

BACKLOG_BYTES = 65_536
"""With more than this of earlier frames still unread, a terminal is behind."""
_STDIN, _STDOUT = 0, 1
_PIECE_BYTES = 4096
_UNKNOWN_SIZE = (80, 24)
"""Columns and lines where the terminal says none, as serial lines do."""


class TerminalDriver(Driver):
    """Drives the terminal of standard input and output."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        """Open the terminal; nothing is changed yet. Textual gives the arguments."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._input = reopen(_STDIN)
        self._output = TerminalOutput(reopen(_STDOUT), self._loop, self._release_frames)
        self._modes = TerminalModes(self._input, self._output, has_mouse=mouse)
        self._ending_signals = EndingSignals(self._end_soon, self._modes.give_back)
        self._job_control = JobControl(self._loop, self.stop_application_mode, self.resume_application_mode)
        self._decoder = TerminalInput()
        self._silence: TimerHandle | None = None
        self._encoding = sys.__stdout__.encoding if sys.__stdout__ else "utf-8"
        self._frame = bytearray()
        self._is_behind = False
        self._held_frames = ExitStack()
        self._size = size or self._terminal_size()

    @property
    def can_suspend(self) -> bool:
        """Whether Ctrl+Z can hand the terminal back for a while."""
        return True

    def start_application_mode(self) -> None:
        """Catch the signals, then take the terminal."""
        self._ending_signals.catch()
        self._job_control.catch()
        self._loop.add_signal_handler(signal.SIGWINCH, self._take_size)
        self._modes.take()
        self._listen()
        self._take_size()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was; it may be taken again."""
        self.disable_input()
        self._frame.clear()
        self._modes.give_back()

    def suspend_application_mode(self) -> None:
        """Give the terminal back while another program uses it."""
        self.stop_application_mode()

    def resume_application_mode(self) -> None:
        """Take the terminal again; another program may have used it, with or without our knowledge."""
        self.stop_application_mode()
        self.start_application_mode()
        self.send_message(self.SignalResume())
        self._release_frames()
        self._app.refresh()

    def set_mouse(self, *, is_wanted: bool) -> None:
        """Take the mouse, or leave it to the terminal."""
        self._modes.set_mouse(is_wanted=is_wanted)

    def close(self) -> None:
        """Let go of terminal and signals, for good."""
        self.stop_application_mode()
        self._ending_signals.forget()
        self._job_control.forget()
        self._loop.remove_signal_handler(signal.SIGWINCH)
        os.close(self._input)
        os.close(self._output.descriptor)

    # Its size.

    def _terminal_size(self) -> tuple[int, int]:
        with suppress(OSError):
            columns, lines = os.get_terminal_size(self._output.descriptor)
            return columns or _UNKNOWN_SIZE[0], lines or _UNKNOWN_SIZE[1]
        return _UNKNOWN_SIZE

    def _take_size(self) -> None:
        self._size = self._terminal_size()
        size = Size(*self._size)
        self.process_message(Resize(size, size))

    # What comes in.

    def _listen(self) -> None:
        if not self._modes.is_taken:
            return
        self._loop.add_reader(self._input, self._read)
        if self._decoder.patience_s is not None:
            self._silence = self._loop.call_later(self._decoder.patience_s, self._end_silence)

    def disable_input(self) -> None:
        """Read no more, for now or for good."""
        self._loop.remove_reader(self._input)
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def _read(self) -> None:
        try:
            data = os.read(self._input, _PIECE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.disable_input()
        if not data:
            self._end_by(signal.SIGHUP)
            return
        self._deliver(self._decoder.feed(data))
        # The app comes to this after what it was just given, so keys never pile up here.
        self._app.call_later(self._listen)

    def _end_silence(self) -> None:
        self._deliver(self._decoder.time_out())

    def _deliver(self, messages: list[Message]) -> None:
        window = Size(*(self._size or _UNKNOWN_SIZE)).region
        for message in messages:
            if not isinstance(message, MouseEvent) or window.contains(message.x, message.y):
                self.process_message(message)

    def send_message(self, message: Message) -> None:
        """Hand a message to the app; all of them come from the event loop's own thread."""
        self._app.post_message(message)

    # What goes out.

    def write(self, data: str) -> None:
        """Send text to the terminal, if it is ours and reads; the pieces of a frame together, when it ends."""
        if not self._modes.is_taken or self._is_behind:
            return
        if not self._frame:
            # What belongs to no frame is never flushed.
            self._loop.call_soon(self._send_frame)
        self._frame += data.encode(self._encoding, "replace")

    def flush(self) -> None:
        """End a frame; while the terminal is behind, no other is made."""
        earlier = self._output.backlog
        self._send_frame()
        if earlier > BACKLOG_BYTES and not self._is_behind:
            self._is_behind = True
            self._held_frames.enter_context(self._app.batch_update())

    def _send_frame(self) -> None:
        # Every piece wakes the terminal, which then takes the processor from whoever makes the next one.
        frame, self._frame = self._frame, bytearray()
        if frame and self._modes.is_taken:
            self._output.write(bytes(frame))

    def _release_frames(self) -> None:
        """Make frames again, the first one of the whole screen."""
        if self._is_behind:
            self._is_behind = False
            self._held_frames.close()
            self._app.refresh()

    def open_url(self, url: str, new_tab: bool = True) -> None:  # noqa: FBT001, FBT002 - Textual's signature
        """Open nothing: no browser is started with the rights of a monitor."""

    # The end.

    def _end_soon(self, number: int) -> None:
        # Where the loop has been closed, the end is already under way.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._end_by, number)

    def _end_by(self, number: int) -> None:
        self._app.exit(return_code=128 + number)
