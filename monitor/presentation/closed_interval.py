"""ClosedInterval: an interval with the listed closes as further rows, so that they stand in the list of connections."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from monitor.model.egress import Egress
from monitor.model.event_list import EventKind, EventList, Records
from monitor.model.owner_table import OwnerTable
from monitor.model.sample import ROW_COLUMNS, Interval
from monitor.model.socket_table import Bools, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.presentation.event_interval import EventInterval, event_interval

_REPLACED = 0
"""The cookie of a TIME-WAIT entry whose connection stands among the closed ones: no socket's."""
_FIRST_NUMBER = 1 << 23
"""Above every pid: stands, with its number in the list, for a process that has no socket now."""
_LAST_INODE = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ClosedInterval(Interval):
    """The rows of an interval, then one for each connection that is listed as closed, newest first."""

    base: Interval
    """The interval without them."""
    closes: EventInterval
    """The closes, row by row."""

    @property
    def first_closed(self) -> int:
        """Number of the first row that is listed as closed."""
        return len(self.base.table)

    @property
    def is_shown(self) -> Bools:
        """Rows that no other stands for: of a TIME-WAIT entry and its closed connection the latter says more."""
        shown: Bools = self.table.cookie != _REPLACED
        return shown


def with_closed(interval: Interval, events: EventList) -> ClosedInterval:
    """Add the connections that are listed as closed; those of which the interval still has the socket are left out."""
    closes = event_interval(_closes_in(events, interval), interval)
    closes.table.cookie[:] = closes.records["cookie"]
    closes.table.state[closes.table.state == 0] = TcpState.ESTABLISHED
    table = SocketTable.concatenate([interval.table, closes.table])
    table.cookie[: len(interval.table)][_replaced(interval, closes.records)] = _REPLACED
    columns = {field.name: getattr(interval, field.name) for field in fields(Interval)}
    for name in ROW_COLUMNS:
        columns[name] = np.concatenate([getattr(interval, name), getattr(closes, name)])
    for name in ("owner_first", "owner_end"):
        columns[name][len(interval.table) :] += len(interval.owners.pid)
    return ClosedInterval(
        **{
            **columns,
            "table": table,
            "owners": _owners(interval, closes),
            "egress": _unasked(interval.egress, len(closes.records)),
        },
        base=interval,
        closes=closes,
    )


def _time_wait(interval: Interval) -> Bools:
    found: Bools = (interval.table.protocol == PROTOCOL_TCP) & (interval.table.state == TcpState.TIME_WAIT)
    return found


def _closes_in(events: EventList, interval: Interval) -> EventList:
    records = events.records
    standing = interval.table.cookie[~_time_wait(interval)]
    is_close = (records["kind"] == EventKind.CLOSED) & (records["remote_port"] != 0)
    return replace(events, records=records[is_close & ~np.isin(records["cookie"], standing)])


def _replaced(interval: Interval, closes: Records) -> Bools:
    found: Bools = _time_wait(interval) & np.isin(interval.table.cookie, closes["cookie"])
    return found


def _unasked(egress: Egress | None, rows: int) -> Egress | None:
    if egress is None:
        return None
    others = Egress.unasked(rows)
    both = {
        column.name: np.concatenate([getattr(egress, column.name), getattr(others, column.name)])
        for column in fields(Egress)
    }
    return Egress(**both)


def _owners(interval: Interval, closes: EventInterval) -> OwnerTable:
    """Put the processes of closed connections behind those of sockets; one that has both is one."""
    own, others = interval.owners, closes.owners
    known = own.processes
    keys = {}
    for number, process in others.processes.items():
        now = known.get(process.pid)
        is_same = now is not None and now.start_time == process.start_time
        keys[number] = process.pid if is_same else _FIRST_NUMBER + number
    added = np.array([keys[number] for number in others.pid.tolist()], np.uint32)
    return OwnerTable(
        np.concatenate([own.inode, np.full(len(added), _LAST_INODE, np.uint32)]),
        np.concatenate([own.pid, added]),
        np.concatenate([own.fd, others.fd]),
        {**known, **{keys[number]: process for number, process in others.processes.items()}},
        own.hidden_processes,
        is_read=own.is_read,
    )
