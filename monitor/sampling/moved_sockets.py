"""Finds sockets that left a narrowed list without an end: a program may connect the socket that it has once more."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from monitor.model.places import find_places
from monitor.model.socket_table import U64, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.sampling.event_rows import is_bucket

_TOLD_WITHIN_S = 0.005
"""The kernel tells of a destroyed socket from a queue of its own, a moment later."""


def moved_sockets(
    former: SocketTable, found: U64, destroyed: Callable[[], U64], list_all: Callable[[], SocketTable]
) -> SocketTable:
    """Give the rows of TCP sockets that are elsewhere now; everything is listed only where one may be.

    Args:
        former: The rows of the sample before.
        found: Cookies of the sockets of which it is known where they are.
        destroyed: Gives the cookies of sockets that the kernel has destroyed until then.
        list_all: Lists the TCP sockets.
    """
    missing = former.cookie[_may_have_moved(former, np.flatnonzero(find_places(found, former.cookie) < 0))]
    for patience_s in (0.0, _TOLD_WITHIN_S):
        if not len(missing):
            return SocketTable.empty(former.namespace)
        time.sleep(patience_s)
        missing = missing[~np.isin(missing, destroyed())]
    if not len(missing):
        return SocketTable.empty(former.namespace)
    everything = list_all()
    return everything.take(np.isin(everything.cookie, missing))


def _may_have_moved(table: SocketTable, rows: Rows) -> Rows:
    """Leave out what is nobody's to connect: what is left of a connection, and handshakes that no accept() has seen."""
    state = table.state[rows]
    is_handshake = (state == TcpState.SYN_RECEIVED) | (state == TcpState.NEW_SYN_RECEIVED)
    is_free = (table.inode[rows] != 0) | ~is_handshake
    chosen: Rows = rows[(table.protocol[rows] == PROTOCOL_TCP) & is_free & ~is_bucket(table, rows)]
    return chosen
