"""Rises: which sockets' counters have risen over the last seconds, by how much, and in how many samples."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from monitor.model.places import find_places
from monitor.model.socket_table import U32, U64, Bools
from monitor.reasoning.finding_conditions import DROPPING_SAMPLES, WINDOW_S

_HALF_RANGE = 1 << 31
_SLACK = 1.5
"""Samples come a little sooner and later than their period says."""


@dataclass(slots=True)
class Rise:
    """What one counter did within the window."""

    total: int = 0
    samples: int = 0
    """In how many samples it was more than in the one before."""


class Rises:
    """Remembers the counters of the last sample, and what rose over the last WINDOW_S seconds.

    Where samples are so far apart that too few of them would tell, it reaches back further.
    """

    def __init__(self) -> None:
        self._cookie: U64 = np.zeros(0, np.uint64)
        self._value: U32 = np.zeros(0, np.uint32)
        self._risen: deque[tuple[float, list[int], list[int]]] = deque()
        """From when on, which sockets' have risen, and by how much."""
        self._now: float | None = None
        self._pause = 0.0

    @property
    def seconds(self) -> float:
        """How far back it reaches."""
        return 0.0 if self._now is None or not self._risen else self._now - self._risen[0][0]

    def see(self, now: float, cookie: U64, value: U32, is_opened: Bools) -> dict[int, Rise]:
        """Take the counters of a sample; give by cookie those that have risen within the window.

        Args:
            now: CLOCK_BOOTTIME in seconds.
            cookie: The sockets.
            value: A counter of each, which wraps at 32 bits.
            is_opened: Which were seen open: all of such a counter has risen since.
        """
        places = find_places(self._cookie, cookie)
        known = np.flatnonzero((places >= 0) | is_opened)
        before = np.append(self._value, np.uint32(0))[places[known]]
        grown = value[known] - before
        # A difference in the upper half is a counter that fell.
        is_risen = (grown > 0) & (grown < _HALF_RANGE)
        before_now = now if self._now is None else self._now
        self._risen.append((before_now, cookie[known[is_risen]].tolist(), grown[is_risen].tolist()))
        # By the pause before this one: after a single long one, what was long ago says nothing.
        reach_s = max(WINDOW_S, _SLACK * DROPPING_SAMPLES * self._pause)
        while len(self._risen) > 1 and now - self._risen[0][0] > reach_s:
            self._risen.popleft()
        self._cookie, self._value, self._now, self._pause = cookie, value, now, now - before_now
        found: dict[int, Rise] = {}
        for _, cookies, amounts in self._risen:
            for one, amount in zip(cookies, amounts, strict=True):
                rise = found.setdefault(one, Rise())
                rise.total += amount
                rise.samples += 1
        return found
