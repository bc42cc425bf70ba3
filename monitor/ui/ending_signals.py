"""EndingSignals: what asks the monitor to end, and how it ends where it can no longer do so in order."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
END_WITHIN_S = 5
"""Whole seconds from the first signal to the end of the process, be the end in order or not."""


class EndingSignals:
    """Catches the signals that end a program.

    They are handled between any two instructions of the main thread, also while the event loop is busy.

    Args:
        end: Asked, with the first signal's number, to end the program in order.
        restore: Gives the terminal back; called at any moment, on the second signal or when time is up.
    """

    def __init__(self, end: Callable[[int], None], restore: Callable[[], None]) -> None:
        self._end = end
        self._restore = restore
        self._handlers_before: dict[int, Any] = {}
        self._first: int | None = None

    def catch(self) -> None:
        """Begin; also with a signal that was ignored so far."""
        for number in (*ENDING_SIGNALS, signal.SIGALRM):
            if number not in self._handlers_before:
                self._handlers_before[number] = signal.signal(number, self._handle)

    def forget(self) -> None:
        """Leave the signals as they were found."""
        signal.alarm(0)
        for number, handler in self._handlers_before.items():
            signal.signal(number, handler)
        self._handlers_before.clear()

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self._first is None:
            self._first = number
            signal.alarm(END_WITHIN_S)
            self._end(number)
        elif number != signal.SIGHUP:
            # A hang-up comes twice by itself, from the shell and from the kernel.
            self._restore()
            os._exit(128 + self._first)
