"""What a process does with a socket: listens on it, accepted it, connects by it, or something else."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, Interval
from monitor.model.socket_table import U8
from monitor.model.tcp import PROTOCOL_TCP


class SocketRole(IntEnum):
    """What a socket is for; every row has exactly one."""

    LISTENS = 0
    """TCP in LISTEN."""
    ACCEPTED = 1
    """A TCP connection that the other side opened."""
    CONNECTS = 2
    """A TCP connection that this side opened, or is opening."""
    OTHER = 3
    """UDP, bound-only, and connections of which nothing tells who opened them."""


def socket_roles(interval: Interval) -> U8:
    """Give each row's SocketRole. Directions already know of listeners and of the byte counters."""
    table = interval.table
    roles = np.full(len(table), SocketRole.OTHER, np.uint8)
    is_tcp_pair = (table.protocol == PROTOCOL_TCP) & table.is_pair
    roles[table.is_listener] = SocketRole.LISTENS
    roles[is_tcp_pair & (interval.direction == DIRECTION_ACCEPTED)] = SocketRole.ACCEPTED
    roles[is_tcp_pair & (interval.direction == DIRECTION_DIALLED)] = SocketRole.CONNECTS
    return roles
