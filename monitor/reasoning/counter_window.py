"""CounterWindow: by how much the host's counters rose over the last seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from monitor.reasoning.finding_conditions import WINDOW_S

_SPACING_S = 0.8
"""Closer samples share one entry."""


class CounterWindow:
    """The counters of the last WINDOW_S seconds; before the second sample nothing has risen by a known number."""

    def __init__(self) -> None:
        self._entries: deque[tuple[float, Mapping[str, int]]] = deque()
        self._newest: tuple[float, Mapping[str, int]] | None = None

    def add(self, boot_time: float, counters: Mapping[str, int]) -> None:
        """Take the counters of a sample."""
        entries = self._entries
        while len(entries) > 1 and boot_time - entries[1][0] >= WINDOW_S:
            entries.popleft()
        if not entries or boot_time - entries[-1][0] >= _SPACING_S:
            entries.append((boot_time, counters))
        self._newest = boot_time, counters

    @property
    def seconds(self) -> float | None:
        """How far back it reaches; None where there is nothing to compare with."""
        if self._newest is None or self._newest[0] <= self._entries[0][0]:
            return None
        return self._newest[0] - self._entries[0][0]

    def rise(self, name: str) -> int | None:
        """Give by how much a counter rose; None where it is not known at both ends, or fell."""
        if self._newest is None or self.seconds is None:
            return None
        now, before = self._newest[1].get(name), self._entries[0][1].get(name)
        return None if now is None or before is None or now < before else now - before
