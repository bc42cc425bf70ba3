"""Makes the next Interval from the last one and a new Sample.

One absence is not a close: a dump under churn can miss a living socket. A row is closed when the kernel said so, or
when two dumps in a row that would have shown it did not; until then it is carried, marked unseen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.model.places import find_places
from monitor.model.sample import DIRECTION_UNKNOWN, F64, Interval, Sample
from monitor.model.socket_table import Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.reasoning.direction import directions, told_by_counters
from monitor.reasoning.interfaces import interfaces
from monitor.reasoning.listeners import ListenerIndex, listener_rows
from monitor.reasoning.ownership import owner_ranges
from monitor.sampling.rates import counters_of, extend_window, rates

CLOSED_SHOWN_S = 3.0
"""How long a closed row is carried, so that the eye can catch it."""


def advance(previous: Interval | None, sample: Sample) -> Interval:
    """Read a sample in the light of what came before; the first one stands alone."""
    carried = _carry(previous, sample)
    table = SocketTable.concatenate([sample.table, carried.table]) if len(carried.table) else sample.table
    if previous is not None and previous.table.namespace == sample.table.namespace:
        before = find_places(previous.table.cookie, table.cookie)
        opened_at = _opened_at(previous, sample, table, before)
        rose_at = _rose_at(previous, sample, table, before)
        window = extend_window(previous.counters, sample)
        receive, send = rates(previous.counters, sample.boot_time, sample.table)
        elapsed = sample.boot_time - previous.sample.boot_time
        told = _told_before(previous, before)
    else:
        told = np.full(len(table), DIRECTION_UNKNOWN, np.int8)
        opened_at = rose_at = np.full(len(table), np.nan)
        window = (counters_of(sample),)
        receive = send = np.full(len(sample.table), np.nan, np.float32)
        elapsed = float("nan")
    told = told_by_counters(table, told)
    closed_at = np.concatenate([np.full(len(sample.table), np.nan), carried.closed_at])
    is_unseen = np.concatenate([np.zeros(len(sample.table), np.bool_), np.isnan(carried.closed_at)])
    index = ListenerIndex(table, is_closed=~np.isnan(closed_at), is_unseen=is_unseen)
    listener = listener_rows(table, index)
    owners = sample.owners
    if previous is not None and len(carried.table):
        owners = owners.with_former(previous.owners, carried.table.inode)
    owner_first, owner_end = owner_ranges(table, owners, listener, index)
    return Interval(
        sample=sample,
        table=table,
        elapsed_s=elapsed,
        is_unseen=is_unseen,
        opened_at=opened_at,
        closed_at=closed_at,
        # Nothing was read of a carried row: its old counters over the time since would be a false rate.
        receive_rate=np.concatenate([receive, np.full(len(carried.table), np.nan, np.float32)]),
        send_rate=np.concatenate([send, np.full(len(carried.table), np.nan, np.float32)]),
        retrans_rose_at=rose_at,
        listener=listener,
        direction=directions(table, listener, told),
        told_direction=told,
        interface=interfaces(table, sample.network),
        owners=owners,
        owner_first=owner_first,
        owner_end=owner_end,
        counters=window,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Carried:
    """Rows of the previous interval that the new dump does not hold."""

    table: SocketTable
    closed_at: F64


def _carry(previous: Interval | None, sample: Sample) -> _Carried:
    if previous is None or previous.table.namespace != sample.table.namespace:
        return _Carried(SocketTable.empty(sample.table.namespace), np.zeros(0))
    old = previous.table
    absent = np.flatnonzero(find_places(sample.table.cookie, old.cookie) < 0)
    absent = absent[_is_in_sight(old, sample)[absent]]
    now = sample.boot_time
    closed_at = previous.closed_at[absent].copy()
    is_told = np.isin(old.cookie[absent], sample.closed_cookies)
    is_twice = previous.is_unseen[absent]
    closed_at[np.isnan(closed_at) & (is_told | is_twice)] = now
    is_shown = np.isnan(closed_at) | (now - closed_at < CLOSED_SHOWN_S)
    return _Carried(old.take(absent[is_shown]), closed_at[is_shown])


def _is_in_sight(table: SocketTable, sample: Sample) -> Bools:
    """Tell which rows a sample would have shown: without TIME-WAIT, bound-only or UDP it says nothing of those."""
    is_tcp = table.protocol == PROTOCOL_TCP
    is_on_demand = (is_tcp & (table.state == TcpState.TIME_WAIT)) | table.is_bound_only
    in_sight: Bools = (is_tcp | sample.has_udp) & (~is_on_demand | sample.has_time_wait)
    return in_sight


def _opened_at(previous: Interval, sample: Sample, table: SocketTable, before: Rows) -> F64:
    opened = np.full(len(table), sample.boot_time)
    known = before >= 0
    opened[known] = previous.opened_at[before[known]]
    opened[~known & ~_is_in_sight(table, previous.sample)] = np.nan
    return opened


def _told_before(previous: Interval, before: Rows) -> npt.NDArray[np.int8]:
    told = np.full(len(before), DIRECTION_UNKNOWN, np.int8)
    told[before >= 0] = previous.told_direction[before[before >= 0]]
    return told


def _rose_at(previous: Interval, sample: Sample, table: SocketTable, before: Rows) -> F64:
    rose = np.full(len(table), np.nan)
    rows = np.flatnonzero((before >= 0) & table.knows("total_retrans"))
    old = before[rows]
    rose[rows] = previous.retrans_rose_at[old]
    # Unsigned 32-bit counters may wrap; a difference in the upper half is a counter that fell.
    grown = table.total_retrans[rows] - previous.table.total_retrans[old]
    rose[rows[(grown > 0) & (grown < 1 << 31)]] = sample.boot_time
    return rose
