"""Rows that a dump lacks and that are shown all the same: unseen once, or closed a moment ago.

One absence is not a close: a dump under churn can miss a living socket. A row is closed when the kernel said so, or
when two dumps in a row that would have shown it did not; until then it is carried, marked unseen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.model.places import find_places
from monitor.model.sample import F64, Interval, Sample
from monitor.model.socket_table import Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState

CLOSED_SHOWN_S = 3.0
"""How long a closed row is carried, so that the eye can catch it."""


@dataclass(frozen=True, slots=True, eq=False)
class CarriedRows:
    """Rows of the previous interval that the new dump does not hold."""

    table: SocketTable
    closed_at: F64
    """CLOCK_BOOTTIME at which each was known to be closed; NaN for unseen."""
    places: Rows
    """For each row of the sample, then for each carried one, its socket's row in the previous interval; -1 for none."""

    @classmethod
    def none(cls, sample: Sample) -> CarriedRows:
        """Carry nothing to a sample before which there was none."""
        return cls._nothing(sample, np.full(len(sample.table), -1))

    @classmethod
    def of_same(cls, sample: Sample) -> CarriedRows:
        """Carry nothing to a sample that has the rows of the interval before, and no others."""
        return cls._nothing(sample, np.arange(len(sample.table)))

    @classmethod
    def _nothing(cls, sample: Sample, places: Rows) -> CarriedRows:
        return cls(SocketTable.empty(sample.table.namespace), np.zeros(0), places)


def carry(previous: Interval, sample: Sample) -> CarriedRows:
    """Find what a sample lacks of the interval before it, which is of the same namespace."""
    old = previous.table
    if np.array_equal(old.cookie, sample.table.cookie):
        return CarriedRows.of_same(sample)
    places = find_places(old.cookie, sample.table.cookie)
    is_absent = np.ones(len(old), np.bool_)
    is_absent[places[places >= 0]] = False
    absent = np.flatnonzero(is_absent)
    absent = absent[is_in_sight(old, absent, sample)]
    now = sample.boot_time
    closed_at = previous.closed_at[absent].copy()
    is_told = np.isin(old.cookie[absent], sample.closed_cookies)
    is_twice = previous.is_unseen[absent]
    closed_at[np.isnan(closed_at) & (is_told | is_twice)] = now
    is_shown = np.isnan(closed_at) | (now - closed_at < CLOSED_SHOWN_S)
    absent = absent[is_shown]
    return CarriedRows(old.take(absent), closed_at[is_shown], np.concatenate([places, absent]))


def is_in_sight(table: SocketTable, rows: Rows, sample: Sample) -> Bools:
    """Tell of which rows a sample would have told: without TIME-WAIT, bound-only or UDP it says nothing of those."""
    is_tcp = table.protocol[rows] == PROTOCOL_TCP
    is_on_demand = (is_tcp & (table.state[rows] == TcpState.TIME_WAIT)) | table.is_bound_only[rows]
    in_sight: Bools = (is_tcp | sample.has_udp) & (~is_on_demand | sample.has_time_wait)
    return in_sight
