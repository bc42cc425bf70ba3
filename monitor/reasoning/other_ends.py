"""The socket at the other end of a connection, where that is a socket of this host too: it has the swapped pair."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.model.endpoint import MAX_PORT, address_words
from monitor.model.socket_table import Rows, SocketTable
from monitor.model.tracking import Tracking
from monitor.reasoning.columns import group_rows


def other_ends(table: SocketTable, rows: Rows) -> Rows:
    """Find for each of some rows the row at its other end; -1 where that is not in the table.

    A socket that is connected to itself is its own other end. Where a pair stands twice, as on two devices, the first
    row is named: rows of the newest dump stand before carried ones.
    """
    found = np.full(len(rows), -1, np.intp)
    asked = rows[table.is_pair[rows]]
    candidates = _candidates(table, asked)
    if not len(candidates):
        return found
    columns = tuple(
        np.concatenate([theirs, ours])
        for theirs, ours in zip(
            pair_columns(table, candidates, "remote", "local"),
            pair_columns(table, asked, "local", "remote"),
            strict=True,
        )
    )
    first, group = group_rows(columns)
    nearest = first[group[len(candidates) :]]
    is_known = nearest < len(candidates)
    ends = np.full(len(asked), -1, np.intp)
    ends[is_known] = candidates[nearest[is_known]]
    found[table.is_pair[rows]] = ends
    return found


def translated_end(table: SocketTable, protocol: int, tracking: Tracking) -> int:
    """Find the row at the other end of a connection that the packet filter translates; -1 as above."""
    if tracking.source is None or tracking.destination is None:
        return -1
    is_it = table.is_pair & (table.protocol == protocol)
    for side, endpoint in (("local", tracking.destination), ("remote", tracking.source)):
        high, low = address_words(endpoint.address)
        is_it &= (getattr(table, f"{side}_low") == np.uint64(low)) & (getattr(table, f"{side}_high") == np.uint64(high))
        is_it &= getattr(table, f"{side}_port") == endpoint.port
    rows = np.flatnonzero(is_it)
    return int(rows[0]) if len(rows) else -1


def _candidates(table: SocketTable, asked: Rows) -> Rows:
    """Give the pairs whose ports are the asked ones' swapped: far fewer than all."""
    is_local = np.zeros(MAX_PORT + 1, np.bool_)
    is_remote = np.zeros(MAX_PORT + 1, np.bool_)
    is_local[table.remote_port[asked]] = True
    is_remote[table.local_port[asked]] = True
    return np.flatnonzero(is_local[table.local_port] & is_remote[table.remote_port] & table.is_pair)


def pair_columns(table: SocketTable, rows: Rows, near: str, far: str) -> tuple[npt.NDArray[np.generic], ...]:
    """Give what names a pair from one end, for group_rows; near and far are "local" and "remote", or the other way."""
    # group_rows hashes the first four columns and compares them all: those that differ most stand first.
    ports = (
        (table.protocol[rows].astype(np.uint64) << np.uint64(32))
        | (getattr(table, f"{near}_port")[rows].astype(np.uint64) << np.uint64(16))
        | getattr(table, f"{far}_port")[rows]
    )
    near_low, far_low = getattr(table, f"{near}_low")[rows], getattr(table, f"{far}_low")[rows]
    near_high, far_high = getattr(table, f"{near}_high")[rows], getattr(table, f"{far}_high")[rows]
    return ports, near_low, far_low, near_high, far_high
