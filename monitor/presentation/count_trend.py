"""How the number of rows that a narrowed list shows went up or down: "412 → 12 in 4 min"."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a pane imports this module before the first paint, and numpy comes after it
    from monitor.model.series import Series

KEPT_S = 3_600.0
_FINE_S, _SPACING_S = 120.0, 15.0
"""Older counts than the former are kept one for each of the latter."""
_LEAST, _LEAST_SHARE = 2, 0.1
"""A change of fewer, or of a smaller share of the larger number, is no trend."""
_MINUTE = 60


class CountTrend:
    """The counts of one list as long as it is narrowed in the same way; at most 480 of them."""

    def __init__(self) -> None:
        self._what: Hashable = None
        self._counts: list[tuple[float, int]] = []

    def note(self, what: Hashable, now: float, count: int) -> None:
        """Take the newest count; where the list is narrowed in another way, the first one.

        Args:
            what: What the list is narrowed to.
            now: CLOCK_BOOTTIME of the sample, in seconds.
            count: Rows that it shows.
        """
        if what != self._what or (self._counts and now < self._counts[-1][0]):
            self._what, self._counts = what, []
        counts = [entry for entry in self._counts if now - entry[0] <= KEPT_S and entry[0] < now]
        if len(counts) > 1 and now - counts[1][0] > _FINE_S:
            counts = _thinned(counts, now)
        self._counts = [*counts, (now, count)]

    def add_before(self, earlier: Series) -> None:
        """Take the counts that are known from before the list was narrowed; NaN for unknown."""
        until = self._counts[0][0] if self._counts else math.inf
        known = zip(earlier.boot_times.tolist(), earlier.values.tolist(), strict=True)
        self._counts[:0] = [(at, round(count)) for at, count in known if at < until and not math.isnan(count)]

    def text(self) -> str:
        """Say from what to what, since it was last as many as ever, or as few; empty where it did not change much."""
        if not self._counts:
            return ""
        now, count = self._counts[-1]
        most, least = max(number for _, number in self._counts), min(number for _, number in self._counts)
        former = most if most - count >= count - least else least
        if abs(former - count) < max(_LEAST, _LEAST_SHARE * max(former, count)):
            return ""
        began = max(at for at, number in self._counts if number == former)
        return f"{former:,} → {count:,} in {_time_text(now - began)}"


def _thinned(counts: list[tuple[float, int]], now: float) -> list[tuple[float, int]]:
    """Keep all new ones, and of the others the first in every stretch of time."""
    kept: list[tuple[float, int]] = []
    for at, count in counts:
        if now - at <= _FINE_S or not kept or at // _SPACING_S > kept[-1][0] // _SPACING_S:
            kept.append((at, count))
    return kept


def _time_text(seconds: float) -> str:
    return f"{int(seconds)} s" if seconds < _MINUTE else f"{int(seconds // _MINUTE)} min"
