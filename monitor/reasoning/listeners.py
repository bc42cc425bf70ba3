"""Which listener a connection belongs to: the one that demultiplexing chooses for its local endpoint.

The order of Linux's receive lookup (net/ipv4/inet_hashtables.c): listeners on the exact address first, the wildcard
only where there are none; a child inherits the device that its listener is bound to; IPv4 packets reach an IPv6
wildcard that is not v6only, an IPv4 socket goes first.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

import numpy as np

from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.places import distinct
from monitor.model.socket_table import Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.reasoning.columns import group_rows, local_columns

_LINK_LOCAL_PREFIX = 0xFE80 >> 6
_ANY_FAMILY = 0


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


@dataclass(slots=True)
class ListenerGroup:
    """Listeners that share address, port, device, family and v6only: one, or the members of a REUSEPORT group."""

    family: int
    device: int
    v6only: int
    rows: list[int] = field(default_factory=list)
    """Row numbers in the order of the dump, which is the order of the kernel's chains."""
    queued: list[int] = field(default_factory=list)
    """Those with a filled accept queue."""

    @property
    def is_certain(self) -> bool:
        """Whether the table tells which member an unaccepted connection waits for."""
        return len(self.rows) == 1 or len(self.queued) == 1

    @property
    def chosen(self) -> int:
        """The member with the only filled accept queue, else the first: within a group the kernel's hash decides."""
        return self.queued[0] if len(self.queued) == 1 else self.rows[0]


Groups = dict[tuple[int, int, int], list[ListenerGroup]]
"""By address words and port."""


class ListenerIndex:
    """The TCP listeners of a table.

    Args:
        table: The rows.
        is_closed: Rows that are only shown for a moment more; they listen no longer.
        is_unseen: Rows that the newest dump lacks; they are asked only where no other listener fits.
    """

    def __init__(self, table: SocketTable, *, is_closed: Bools | None = None, is_unseen: Bools | None = None) -> None:
        is_open = table.is_listener if is_closed is None else table.is_listener & ~is_closed
        is_seen = is_open if is_unseen is None else is_open & ~is_unseen
        self.ports = distinct(table.local_port[is_open])
        """Ports on which anybody listens."""
        self._group_of: dict[int, ListenerGroup] = {}
        self._seen = self._grouped(table, np.flatnonzero(is_seen))
        self._unseen = self._grouped(table, np.flatnonzero(is_open & ~is_seen))

    def find(self, place: LocalPlace, family: int = _ANY_FAMILY) -> ListenerGroup | None:
        """Find who takes segments for a place; where a family is given, only among listeners of that family."""
        return _find(self._seen, place, family) or _find(self._unseen, place, family)

    def group_of(self, row: int) -> ListenerGroup:
        """Give the group that a listener belongs to."""
        return self._group_of[row]

    def _grouped(self, table: SocketTable, rows: Rows) -> Groups:
        groups: Groups = {}
        known: dict[tuple[int, ...], ListenerGroup] = {}
        names = ("local_high", "local_low", "local_port", "family", "device", "v6only", "recv_q")
        columns = (getattr(table, name)[rows].tolist() for name in names)
        for row, high, low, port, family, device, v6only, queued in zip(rows.tolist(), *columns, strict=True):
            group = known.get((high, low, port, family, device, v6only))
            if group is None:
                group = known[high, low, port, family, device, v6only] = ListenerGroup(family, device, v6only)
                groups.setdefault((high, low, port), []).append(group)
            group.rows.append(row)
            if queued:
                group.queued.append(row)
            self._group_of[row] = group
        return groups


def _find(groups: Groups, place: LocalPlace, family: int) -> ListenerGroup | None:
    exact = _fitting(groups, place, (place.high, place.low), family)
    if exact:
        return _best(exact, place)
    # IPv4's wildcard and IPv6's share one chain: where the points are equal the first of it is taken.
    addresses = ((0, MAPPED_IPV4), (0, 0)) if place.is_ipv4 else ((0, 0),)
    return _best([group for address in addresses for group in _fitting(groups, place, address, family)], place)


def _fitting(groups: Groups, place: LocalPlace, address: tuple[int, int], family: int) -> list[ListenerGroup]:
    return [
        group
        for group in groups.get((*address, place.port), ())
        if family in (_ANY_FAMILY, group.family)
        and not (place.is_ipv4 and group.v6only == 1)
        and (group.device == place.device or (group.device == 0 and place.is_link_local))
    ]


def _best(fitting: list[ListenerGroup], place: LocalPlace) -> ListenerGroup | None:
    # A bound listener before an unbound one, IPv4's before IPv6's: the order of compute_score().
    return min(
        fitting,
        key=lambda group: (group.device != place.device, group.family != socket.AF_INET, group.rows[0]),
        default=None,
    )


def listener_rows(table: SocketTable, index: ListenerIndex | None = None, rows: Rows | None = None) -> Rows:
    """Find for each row the listener of its local endpoint: a row number, -1 for none.

    SYN-SENT rows were dialled and have none. A connection that was not accepted yet has its listener's family.

    Args:
        table: All rows, the listeners among them.
        index: The table's listeners; None to look for them.
        rows: Of which rows to tell, in this order; None for all.
    """
    index = index or ListenerIndex(table)
    asked = np.arange(len(table)) if rows is None else rows
    found = np.full(len(asked), -1, np.intp)
    may_have_one = (table.protocol == PROTOCOL_TCP) & table.is_pair & (table.state != TcpState.SYN_SENT)
    is_served = np.flatnonzero(may_have_one[asked] & np.isin(table.local_port[asked], index.ports))
    if not len(is_served):
        return found
    served = asked[is_served]
    family = np.where(table.inode[served] == 0, table.family[served], _ANY_FAMILY)
    first, group = group_rows((*local_columns(table, served), family))
    chosen = np.array(
        [
            listener_of(table, index, row, wanted)
            for row, wanted in zip(served[first].tolist(), family[first].tolist(), strict=True)
        ],
        np.intp,
    )
    found[is_served] = chosen[group]
    return found


def listener_of(table: SocketTable, index: ListenerIndex, row: int, family: int) -> int:
    """Find the listener of one connection's local endpoint, of that family or of any (0): a row, -1 for none."""
    place = LocalPlace(
        int(table.local_high[row]), int(table.local_low[row]), int(table.local_port[row]), int(table.device[row])
    )
    group = index.find(place, family)
    return -1 if group is None else group.chosen
