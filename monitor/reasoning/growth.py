"""Growth: how counts of several things went over the last minutes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import pairwise
from typing import Generic, TypeVar

_KEPT_S = 240.0
_SPACING_S = 5.0
"""Counts are kept for so long, at these distances."""

_KeyT = TypeVar("_KeyT")


class Growth(Generic[_KeyT]):
    """Remembers a series for each thing that has a count; one that has none any more is forgotten."""

    def __init__(self) -> None:
        self._series: dict[_KeyT, deque[tuple[float, int]]] = {}
        self._now = 0.0
        self._counts: Mapping[_KeyT, int] = {}

    def add(self, now: float, counts: Mapping[_KeyT, int]) -> None:
        """Take the counts of a moment."""
        series = {key: self._series.get(key) or deque([(now, count)]) for key, count in counts.items()}
        for key, count in counts.items():
            kept = series[key]
            while len(kept) > 1 and now - kept[0][0] > _KEPT_S:
                kept.popleft()
            if now - kept[-1][0] >= _SPACING_S:
                kept.append((now, count))
        self._series, self._now, self._counts = series, now, counts

    def per_minute(self, key: _KeyT, least_s: float) -> float | None:
        """Give by how much a count grew a minute, over all that is kept; None where that is less than so long."""
        then, before = self._series[key][0]
        elapsed = self._now - then
        return (self._counts[key] - before) / elapsed * 60 if elapsed >= max(least_s, 1e-9) else None

    def steady_rise(self, key: _KeyT, over_s: float) -> int:
        """Give by how much a count grew in so many seconds without ever falling; 0 also where they have not passed."""
        kept = [count for when, count in self._series[key] if when >= self._then(key, over_s)]
        counts = [*kept, self._counts[key]]
        has_passed = self._now - self._series[key][0][0] >= over_s
        is_steady = all(later >= earlier for earlier, later in pairwise(counts))
        return counts[-1] - counts[0] if has_passed and is_steady else 0

    def _then(self, key: _KeyT, over_s: float) -> float:
        """Give when the newest count was taken that is at least so old."""
        old = [when for when, _ in self._series[key] if self._now - when >= over_s]
        return old[-1] if old else self._now
