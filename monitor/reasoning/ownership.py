"""Whose a socket is, or why that is not known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from monitor.model.owner_table import OwnerTable
from monitor.model.process import OwnerReason
from monitor.model.socket_table import Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.reasoning.listeners import ListenerIndex

_UNACCEPTED = (TcpState.ESTABLISHED, TcpState.CLOSE_WAIT)


def is_unaccepted(table: SocketTable, listener: Rows) -> Bools:
    """Tell which rows wait in an accept queue: no inode yet, and a listener on their local endpoint."""
    found: Bools = (table.protocol == PROTOCOL_TCP) & (table.inode == 0) & (listener >= 0)
    rows = np.flatnonzero(found)
    found[rows] = np.isin(table.state[rows], _UNACCEPTED)
    return found


def owner_ranges(
    table: SocketTable,
    owners: OwnerTable,
    listener: Rows,
    index: Callable[[], ListenerIndex] | None = None,
    known: tuple[Rows, Rows] | None = None,
) -> tuple[Rows, Rows]:
    """Give for each row the range of its owners in the owner table; an unaccepted socket has its listener's.

    Where several listeners of a REUSEPORT group have waiting connections, the table cannot tell which of them an
    unaccepted one waits for: it then has no owner.

    Args:
        table: The rows.
        owners: Who holds which socket.
        listener: For each row its listener's row, or -1.
        index: Gives the table's listeners; None to look for them.
        known: The answer to the same sockets and owners at an earlier time; None to look them up.
    """
    first, end = owners.ranges(table.inode) if known is None else (np.where(table.inode == 0, 0, one) for one in known)
    waiting = np.flatnonzero(is_unaccepted(table, listener))
    if len(waiting):
        listeners = ListenerIndex(table) if index is None else index()
        rows = listener[waiting]
        certain = {row: listeners.group_of(row).is_certain for row in np.unique(rows).tolist()}
        is_certain = np.array([certain[row] for row in rows.tolist()], np.bool_)
        first[waiting] = np.where(is_certain, first[rows], 0)
        end[waiting] = np.where(is_certain, end[rows], 0)
    return first, end


def owner_reason(
    table: SocketTable, owners: OwnerTable, row: int, *, has_owner: bool, listener: int
) -> OwnerReason | None:
    """Say why a row has no owner, or not one of its own; None where its own process is known.

    Args:
        table: The rows.
        owners: What is known of owners.
        row: The row that is asked about.
        has_owner: Whether its range of owners, as owner_ranges() gives it, holds any.
        listener: Its listener's row, or -1.
    """
    if int(table.inode[row]) != 0:
        return None if has_owner else _unknown(owners)
    if listener < 0 or int(table.state[row]) not in _UNACCEPTED:
        return OwnerReason.KERNEL
    if has_owner:
        return OwnerReason.ACCEPT_QUEUE
    is_listener_known = bool(owners.owners_of(int(table.inode[listener])))
    return OwnerReason.ONE_OF_SEVERAL if is_listener_known else _unknown(owners)


def _unknown(owners: OwnerTable) -> OwnerReason:
    """Say why nobody is known to hold a socket that a process has."""
    if not owners.is_read:
        return OwnerReason.PENDING
    return OwnerReason.HIDDEN if owners.hidden_processes else OwnerReason.NOT_FOUND
