"""CpuReadings: how much of a processor the processes on screen used, from what they had used in all when asked."""

from __future__ import annotations

import numpy as np

from monitor.model.process import ProcessFacts
from monitor.model.series import Series

KEPT_S = 120.0
OVER_S = 5.0
"""A share is a mean over this long where it can be: the kernel counts in hundredths of a second."""
_MAX_PROCESSES = 16
_MAX_READINGS = 512

_Reading = tuple[float, float]
"""CLOCK_BOOTTIME in seconds, and seconds of processor time since the process began."""


class CpuReadings:
    """Bounded in age and number. One thread adds; any may ask."""

    def __init__(self) -> None:
        self._of: dict[tuple[int, int], tuple[_Reading, ...]] = {}

    def add(self, facts: ProcessFacts) -> None:
        """Take one more reading of a process."""
        if facts.read_at is None or facts.cpu_seconds is None:
            return
        key, now = (facts.process.pid, facts.process.start_time), facts.read_at
        kept = [reading for reading in self._of.pop(key, ()) if 0 < now - reading[0] <= KEPT_S]
        self._of[key] = (*kept[1 - _MAX_READINGS :], (now, facts.cpu_seconds))
        while len(self._of) > _MAX_PROCESSES:
            del self._of[next(iter(self._of))]

    def shares(self, pid: int, start_time: int) -> Series:
        """Give the share of one processor at every reading but the first, which has none before it."""
        readings = np.array(self._of.get((pid, start_time), ()), np.float64).reshape(-1, 2)
        times, used = readings[:, 0], readings[:, 1]
        if len(times) < 2:  # noqa: PLR2004 - a share is between two
            return Series.empty()
        before = np.maximum(np.searchsorted(times, times[1:] - OVER_S, side="right") - 1, 0)
        return Series(times[1:], (used[1:] - used[before]) / (times[1:] - times[before]))
