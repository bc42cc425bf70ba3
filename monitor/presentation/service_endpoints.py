"""Groups the sockets that wait at one endpoint: listeners of TCP, unconnected sockets of UDP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from monitor.model.sample import DIRECTION_DIALLED, Interval
from monitor.model.socket_table import BACKLOG_UNKNOWN, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.row_marks import is_in_trouble
from monitor.presentation.sorting import where_known
from monitor.reasoning.columns import group_rows, is_ipv4
from monitor.reasoning.reach import reach_of

if TYPE_CHECKING:
    from monitor.model.event_list import EventList
    from monitor.sampling.history import History

IPV4_ONLY, IPV6_ONLY, BOTH_STACKS = "4", "6", "46"

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ServiceEndpoints:
    """One entry per (protocol, address, port, bound device, v6only); all arrays have that length but `rows`, `group`.

    Several sockets at one endpoint are a REUSEPORT group, or UDP sockets that share by SO_REUSEADDR.
    """

    interval: Interval
    rows: Rows
    """All waiting sockets: rows of the interval's table."""
    group: Rows
    """For each of `rows` the number of its entry."""
    first: Rows
    """The entry's first socket in the dump's order, a row of the interval's table."""
    sockets: Numbers
    connections: Numbers
    """Connections that demultiplexing gives to the entry; -1 for UDP, which has none."""
    fullest: Rows
    """The socket whose queue is fullest, a row of the interval's table."""
    history: History | None = None
    """What was kept of them; None where nobody keeps it."""
    events: EventList | None = None
    """What happened to connections; None before that is known."""

    @classmethod
    def of(cls, interval: Interval) -> ServiceEndpoints:
        """Group the waiting sockets of an interval."""
        table = interval.table
        rows = np.flatnonzero(table.is_listener | table.is_udp_unconnected)
        kind = (
            (table.protocol[rows].astype(np.uint64) << np.uint64(16))
            | (table.family[rows].astype(np.uint64) << np.uint64(8))
            | table.v6only[rows]
        )
        place = (table.device[rows].astype(np.uint64) << np.uint64(16)) | table.local_port[rows]
        first, group = group_rows((kind, place, table.local_high[rows], table.local_low[rows]))
        count = len(first)
        served = np.full(count, -1, np.int64)
        is_tcp = table.protocol[rows[first]] == PROTOCOL_TCP
        served[is_tcp] = _connections(interval, rows, group, count)[is_tcp]
        return cls(
            interval,
            rows,
            group,
            rows[first],
            np.bincount(group, minlength=count),
            served,
            _fullest(interval, rows, group, count),
        )

    def __len__(self) -> int:
        return len(self.first)

    def members(self, entry: int) -> Rows:
        """Give the rows of the sockets at one endpoint, in the dump's order."""
        rows: Rows = self.rows[self.group == entry]
        return rows

    @property
    def is_overflowing(self) -> npt.NDArray[np.bool_]:
        """Entries with a TCP accept queue above its limit: the kernel drops new clients."""
        table = self.interval.table
        # The kernel's test is >, not >=: the queue holds one more than the backlog.
        found: npt.NDArray[np.bool_] = (table.protocol[self.fullest] == PROTOCOL_TCP) & (
            table.recv_q[self.fullest] > table.send_q[self.fullest]
        )
        return found

    @property
    def is_in_trouble(self) -> npt.NDArray[np.bool_]:
        """Entries with a socket about which there is a finding that calls."""
        found = np.zeros(len(self), np.bool_)
        found[self.group[is_in_trouble(self.interval, self.rows)]] = True
        return found

    @property
    def reach(self) -> npt.NDArray[np.uint8]:
        """How far each entry can be reached from, as reach_of() gives it."""
        return reach_of(self.interval.table, self.first, self.interval.sample.network.links)

    def serves(self, entries: Rows) -> list[str]:
        """Say which packets entries take: IPV4_ONLY, IPV6_ONLY or BOTH_STACKS."""
        table, rows = self.interval.table, self.first[entries]
        high, low = table.local_high[rows], table.local_low[rows]
        takes_both = (high == 0) & (low == 0) & (table.v6only[rows] != 1)
        of_ipv6 = np.where(takes_both, BOTH_STACKS, IPV6_ONLY)
        served: list[str] = np.where(is_ipv4(high, low), IPV4_ONLY, of_ipv6).tolist()
        return served


def _connections(interval: Interval, rows: Rows, group: Rows, count: int) -> Numbers:
    entry_of = np.full(len(interval.table), -1, np.int64)
    entry_of[rows] = group
    is_served = (interval.listener >= 0) & (interval.direction != DIRECTION_DIALLED) & np.isnan(interval.closed_at)
    served: Numbers = np.bincount(entry_of[interval.listener[is_served]], minlength=count)
    return served


def _fullest(interval: Interval, rows: Rows, group: Rows, count: int) -> Rows:
    order = emptiest_last(interval.table, rows)
    order = order[np.argsort(group[order], kind="stable")]
    starts = np.searchsorted(group[order], np.arange(count))
    fullest: Rows = rows[order[starts]] if count else rows
    return fullest


def queue_fill(table: SocketTable, rows: Rows) -> npt.NDArray[np.float64]:
    """Give how full each waiting socket's queue is, 1 for at its limit: accept queues of TCP, buffers of UDP.

    NaN where the limit is not known.
    """
    is_tcp = table.protocol[rows] == PROTOCOL_TCP
    limit = np.where(is_tcp, table.send_q[rows], table.receive_buffer[rows])
    is_known = np.where(is_tcp, limit != BACKLOG_UNKNOWN, limit != 0)
    return where_known(table.recv_q[rows] / np.maximum(limit, 1), is_known)


def emptiest_last(table: SocketTable, rows: Rows) -> Rows:
    """Order waiting sockets by how full their queues are; without known limits by how much waits."""
    order: Rows = np.lexsort((-table.recv_q[rows].astype(np.int64), -queue_fill(table, rows)))
    return order
