"""Brings rows up to date between two samples: which of them can be asked for, and what the answer changes.

The interval keeps its sample, its rows and their numbers. What counts, sums or orders rows goes on to be of the time
of the sample, as the clock on screen says; only numbers inside the rows that were asked for are newer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from monitor.model.fresh_rows import FreshRows
from monitor.model.places import find_places
from monitor.model.sample import F64, Interval
from monitor.model.socket_table import COLUMN_TYPES, INFO_OFFSETS, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.sampling.rates import rates, retransmitted, since_sleep

MOST_ROWS = 512
"""More than any screen shows, and few enough to be asked for in one go."""
_COLUMNS = ("state", "timer", "timer_tries", "timer_ms", "recv_q", "send_q", "info_length", *INFO_OFFSETS)
"""What is taken over. Not inode and uid, which change with accept(): whose a socket is then, a sample tells."""


def rows_to_ask(interval: Interval, cookies: Sequence[int]) -> SocketTable:
    """Give the rows that can be asked for: living TCP sockets of the sample, connected or listening."""
    rows = find_places(interval.table.cookie, np.array(cookies, np.uint64))
    rows = rows[(rows >= 0) & (rows < len(interval.sample.table))]
    rows = rows[np.isnan(interval.closed_at[rows])]
    table = interval.table.take(rows[:MOST_ROWS])
    is_tcp = table.protocol == PROTOCOL_TCP
    return table.take(is_tcp & ((table.is_pair & (table.state != TcpState.TIME_WAIT)) | table.is_listener))


def with_fresh_rows(interval: Interval, fresh: FreshRows) -> Interval:
    """Give the interval with what was read of some of its rows since, each with rates of its own time."""
    if fresh.table.namespace != interval.table.namespace:
        return interval
    places = find_places(interval.table.cookie, fresh.table.cookie)
    rows, found = places[places >= 0], fresh.table.take(places >= 0)
    gone = find_places(interval.table.cookie, fresh.gone)
    gone = gone[gone >= 0]
    gone = gone[np.isnan(interval.closed_at[gone])]
    receive, send = rates(since_sleep(interval.counters, fresh.asleep_s), fresh.boot_time, found)
    ended = np.full(len(gone), np.nan, np.float32)
    return replace(
        interval,
        table=_table_with(interval.table, rows, found),
        closed_at=_with(interval.closed_at, gone, np.full(len(gone), fresh.boot_time)),
        receive_rate=_with(_with(interval.receive_rate, rows, receive), gone, ended),
        send_rate=_with(_with(interval.send_rate, rows, send), gone, ended),
        retrans_rose_at=_rose_at(interval, rows, found, fresh.boot_time),
    )


_AnyT = TypeVar("_AnyT", bound=np.generic)


def _with(column: npt.NDArray[_AnyT], rows: Rows, values: npt.NDArray[_AnyT]) -> npt.NDArray[_AnyT]:
    """Copy a column with other values in some rows; without rows it is the column itself."""
    if not len(rows):
        return column
    changed = column.copy()
    changed[rows] = values
    return changed


def _table_with(table: SocketTable, rows: Rows, found: SocketTable) -> SocketTable:
    columns = {name: getattr(table, name) for name in COLUMN_TYPES}
    columns |= {name: _with(columns[name], rows, getattr(found, name)) for name in _COLUMNS}
    return SocketTable(table.namespace, **columns)


def _rose_at(interval: Interval, rows: Rows, found: SocketTable, now: float) -> F64:
    before = interval.table
    rose = rows[retransmitted(found, before.total_retrans[rows], before.knows("total_retrans")[rows])]
    return _with(interval.retrans_rose_at, rose, np.full(len(rose), now))
