"""CpuReadings: how much of a processor the processes on screen used, from what they had used in all when asked."""

from __future__ import annotations

import numpy as np

from monitor.model.process import ProcessFacts
from monitor.model.series import Series
from monitor.sampling.recent_readings import RecentReadings

OVER_S = 5.0
"""A share is a mean over this long where it can be: the kernel counts in hundredths of a second."""


class CpuReadings:
    """Of processes by pid and start time, bounded as RecentReadings are."""

    def __init__(self) -> None:
        self._used: RecentReadings[tuple[int, int], float] = RecentReadings()

    def add(self, facts: ProcessFacts) -> None:
        """Take one more reading of a process."""
        if facts.read_at is not None and facts.cpu_seconds is not None:
            self._used.add((facts.process.pid, facts.process.start_time), facts.read_at, facts.cpu_seconds)

    def shares(self, pid: int, start_time: int) -> Series:
        """Give the share of one processor at every reading but the first, which has none before it."""
        readings = np.array(self._used.of((pid, start_time)), np.float64).reshape(-1, 2)
        times, used = readings[:, 0], readings[:, 1]
        if len(times) < 2:  # noqa: PLR2004 - a share is between two
            return Series.empty()
        before = np.maximum(np.searchsorted(times, times[1:] - OVER_S, side="right") - 1, 0)
        return Series(times[1:], (used[1:] - used[before]) / (times[1:] - times[before]))
