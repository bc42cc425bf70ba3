"""Ending in order when a signal asks for it, so that what the kernel keeps beyond a process is given back."""

from __future__ import annotations

import signal
import sys
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def end_in_order() -> None:
    """Have these signals leave the main thread by SystemExit, whose code is the one that a shell would show."""
    for number in _ENDING:
        signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> None:
    for other in _ENDING:
        # A second one must not interrupt the ending.
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)
