"""TerminalOutput: bytes on their way to a terminal that may be slow, may have stopped reading, or may be gone."""

from __future__ import annotations

import os
import termios
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress

_CANCEL = b"\x18"
"""Ends a sequence of which the rest will not be sent (ECMA-48 CAN)."""
_LAST_TRIES = 4


class TerminalOutput:
    """Writes without ever waiting; the event loop sends the rest when the terminal takes it.

    Args:
        descriptor: A terminal, not blocking.
        loop: The event loop, on whose thread everything here is called.
        on_drained: Called when all that had to wait has been sent.
    """

    def __init__(self, descriptor: int, loop: AbstractEventLoop, on_drained: Callable[[], None]) -> None:
        self.descriptor = descriptor
        """The terminal, as a file descriptor; whoever opened it closes it."""
        self._loop = loop
        self._on_drained = on_drained
        self._waiting = bytearray()

    @property
    def backlog(self) -> int:
        """Bytes that the terminal has not taken yet."""
        return len(self._waiting)

    def write(self, data: bytes) -> None:
        """Send bytes after those that still wait."""
        has_waiting = bool(self._waiting)
        self._waiting += data
        if not has_waiting and not self._send():
            self._loop.add_writer(self.descriptor, self._go_on)

    def write_last(self, data: bytes) -> None:
        """Send bytes now, in place of all that waits, even where the terminal does not read.

        Also called by a signal handler, at any moment.
        """
        if self._waiting:
            data = _CANCEL + data
            self._stop_waiting()
        for _ in range(_LAST_TRIES):
            try:
                data = data[os.write(self.descriptor, data) :]
            except BlockingIOError:
                # What the terminal has not read belongs to a picture that is about to go.
                with suppress(termios.error):
                    termios.tcflush(self.descriptor, termios.TCOFLUSH)
            except OSError:
                return

    def _go_on(self) -> None:
        if self._send():
            self._stop_waiting()
            self._on_drained()

    def _send(self) -> bool:
        """Send what the terminal takes; False where something has to wait."""
        try:
            while self._waiting:
                del self._waiting[: os.write(self.descriptor, self._waiting)]
        except BlockingIOError:
            return False
        except OSError:
            # It is gone; the input's end tells so.
            self._waiting.clear()
        return True

    def _stop_waiting(self) -> None:
        self._waiting.clear()
        self._loop.remove_writer(self.descriptor)
