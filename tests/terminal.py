"""Terminal: a program under a pseudo terminal, its keys pressed and its screen read.

Output is kept as it came in `raw` and shown on an emulated screen only when somebody looks, so that the harness costs
a measured program next to nothing. The emulator knows no alternate screen: the last picture outlives the program.
"""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import pyte

from tests.keyboard import key_bytes

POLITE_SECONDS = 2.0
"""How long a program may take to end after SIGTERM before it is killed."""

_QUERY = re.compile(rb"\x1b\[(?:\?(?P<mode>\d+)\$p|(?P<attributes>0?c)|(?P<status>5n)|(?P<cursor>6n))")
_LONGEST_QUERY = 16
# pyte reads the parameters of these as text: the kitty keyboard protocol and xterm's private settings.
_UNKNOWN_TO_EMULATOR = re.compile(rb"\x1b\[[<=>][0-9;]*[A-Za-z]")
_UNFINISHED_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*)?\Z")
_SYNCHRONIZED_OUTPUT = b"2026"


class ScreenError(AssertionError):
    """The screen did not become what the test waited for; the message shows it."""


class Terminal:
    """A program with a terminal of its own. As a context manager it ends the program at the latest on leaving."""

    def __init__(
        self, argv: Sequence[str], size: tuple[int, int] = (80, 24), env: Mapping[str, str] | None = None
    ) -> None:
        """Start the program; size is (columns, rows), env comes on top of the present environment."""
        self.raw = bytearray()
        """Every byte that the program wrote to its terminal."""
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        """The emulated screen; look at it after text(), which brings it up to date."""
        self._stream = pyte.ByteStream(self.screen)
        self._scanned = self._shown = 0
        self._status: int | None = None
        self._master, slave = pty.openpty()
        try:
            self._set_size(columns, rows)
            self.pid = _spawn(argv, os.ttyname(slave), env or {})
        except BaseException:
            os.close(self._master)
            raise
        finally:
            os.close(slave)
        os.set_blocking(self._master, False)
        self._pidfd = os.pidfd_open(self.pid)
        self._poll = select.poll()
        self._poll.register(self._master, select.POLLIN)
        self._poll.register(self._pidfd, select.POLLIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program, politely at first, and give the terminal back."""
        for number, patience in ((signal.SIGTERM, POLITE_SECONDS), (signal.SIGKILL, 10.0)):
            if self._status is None:
                self.send_signal(number)
                with suppress(ScreenError):
                    self.exit_code(patience)
        os.close(self._pidfd)
        os.close(self._master)

    def press(self, *keys: str) -> None:
        """Press keys one after another: a character, "ctrl+" and a letter, or a name in tests.keyboard.KEYS."""
        for key in keys:
            self.write(key_bytes(key))

    def write(self, data: bytes) -> None:
        """Send bytes as if they had been typed or pasted, as fast as the program takes them."""
        while data:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                select.select([], [self._master], [], POLITE_SECONDS)

    def send_signal(self, number: int) -> None:
        """Signal the program itself; nothing happens where it has ended."""
        if self._status is None:
            signal.pidfd_send_signal(self._pidfd, number)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the kernel tells the program."""
        self._show()
        self._set_size(columns, rows)
        self.screen.resize(rows, columns)

    def lines(self) -> list[str]:
        """Give the screen as it stands, line by line, without the spaces at their ends."""
        return ["".join(line).rstrip() for line in self.cells()]

    def cells(self) -> list[list[str]]:
        """Give the screen as it stands, line by line and cell by cell; right of a wide character is an empty one."""
        # The emulator's own lines fail on a wide character of which half has been overwritten.
        self._show()
        buffer, columns = self.screen.buffer, range(self.screen.columns)
        return [[buffer[y][x].data for x in columns] for y in range(self.screen.lines)]

    def text(self) -> str:
        """Give the screen as it stands, in one piece."""
        return "\n".join(self.lines())

    def private_modes(self) -> set[int]:
        """Name the private modes that are on, such as 25 for a visible cursor and 1049 for the alternate screen."""
        self._show()
        return {mode >> 5 for mode in self.screen.mode if mode >= 1 << 5}

    def is_cooked(self) -> bool:
        """Tell whether the line discipline echoes and edits lines, as a shell wants it back."""
        wanted = termios.ICANON | termios.ECHO | termios.ISIG
        return bool(termios.tcgetattr(self._master)[3] & wanted == wanted)

    def wait_for(self, wanted: str | bytes | Callable[[str], bool], timeout: float = 10.0) -> str:
        """Wait for a text on the screen, for bytes in the output, or until a test of the screen's text holds.

        Raises:
            ScreenError: it did not come in time, or the program ended without it.
        """
        deadline = time.monotonic() + timeout
        while not self._holds(wanted):
            left = 0.0 if self._status is not None else deadline - time.monotonic()
            if not self._read(left):
                raise ScreenError(f"{self._end()} without {wanted!r}; the screen:\n{self.text()}")
        return self.text()

    def exit_code(self, timeout: float = 10.0) -> int:
        """Wait for the program's end and give its exit code; negative for the signal that killed it.

        Raises:
            ScreenError: it is still running.
        """
        deadline = time.monotonic() + timeout
        while self._status is None:
            if not self._read(deadline - time.monotonic()):
                raise ScreenError(f"still running after {timeout} s; the screen:\n{self.text()}")
        # What was written before the end may still lie in the terminal.
        while self._read(0.0):
            pass
        return os.waitstatus_to_exitcode(self._status)

    def _holds(self, wanted: str | bytes | Callable[[str], bool]) -> bool:
        if isinstance(wanted, bytes):
            return wanted in self.raw
        text = self.text()
        return wanted in text if isinstance(wanted, str) else wanted(text)

    def _end(self) -> str:
        if self._status is None:
            return "time is up"
        return f"the program ended with {os.waitstatus_to_exitcode(self._status)}"

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self, timeout: float) -> bool:
        """Take output or the program's end; False where neither comes in time."""
        ready = [fd for fd, _ in self._poll.poll(max(0.0, timeout) * 1000)]
        if self._master in ready:
            self._take_output()
        elif self._pidfd in ready:
            self._poll.unregister(self._pidfd)
            _, self._status = os.waitpid(self.pid, 0)
        return bool(ready)

    def _take_output(self) -> None:
        try:
            self.raw += os.read(self._master, 65536)
        except OSError as error:
            # The kernel's end-of-file of a terminal: nobody holds the other side any more.
            if error.errno != errno.EIO:
                raise
            self._poll.unregister(self._master)
        for query in _QUERY.finditer(self.raw, self._scanned):
            self._scanned = query.end()
            self._answer(query)
        self._scanned = max(self._scanned, len(self.raw) - _LONGEST_QUERY)

    def _answer(self, query: re.Match[bytes]) -> None:
        if mode := query["mode"]:
            # DECRPM: 2 is known and off, 0 is not known.
            self.write(b"\x1b[?%b;%d$y" % (mode, 2 if mode == _SYNCHRONIZED_OUTPUT else 0))
        elif query["attributes"]:
            self.write(b"\x1b[?62;22c")
        elif query["status"]:
            self.write(b"\x1b[0n")
        else:
            self._show(query.start())
            self.write(b"\x1b[%d;%dR" % (self.screen.cursor.y + 1, self.screen.cursor.x + 1))

    def _show(self, end: int | None = None) -> None:
        """Bring the emulated screen up to date, but for a sequence of which the end has not come."""
        news = bytes(self.raw[self._shown : end])
        if unfinished := _UNFINISHED_SEQUENCE.search(news):
            news = news[: unfinished.start()]
        self._shown += len(news)
        self._stream.feed(_UNKNOWN_TO_EMULATOR.sub(b"", news))


def _spawn(argv: Sequence[str], terminal: str, env: Mapping[str, str]) -> int:
    """Start a program as the leader of a session; the first terminal that a leader opens becomes its own."""
    program = shutil.which(argv[0])
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), argv[0])
    inherited = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    return os.posix_spawn(
        program,
        list(argv),
        {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", **env},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, terminal, os.O_RDWR, 0),
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ],
        setsid=True,
        setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],
    )
