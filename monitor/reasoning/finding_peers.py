"""Rows parted by whose they are and to which peer: one finding for each, or one for a program with many such peers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.endpoint import Endpoint
from monitor.model.finding import Holder, PeerSubject
from monitor.model.sample import DIRECTION_DIALLED
from monitor.model.socket_table import U64, Bools, Rows, SocketTable
from monitor.model.tcp import TcpState
from monitor.reasoning.columns import MAPPED_HIGH_BITS, group_rows
from monitor.reasoning.finding_conditions import FEW_SHARE, MOST_PEERS
from monitor.reasoning.finding_look import Look, largest

_LOOPBACK_NET = (MAPPED_HIGH_BITS << np.uint64(8)) | np.uint64(0x7F)
"""::ffff:127.0.0.0/104, without its last 24 bits."""


def by_peer(look: Look, rows: Rows, *, has_port: bool = False) -> Iterator[tuple[PeerSubject | Holder, Rows]]:
    """Part some rows, the largest parts first; of each gives the positions in `rows`.

    Args:
        look: What they are rows of.
        rows: Those that one condition is met for.
        has_port: Whether endpoints of one remote address are different peers.
    """
    table = look.table
    holders, holder_of = look.holders(rows)
    ports = table.remote_port[rows] if has_port else np.zeros(len(rows), np.uint16)
    first, peer_of = group_rows((holder_of, table.remote_high[rows], table.remote_low[rows], ports))
    peers_of_holder = np.bincount(holder_of[first], minlength=len(holders))
    has_many = peers_of_holder > MOST_PEERS
    parts: list[tuple[PeerSubject | Holder, Rows]] = [
        (holders[place], np.flatnonzero(holder_of == place)) for place in np.flatnonzero(has_many).tolist()
    ]
    few = np.flatnonzero(~has_many[holder_of[first]])
    sizes = np.bincount(peer_of, minlength=len(first))[few]
    for place in largest(sizes.tolist()):
        peer = few[place]
        row = int(rows[first[peer]])
        subject = _subject(table, row, holders[holder_of[first[peer]]], has_port=has_port)
        parts.append((subject, np.flatnonzero(peer_of == peer)))
    yield from (parts[place] for place in largest([len(part) for _, part in parts]))


def remote_address(table: SocketTable, row: int, *, has_port: bool = False) -> Endpoint:
    """Give a row's remote endpoint as packets carry it; with port 0 where the address alone is meant."""
    remote = table.remote(row).on_the_wire
    return remote if has_port else Endpoint(remote.address, 0)


def dialled_to(look: Look, high: np.uint64, low: np.uint64, port: np.uint16) -> Rows:
    """Give the open connections that this host dialled to an endpoint: their processes are the ones that dial it."""
    table = look.table
    is_there = (look.tcp_state != 0) & (look.tcp_state != TcpState.TIME_WAIT) & table.is_pair
    is_there &= look.interval.direction == DIRECTION_DIALLED
    is_there &= (table.remote_low == low) & (table.remote_port == port) & (table.remote_high == high)
    return np.flatnonzero(is_there)


def are_few_of_many_clients(look: Look, rows: Rows) -> Bools:
    """Tell which are clients of a service to which it happens with few of them: some lose their network every day."""
    few = np.zeros(len(rows), np.bool_)
    listener = look.interval.listener
    clients = np.flatnonzero(listener[rows] >= 0)
    if len(clients):
        served = np.bincount(listener[(listener >= 0) & look.lives])
        of = listener[rows[clients]]
        these = np.bincount(of, minlength=len(served))
        few[clients] = these[of] < FEW_SHARE * served[of]
    return few


def stays_on_host(table: SocketTable, rows: Rows) -> Bools:
    """Tell which connections lead to this host itself: over loopback, or from an address to itself."""
    high, low = table.remote_high[rows], table.remote_low[rows]
    is_own: Bools = (high == table.local_high[rows]) & (low == table.local_low[rows])
    return is_own | _is_loopback(high, low)


def _subject(table: SocketTable, row: int, holder: Holder, *, has_port: bool) -> PeerSubject:
    return PeerSubject(int(table.protocol[row]), remote_address(table, row, has_port=has_port), holder)


def _is_loopback(high: U64, low: U64) -> Bools:
    found: Bools = (high == 0) & ((low >> np.uint64(24) == _LOOPBACK_NET) | (low == 1))
    return found
