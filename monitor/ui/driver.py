"""TerminalDriver: the terminal while the monitor runs. Its modes, its size, keys in, frames out, signals and hang-up.

Everything happens on the event loop and nothing waits: terminal and monitor share no thread and no lock. While a
terminal does not read, no frames are made; when it reads again it gets one that shows everything.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
from asyncio import TimerHandle
from contextlib import ExitStack, suppress
from types import FrameType
from typing import TYPE_CHECKING, Any

from textual.driver import Driver
from textual.events import MouseEvent, Resize
from textual.geometry import Size
from textual.message import Message

from monitor.ui.terminal_input import TerminalInput
from monitor.ui.terminal_output import TerminalOutput

if TYPE_CHECKING:
    from textual.app import App

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
END_WITHIN_S = 5
"""Whole seconds from the first signal to the end of the process, be the end in order or not."""
BACKLOG_BYTES = 65_536
"""With more than this of earlier frames still unread, a terminal is behind."""

_ENTER = b"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[>1u\x1b[?2026$p"
"""Alternate screen, no cursor, no wrapping, bracketed paste, kitty's unambiguous keys; and: synchronized output?"""
_ENTER_MOUSE = b"\x1b[?1000h\x1b[?1003h\x1b[?1006h"
_LEAVE = b"\x1b[?2026l\x1b[?2004l\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[<u\x1b[?7h\x1b[?1049l\x1b[?25h"
"""All of it back, mouse or not. Kitty keeps a stack of key modes per screen, so that goes before the screen does."""
_STDIN, _STDOUT = 0, 1
_PIECE_BYTES = 4096
_FALLBACK_SIZE = (80, 24)
# Since Linux 6.9; header linux/pidfd.h. Python passes the number on.
_PIDFD_SIGNAL_PROCESS_GROUP = 1 << 2


