"""RecentReadings: what was read of a few things in the last two minutes, by thing."""

from __future__ import annotations

from typing import Generic, TypeVar

KEPT_S = 120.0
_MAX_THINGS = 16
_MAX_READINGS = 512

KeyT = TypeVar("KeyT")
ReadingT = TypeVar("ReadingT")


class RecentReadings(Generic[KeyT, ReadingT]):
    """Bounded in age and number; those read last win. One thread adds; any may ask."""

    def __init__(self) -> None:
        self._of: dict[KeyT, tuple[tuple[float, ReadingT], ...]] = {}

    def add(self, key: KeyT, now: float, reading: ReadingT) -> None:
        """Take one more reading of a thing; a clock that went back begins anew.

        Args:
            key: The thing.
            now: Seconds of a clock that does not go back.
            reading: What was read then.
        """
        kept = [entry for entry in self._of.pop(key, ()) if 0 < now - entry[0] <= KEPT_S]
        self._of[key] = (*kept[1 - _MAX_READINGS :], (now, reading))
        while len(self._of) > _MAX_THINGS:
            del self._of[next(iter(self._of))]

    def of(self, key: KeyT) -> tuple[tuple[float, ReadingT], ...]:
        """Give times and readings of a thing, oldest first."""
        return self._of.get(key, ())
