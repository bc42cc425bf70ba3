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
from monitor.model.socket_table import U16, Rows, SocketTable
from monitor.reasoning.columns import group_rows
from monitor.reasoning.other_ends import pair_columns

_MOST_OF_A_PLACE, _MOST = 2, 8
"""Other ends of one row that are given, of one namespace and of all: by two of them it is not certain which it is."""

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
    """Find by row what may be its other end, some of it where that is much; rows without such are left out.

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
    order = _few_of_each(of_pair, places.place[rows])
    first, end = (np.searchsorted(of_pair[order], of_mirror, side) for side in ("left", "right"))
    count = end - first
    near = np.repeat(np.arange(len(rows)), count)
    nth_of_group = np.arange(len(near)) - np.repeat(np.cumsum(count) - count, count)
    far: Rows = order[np.repeat(first, count) + nth_of_group]
    is_elsewhere = places.place[rows[near]] != places.place[rows[far]]
    return rows[near[is_elsewhere]].tolist(), rows[far[is_elsewhere]].tolist()


def _few_of_each(pair: Rows, place: U16) -> Rows:
    """Order rows by their pair, and leave out those of a pair that has very many.

    UDP sockets may share one, as many as anybody likes, and each would be an end of each.
    """
    order = np.lexsort((place, pair))
    for keys, most in (((pair, place), _MOST_OF_A_PLACE), ((pair,), _MOST)):
        is_first = np.ones(len(order), np.bool_)
        if len(order):
            is_first[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
        starts = np.flatnonzero(is_first)
        nth = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
        order = order[nth < most]
    return order