class TerminalDriver(Driver):
    """Drives the terminal of standard input and output."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        """Open the terminal; nothing is changed yet. Textual gives the arguments."""
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._input = _reopen(_STDIN)
        self._output_fd = _reopen(_STDOUT)
        self._output = TerminalOutput(self._output_fd, self._loop, self._release)
        self._decoder = TerminalInput()
        self._encoding = getattr(sys.__stdout__, "encoding", None) or "utf-8"
        self._silence: TimerHandle | None = None
        self._cooked: list[Any] | None = None
        """The terminal's attributes as we found them; None while it is not ours."""
        self._held = ExitStack()
        self._is_behind = False
        self._frame_bytes = 0
        self._handlers_before: dict[int, Any] = {}
        self._ended_by: int | None = None
        self._size = size or self._terminal_size()

    @property
    def can_suspend(self) -> bool:
        """Whether Ctrl+Z can hand the terminal back for a while."""
        return True

    # The terminal's modes.

    def start_application_mode(self) -> None:
        """Catch the signals, then take the terminal."""
        if not self._handlers_before:
            self._catch_signals()
        self._enter()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was; it may be taken again."""
        self._stop_listening()
        self._restore()

    def suspend_application_mode(self) -> None:
        """Give the terminal back while another program uses it."""
        self.stop_application_mode()

    def disable_input(self) -> None:
        """Read no more keys."""
        self._stop_listening()

    def close(self) -> None:
        """Let go of terminal and signals; nothing is to be restored any more."""
        self.stop_application_mode()
        self._forget_signals()
        for descriptor in (self._input, self._output_fd):
            os.close(descriptor)

    def _enter(self) -> None:
        with suppress(termios.error):
            self._cooked = termios.tcgetattr(self._input)
            # Stops a process in the background, before it writes anything; it goes on here in the foreground.
            termios.tcsetattr(self._input, termios.TCSANOW, _raw(self._cooked))
        for descriptor in (self._input, self._output_fd):
            os.set_blocking(descriptor, False)
        self._output.write(_ENTER + (_ENTER_MOUSE if self._mouse else b""))
        self._listen()
        self._take_size()

    def _restore(self) -> None:
        """Give the terminal back at once, whatever waits to be shown; also called by a signal handler."""
        if self._cooked is None:
            return
        cooked, self._cooked = self._cooked, None
        self._output.write_last(_LEAVE)
        with suppress(termios.error):
            # Answers of the terminal, and keys meant for a screen that is gone, are no input for the shell.
            termios.tcflush(self._input, termios.TCIFLUSH)
            termios.tcsetattr(self._input, termios.TCSANOW, cooked)
        for descriptor in (self._input, self._output_fd):
            os.set_blocking(descriptor, True)

    # Its size.

    def _terminal_size(self) -> tuple[int, int]:
        with suppress(OSError):
            columns, lines = os.get_terminal_size(self._output_fd)
            return columns or _FALLBACK_SIZE[0], lines or _FALLBACK_SIZE[1]
        return _FALLBACK_SIZE

    def _take_size(self) -> None:
        self._size = self._terminal_size()
        size = Size(*self._size)
        self.process_message(Resize(size, size))

    # What comes in.

    def _listen(self) -> None:
        if self._cooked is None:
            return
        self._loop.add_reader(self._input, self._read)
        if self._decoder.patience_s is not None:
            self._silence = self._loop.call_later(self._decoder.patience_s, self._end_silence)

    def _stop_listening(self) -> None:
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
        self._stop_listening()
        if not data:
            self._end_by(signal.SIGHUP)
            return
        self._deliver(self._decoder.feed(data))
        # The app comes to this after what it was just given, so keys never pile up here.
        self._app.call_later(self._listen)

    def _end_silence(self) -> None:
        self._deliver(self._decoder.time_out())

    def _deliver(self, messages: list[Message]) -> None:
        window = Size(*(self._size or _FALLBACK_SIZE)).region
        for message in messages:
            if not isinstance(message, MouseEvent) or window.contains(message.x, message.y):
                self.process_message(message)

    def send_message(self, message: Message) -> None:
        """Hand a message to the app; all of them come from the event loop's own thread."""
        self._app.post_message(message)

    # What goes out.

    def write(self, data: str) -> None:
        """Send text to the terminal, if it is ours and reads."""
        if self._cooked is None or self._is_behind:
            return
        encoded = data.encode(self._encoding, "replace")
        self._frame_bytes += len(encoded)
        self._output.write(encoded)

    def flush(self) -> None:
        """End a frame; while the terminal is behind, no other is made."""
        earlier = self._output.backlog - self._frame_bytes
        self._frame_bytes = 0
        if earlier > BACKLOG_BYTES:
            self._is_behind = True
            self._held.enter_context(self._app.batch_update())

    def _release(self) -> None:
        """Make frames again, the first one of the whole screen."""
        if self._is_behind:
            self._is_behind = False
            self._held.close()
            self._app.refresh()

    def open_url(self, url: str, new_tab: bool = True) -> None:  # noqa: FBT001, FBT002 - Textual's signature
        """Open nothing: no browser is started with the rights of a monitor."""

    # Signals.

    def _catch_signals(self) -> None:
        """Handle signals between any two instructions, also while the event loop is busy."""
        for number in (*ENDING_SIGNALS, signal.SIGALRM):
            self._handlers_before[number] = signal.signal(number, self._on_ending_signal)
        self._loop.add_signal_handler(signal.SIGWINCH, self._take_size)
        self._catch_job_control()

    def _forget_signals(self) -> None:
        signal.alarm(0)
        for number, handler in self._handlers_before.items():
            signal.signal(number, handler)
        self._handlers_before.clear()
        for number in (signal.SIGWINCH, signal.SIGTSTP, signal.SIGCONT):
            self._loop.remove_signal_handler(number)

    def _on_ending_signal(self, number: int, _frame: FrameType | None) -> None:
        # A hang-up comes twice, from the shell and from the kernel.
        if self._ended_by is not None and number != signal.SIGHUP:
            self._restore()
            os._exit(128 + self._ended_by)
        self._ended_by = self._ended_by or number
        signal.alarm(END_WITHIN_S)
        self._loop.call_soon_threadsafe(self._end_by, number)

    def _end_by(self, number: int) -> None:
        self._app.exit(return_code=128 + number)

    def _catch_job_control(self) -> None:
        self._loop.add_signal_handler(signal.SIGTSTP, self._stop)
        self._loop.add_signal_handler(signal.SIGCONT, self._go_on)

    def _stop(self) -> None:
        """Stop as any program does on Ctrl+Z; comes back when the process goes on."""
        self.stop_application_mode()
        for number in (signal.SIGTSTP, signal.SIGCONT):
            self._loop.remove_signal_handler(number)
        _stop_job()
        self._catch_job_control()
        self._go_on()

    def _go_on(self) -> None:
        """Take the terminal again; another program may have used it without our knowledge."""
        self.stop_application_mode()
        self._enter()
        self.send_message(self.SignalResume())
        self._app.refresh()


def _reopen(descriptor: int) -> int:
    """Open a terminal anew: a descriptor may then be set not to block without doing the same to the shell's."""
    try:
        return os.open(f"/proc/self/fd/{descriptor}", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        # After su the terminal belongs to somebody else.
        return os.dup(descriptor)


def _raw(cooked: list[Any]) -> list[Any]:
    """Make the attributes of a terminal that passes every key on; a line feed still returns the carriage."""
    input_flags, output_flags, control_flags, local_flags, *speeds, characters = cooked
    input_flags &= ~(termios.BRKINT | termios.ICRNL | termios.IGNCR | termios.INLCR | termios.ISTRIP)
    input_flags &= ~(termios.IXON | termios.IXOFF)
    output_flags |= termios.OPOST | termios.ONLCR
    local_flags &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.IEXTEN | termios.ISIG)
    characters = [*characters]
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    return [input_flags, output_flags, control_flags, local_flags, *speeds, characters]


def _stop_job() -> None:
    """Stop every process of our job, as the terminal's own Ctrl+Z would: a script that started us stops with us.

    A job that nobody could continue is not stopped; the kernel sees to that.
    """
    own = os.pidfd_open(os.getpid())
    try:
        signal.pidfd_send_signal(own, signal.SIGTSTP, None, _PIDFD_SIGNAL_PROCESS_GROUP)
    except OSError:
        signal.raise_signal(signal.SIGTSTP)
    finally:
        os.close(own)
