"""Moments of the history, and the series that are read across them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.model.sample import F64
from monitor.model.series import Series
from monitor.sampling.readings import Floats, Readings


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What is remembered of one interval."""

    boot_time: float
    """CLOCK_BOOTTIME in seconds."""
    namespace: int
    host: F64
    listeners: Readings
    processes: Readings
    rows: Readings


def nothing_at(boot_time: float, before: Moment) -> Moment:
    """Make a moment of which nothing is known, as while the machine slept."""
    none = [Readings(one.keys[:0], one.values[:0]) for one in (before.listeners, before.processes, before.rows)]
    return Moment(boot_time, before.namespace, np.full_like(before.host, np.nan), *none)


def find_thing(readings: list[Readings], key: tuple[int, ...]) -> list[Floats | None]:
    """Give the values of one thing at every moment; None where it was not read."""
    found: list[Floats | None] = []
    keys, place = None, None
    for reading in readings:
        if reading.keys is not keys:
            keys, place = reading.keys, reading.place_of(key)
        found.append(None if place is None else reading.values[place])
    return found


def series_of(moments: tuple[Moment, ...], found: list[Floats | None] | list[F64], numbers: int) -> list[Series]:
    """Give one series for each number that is known of a thing, by what find_thing() found; NaN where it was not."""
    times = np.array([moment.boot_time for moment in moments])
    values = np.full((len(moments), numbers), np.nan)
    for place, row in enumerate(found):
        if row is not None:
            values[place] = row
    return [Series(times, values[:, number].copy()) for number in range(numbers)]


def increases(total: Series) -> Series:
    """Give by how much a counter rose from reading to reading; a counter that fell tells nothing."""
    rises = np.diff(total.values, prepend=np.nan)
    return Series(total.boot_times, np.where(rises >= 0, rises, np.nan))
