"""Who stands in each bucket of the look-up for a segment, and whether it fits: Linux's compute_score() over columns.

The rows of a table stand in the order in which the kernel lists them, which for listeners is the order in which it
asks them. A socket's SO_INCOMING_CPU is not in the table, so its point is missing from every score.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass

import numpy as np

from monitor.model.demux import Candidate, Fate
from monitor.model.endpoint import MAPPED_IPV4, address_words
from monitor.model.segment import Arrival, Segment
from monitor.model.socket_table import Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState

MOST_LOSERS = 100
"""How many of those that do not fit are listed one by one."""

_GROUP_COLUMNS = ("state", "family", "v6only", "device", "uid", "local_high", "local_low")
_UDP_POINTS = {True: 4, False: 1}
"""What each of remote address, remote port and device is worth, by whether the packet is IPv4."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The sockets that one stage looks at."""

    fitting: tuple[int, ...]
    """Rows that may take the segment, in the table's order."""
    scores: tuple[int, ...]
    """Of each of them."""
    refused: tuple[Candidate, ...]
    left_out: int = 0
    """Refused ones beyond those listed."""

    def score_of(self, row: int) -> int | None:
        """Give the score of a row; None for one that does not fit."""
        return self.scores[self.fitting.index(row)] if row in self.fitting else None


class Buckets:
    """The sockets of a table on the port of one segment."""

    def __init__(self, table: SocketTable, segment: Segment, arrival: Arrival) -> None:
        self._table, self._segment = table, segment
        self._device = arrival.device
        on_port = (table.local_port == segment.destination.port) & (table.protocol == segment.protocol)
        rows, self._is_pair = np.flatnonzero(on_port), table.is_pair
        is_tcp = segment.protocol == PROTOCOL_TCP
        self._pairs = rows[self._is_pair[rows]] if is_tcp and segment.source is not None else rows[:0]
        self._on_port = rows[~self._is_pair[rows]] if is_tcp else rows
        self._words = address_words(segment.destination.address)
        self._is_here = self._has_address(self._on_port, *self._words)
        self._is_wildcard = self._has_address(self._on_port, 0, 0)
        # ::ffff:0.0.0.0 is bound as IPv4's wildcard is.
        self._is_wildcard |= self._has_address(self._on_port, 0, MAPPED_IPV4)

    def exact(self) -> Bucket:
        """Look at the sockets that have this very pair; for UDP they stand in the bucket of their address."""
        rows = self._pairs[self._has_peer(self._pairs)]
        rows = rows[self._has_address(rows, *self._words)]
        return self._parted(rows, [(self._is_elsewhere(rows), Fate.OTHER_DEVICE)])

    def address(self) -> Bucket:
        """Look at those that wait on the segment's own address."""
        return self._waiting(self._on_port[self._is_here])

    def wildcard(self) -> Bucket:
        """Look at those that wait on every address."""
        return self._waiting(self._on_port[self._is_wildcard])

    def elsewhere(self) -> Bucket:
        """Look at those that wait on the port at other addresses."""
        rows = self._on_port[~self._is_here & ~self._is_wildcard]
        rows = rows[self._waits(rows)]
        return self._parted(rows, [(np.ones(len(rows), np.bool_), Fate.OTHER_ADDRESS)])

    def every(self) -> Bucket:
        """Look at all that get a copy of a datagram to a group or to everybody."""
        return self._waiting(self._on_port[self._is_here | self._is_wildcard])

    def group_of(self, row: int) -> tuple[int, ...]:
        """List those that would form a SO_REUSEPORT group with a waiting socket, itself included."""
        table, rows = self._table, self._on_port
        if row not in rows:
            # A program may steer to a socket of another port.
            rows = np.flatnonzero(
                (table.protocol == self._segment.protocol) & (table.local_port == table.local_port[row])
            )
        is_alike = np.ones(len(rows), np.bool_)
        for name in _GROUP_COLUMNS:
            column = getattr(table, name)
            is_alike &= column[rows] == column[row]
        return tuple(rows[is_alike].tolist())

    def _waiting(self, rows: Rows) -> Bucket:
        table, is_ipv4 = self._table, self._segment.is_ipv4
        is_ipv6_socket = table.family[rows] == socket.AF_INET6
        if is_ipv4:
            other_family = is_ipv6_socket & (table.v6only[rows] == 1), Fate.IPV6_ONLY
        else:
            other_family = ~is_ipv6_socket | self._has_address(rows, 0, MAPPED_IPV4), Fate.IPV4_ONLY
        refusals = [other_family, (self._is_elsewhere(rows), Fate.OTHER_DEVICE)]
        if self._segment.protocol == PROTOCOL_TCP:
            refusals.append((table.state[rows] != TcpState.LISTEN, Fate.NOT_LISTENING))
        else:
            refusals.append((self._is_pair[rows] & ~self._has_peer(rows), Fate.OTHER_PEER))
        return self._parted(rows, refusals)

    def _parted(self, rows: Rows, refusals: list[tuple[Bools, Fate]]) -> Bucket:
        """Part rows into those that fit and those that do not; of several refusals the first is told."""
        reason = np.full(len(rows), -1, np.intp)
        for number, (is_refused, _) in reversed(list(enumerate(refusals))):
            reason[is_refused] = number
        is_refused = reason >= 0
        listed = np.flatnonzero(is_refused)[:MOST_LOSERS]
        refused = tuple(
            Candidate(row, refusals[number][1])
            for row, number in zip(rows[listed].tolist(), reason[listed].tolist(), strict=True)
        )
        fitting = rows[~is_refused]
        left_out = int(np.count_nonzero(is_refused)) - len(listed)
        return Bucket(tuple(fitting.tolist()), tuple(self._scores(fitting)), refused, left_out)

    def _scores(self, rows: Rows) -> list[int]:
        """Score rows that fit (inet_hashtables.c, udp.c, and theirs of IPv6)."""
        table, is_ipv4 = self._table, self._segment.is_ipv4
        is_bound = (table.device[rows] != 0).astype(np.intp)
        family_point = ((table.family[rows] == socket.AF_INET) & is_ipv4).astype(np.intp)
        if self._segment.protocol == PROTOCOL_TCP:
            return _ints(1 + is_bound + family_point)
        points = _UDP_POINTS[is_ipv4]
        is_connected = self._is_pair[rows].astype(np.intp)
        base = family_point + (1 if is_ipv4 else 0)
        return _ints(base + points * (2 * is_connected + is_bound))

    def _waits(self, rows: Rows) -> Bools:
        """Tell who waits for clients: TCP listeners, UDP sockets without a peer."""
        state = TcpState.LISTEN if self._segment.protocol == PROTOCOL_TCP else TcpState.CLOSED
        found: Bools = self._table.state[rows] == state
        return found

    def _is_elsewhere(self, rows: Rows) -> Bools:
        device = self._table.device[rows]
        found: Bools = (device != 0) & (device != self._device)
        return found

    def _has_address(self, rows: Rows, high: int, low: int) -> Bools:
        found: Bools = (self._table.local_high[rows] == high) & (self._table.local_low[rows] == low)
        return found

    def _has_peer(self, rows: Rows) -> Bools:
        source, table = self._segment.source, self._table
        if source is None:
            return np.zeros(len(rows), np.bool_)
        high, low = address_words(source.address)
        found: Bools = table.remote_port[rows] == source.port
        found &= (table.remote_high[rows] == high) & (table.remote_low[rows] == low)
        return found


def _ints(values: Rows) -> list[int]:
    numbers: list[int] = values.tolist()
    return numbers
