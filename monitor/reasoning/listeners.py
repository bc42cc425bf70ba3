"""Which listener a connection belongs to: the one that demultiplexing chooses for its local endpoint.

The order of Linux's receive lookup (net/ipv4/inet_hashtables.c): listeners on the exact address first, the wildcard
only where there are none; a child inherits the device that its listener is bound to; IPv4 packets reach an IPv6
wildcard that is not v6only, an IPv4 socket goes first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.socket_table import Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.reasoning.columns import group_rows, local_columns

_LINK_LOCAL_PREFIX = 0xFE80 >> 6


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """A local endpoint as words, with the device that its socket is bound to."""

    high: int
    low: int
    port: int
    device: int

    @property
    def is_ipv4(self) -> bool:
        """Whether packets to it are IPv4."""
        return self.high == 0 and self.low >> 32 == MAPPED_IPV4 >> 32

    @property
    def is_link_local(self) -> bool:
        """Whether it is in fe80::/10, where an accepted socket names its device even without being bound."""
        return self.high >> 54 == _LINK_LOCAL_PREFIX


class ListenerIndex:
    """The TCP listeners of a table, by address and port."""

    def __init__(self, table: SocketTable) -> None:
        self._table = table
        self.rows = np.flatnonzero(table.is_listener)
        """Row numbers, in the order of the dump, which is the order of the kernel's chains."""
        self._at: Mapping[tuple[int, int, int], list[int]] = defaultdict(list)
        for row in self.rows.tolist():
            key = (int(table.local_high[row]), int(table.local_low[row]), int(table.local_port[row]))
            self._at[key].append(row)

    def candidates(self, place: LocalPlace) -> Sequence[int]:
        """Give the listeners that may take segments for a place: one, a REUSEPORT group, or none."""
        exact = self._fitting(place, place.high, place.low)
        if exact:
            return exact
        if not place.is_ipv4:
            return self._fitting(place, 0, 0)
        plain = self._fitting(place, 0, MAPPED_IPV4)
        dual = [row for row in self._fitting(place, 0, 0) if self._table.v6only[row] != 1]
        return plain or dual

    def _fitting(self, place: LocalPlace, high: int, low: int) -> list[int]:
        rows = self._at.get((high, low, place.port), [])
        bound = [row for row in rows if self._table.device[row] == place.device]
        if bound or place.device == 0 or not place.is_link_local:
            return bound
        return [row for row in rows if self._table.device[row] == 0]


def listener_rows(table: SocketTable) -> Rows:
    """Find for each row the listener of its local endpoint: a row number, -1 for none.

    SYN-SENT rows were dialled and have none. In a REUSEPORT group the kernel's hash decides and the table cannot
    tell: the member with a filled accept queue is named where there is just one, else the first.
    """
    found = np.full(len(table), -1, np.intp)
    index = ListenerIndex(table)
    if not len(index.rows):
        return found
    is_candidate = (table.protocol == PROTOCOL_TCP) & table.is_pair & (table.state != TcpState.SYN_SENT)
    is_candidate &= np.isin(table.local_port, np.unique(table.local_port[index.rows]))
    rows = np.flatnonzero(is_candidate)
    if not len(rows):
        return found
    first, group = group_rows(local_columns(table, rows))
    chosen = np.array([_choose(table, index, int(row)) for row in rows[first]], np.intp)
    found[rows] = chosen[group]
    return found


def _choose(table: SocketTable, index: ListenerIndex, row: int) -> int:
    place = LocalPlace(
        int(table.local_high[row]), int(table.local_low[row]), int(table.local_port[row]), int(table.device[row])
    )
    candidates = index.candidates(place)
    if not candidates:
        return -1
    queued = [candidate for candidate in candidates if table.recv_q[candidate]]
    return queued[0] if len(queued) == 1 else candidates[0]


def is_reuseport_rival(table: SocketTable, row: int) -> bool:
    """Tell whether several listeners share the row's endpoint and not just one of them has waiting clients."""
    same = (
        table.is_listener
        & (table.local_port == table.local_port[row])
        & (table.local_high == table.local_high[row])
        & (table.local_low == table.local_low[row])
        & (table.device == table.device[row])
        & (table.family == table.family[row])
    )
    return int(np.count_nonzero(same)) > 1 and int(np.count_nonzero(same & (table.recv_q > 0))) != 1
