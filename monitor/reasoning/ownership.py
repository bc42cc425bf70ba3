"""Whose a socket is, or why that is not known."""

from __future__ import annotations

import numpy as np

from monitor.model.owner_table import OwnerTable
from monitor.model.process import OwnerReason
from monitor.model.socket_table import Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.reasoning.listeners import is_reuseport_rival

_UNACCEPTED = (TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)


def is_unaccepted(table: SocketTable, listener: Rows) -> Bools:
    """Tell which rows wait in an accept queue: no inode yet, and a listener on their local endpoint."""
    found: Bools = (
        (table.protocol == PROTOCOL_TCP) & (table.inode == 0) & (listener >= 0) & np.isin(table.state, _UNACCEPTED)
    )
    return found


def owner_ranges(table: SocketTable, owners: OwnerTable, listener: Rows) -> tuple[Rows, Rows]:
    """Give for each row the range of its owners in the owner table; an unaccepted socket has its listener's.

    Where several listeners of a REUSEPORT group have waiting connections, the table cannot tell which of them an
    unaccepted one waits for: it then has no owner.
    """
    first, end = owners.ranges(table.inode)
    waiting = np.flatnonzero(is_unaccepted(table, listener))
    if len(waiting):
        rows = listener[waiting]
        rivals = {row: is_reuseport_rival(table, row) for row in np.unique(rows).tolist()}
        is_open = np.array([not rivals[row] for row in rows.tolist()], np.bool_)
        first[waiting] = np.where(is_open, first[rows], 0)
        end[waiting] = np.where(is_open, end[rows], 0)
    return first, end


def owner_reason(
    table: SocketTable, owners: OwnerTable, row: int, *, has_owner: bool, has_listener: bool
) -> OwnerReason | None:
    """Say why a row has no owner, or not one of its own; None where its own process is known."""
    if int(table.inode[row]) == 0:
        waits = has_listener and int(table.state[row]) in _UNACCEPTED
        return OwnerReason.ACCEPT_QUEUE if waits else OwnerReason.KERNEL
    if has_owner:
        return None
    if not owners.is_read:
        return OwnerReason.PENDING
    return OwnerReason.HIDDEN if owners.hidden_processes else OwnerReason.NOT_FOUND
