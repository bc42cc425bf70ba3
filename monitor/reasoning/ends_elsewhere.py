"""The socket at the other end of a connection that leaves its network namespace, where that is in another one of ours.

It has the swapped pair, and its namespace owns its address while that of the asking one does not: what is sent to an
address of one's own never leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.model.row_namespaces import RowNamespaces
from monitor.model.socket_table import Rows, SocketTable
from monitor.reasoning.columns import group_rows
from monitor.reasoning.other_ends import pair_columns

Owned = Mapping[tuple[int, int], int]
"""By the two words of an address: index of the interface that owns it."""


@dataclass(frozen=True, slots=True)
class EndElsewhere:
    """A socket that may be the other end."""

    row: int
    link: int
    """Index, in its namespace, of the interface that owns its address."""
    near_link: int
    """Index of the interface that owns the asking socket's address, in the namespace of that one; 0 for none."""


def ends_elsewhere(table: SocketTable, places: RowNamespaces, owned: Sequence[Owned]) -> dict[int, list[EndElsewhere]]:
    """Find by row what may be its other end; rows without such are left out.

    Args:
        table: The sockets of all namespaces.
        places: Of its rows.
        owned: The addresses of each namespace.
    """
    found: defaultdict[int, list[EndElsewhere]] = defaultdict(list)
    for near, far in zip(*_mirrored(table, places), strict=True):
        here, there = owned[int(places.place[near])], owned[int(places.place[far])]
        local, remote = (
            (int(getattr(table, f"{end}_high")[near]), int(getattr(table, f"{end}_low")[near]))
            for end in ("local", "remote")
        )
        if remote in there and remote not in here and not table.remote(near).on_the_wire.address.is_loopback:
            found[near].append(EndElsewhere(far, there[remote], here.get(local, 0)))
    return dict(found)


def _mirrored(table: SocketTable, places: RowNamespaces) -> tuple[list[int], list[int]]:
    """Give rows and beside each one of another namespace that has the swapped pair; one row may stand several times."""
    rows = np.flatnonzero(table.is_pair)
    ours, theirs = pair_columns(table, rows, "local", "remote"), pair_columns(table, rows, "remote", "local")
    _, group = group_rows(tuple(np.concatenate(both) for both in zip(ours, theirs, strict=True)))
    of_pair, of_mirror = group[: len(rows)], group[len(rows) :]
    order = np.argsort(of_pair, kind="stable")
    first, end = (np.searchsorted(of_pair[order], of_mirror, side) for side in ("left", "right"))
    count = end - first
    near = np.repeat(np.arange(len(rows)), count)
    nth_of_group = np.arange(len(near)) - np.repeat(np.cumsum(count) - count, count)
    far: Rows = order[np.repeat(first, count) + nth_of_group]
    # Nothing else would come of the others, of which there may be many.
    is_elsewhere = places.place[rows[near]] != places.place[rows[far]]
    return rows[near[is_elsewhere]].tolist(), rows[far[is_elsewhere]].tolist()
