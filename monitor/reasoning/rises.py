"""Rises: which sockets' counters have risen over the last seconds, by how much, and in how many samples."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from monitor.model.places import find_places
from monitor.model.socket_table import U32, U64, Bools
from monitor.reasoning.finding_conditions import WINDOW_S

_HALF_RANGE = 1 << 31


@dataclass(slots=True)
class Rise:
    """What one counter did within the window."""

    total: int = 0
    samples: int = 0
    """In how many samples it was more than in the one before."""


class Rises:
    """Remembers the counters of the last sample, and what rose in those of the last WINDOW_S seconds."""

    def __init__(self) -> None:
        self._cookie: U64 = np.zeros(0, np.uint64)
        self._value: U32 = np.zeros(0, np.uint32)
        self._risen: deque[tuple[float, list[int], list[int]]] = deque()

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
        self._risen.append((now, cookie[known[is_risen]].tolist(), grown[is_risen].tolist()))
        while now - self._risen[0][0] > WINDOW_S:
            self._risen.popleft()
        self._cookie, self._value = cookie, value
        found: dict[int, Rise] = {}
        for _, cookies, amounts in self._risen:
            for one, amount in zip(cookies, amounts, strict=True):
                rise = found.setdefault(one, Rise())
                rise.total += amount
                rise.samples += 1
        return found
