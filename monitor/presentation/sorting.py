"""Puts rows into an order: by a column, or by the pane's own; over whole columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.model.places import find_places
from monitor.model.sample import Interval
from monitor.model.socket_table import U64, Bools, Rows
from monitor.model.tcp import TROUBLE_ORDER
from monitor.presentation.sort_words import order_by

Floats = npt.NDArray[np.float64]
Keys = tuple[npt.NDArray[np.generic], ...]
"""Sort keys of equal length, the most deciding first."""
KeyMaker = Callable[[Interval, Rows], Keys]
"""Makes the keys of some rows of an interval; smaller stands first, unknown numbers as NaN."""

TROUBLE_RANKS = np.full(256, len(TROUBLE_ORDER), np.uint8)
"""By state: how far up a state stands that something is wrong with; the rest after all of them."""
for _rank, _state in enumerate(TROUBLE_ORDER):
    TROUBLE_RANKS[_state] = _rank


@dataclass(frozen=True, slots=True)
class Sort:
    """Which column decides the order; None for the pane's own order."""

    column: str | None = None
    is_descending: bool = False


def order_rows(keys: Keys, identity: U64, *, is_descending: bool = False) -> Rows:
    """Sort positions by the keys, equal ones by identity so that they stay where they are.

    Descending turns every key round, but for unknown numbers, which stand last in both directions.
    """
    return order_by([*((key, is_descending) for key in keys), (identity, False)])


def keep_order(former: U64, identity: U64, order_new: Callable[[Rows], Rows]) -> Rows:
    """Keep known rows in their former order; new ones follow at the end.

    Args:
        former: Identities in the order in which they were shown.
        identity: Identities of the rows to be ordered.
        order_new: Gives the order of some positions into `identity`, as positions into what it was given.
    """
    return keep_rows(np.arange(len(former)), former, identity, np.ones(len(identity), np.bool_), order_new)


def keep_rows(former: Rows, before: U64, identity: U64, chosen: Bools, order_new: Callable[[Rows], Rows]) -> Rows:
    """Keep the chosen rows of a table in the order in which a former table's were shown; new ones follow at the end.

    Args:
        former: Rows of the former table, in that order.
        before: Identities of all rows of the former table.
        identity: Those of the table.
        chosen: Its rows that are to be shown.
        order_new: Gives the order of some of its rows, as positions into what it was given.
    """
    known = former
    if not np.array_equal(before, identity):
        # Of all rows, not of the shown ones in their order: tables hold most sockets in the same sequence.
        known = find_places(identity, before)[former]
        known = known[known >= 0]
    is_kept = chosen[known]
    kept = known if is_kept.all() else known[is_kept]
    if len(kept) == np.count_nonzero(chosen):
        return kept
    is_new = chosen.copy()
    is_new[kept] = False
    new = np.flatnonzero(is_new)
    return np.concatenate([kept, new[order_new(new)]])


def where_known(values: npt.NDArray[Any], is_known: Bools) -> Floats:
    """Make a key of numbers of which some mean nothing."""
    key: Floats = np.where(is_known, values, np.nan)
    return key


def process_ranks(interval: Interval, rows: Rows) -> Floats:
    """Rank rows by their first owner's name and pid; unknown for those without an owner."""
    owners = interval.owners
    by_name = sorted(owners.processes.values(), key=lambda process: (process.name.lower(), process.pid))
    first, end = interval.owner_first[rows], interval.owner_end[rows]
    is_owned = end > first
    pids = np.zeros(len(rows), np.int64)
    pids[is_owned] = owners.pid[first[is_owned]]
    return _ranks([process.pid for process in by_name], pids, is_owned)


def interface_ranks(interval: Interval, rows: Rows) -> Floats:
    """Rank rows by the name of their interface; unknown for those without one."""
    by_name = sorted(interval.sample.network.links, key=lambda link: (link.name, link.index))
    indexes = interval.interface[rows].astype(np.int64)
    return _ranks([link.index for link in by_name], indexes, indexes > 0)


def _ranks(in_order: list[int], numbers: npt.NDArray[np.int64], is_known: Bools) -> Floats:
    """Give for each number its place in a list of different ones."""
    place = find_places(np.array(in_order, np.uint64), numbers.astype(np.uint64))
    return where_known(place, is_known & (place >= 0))


def busy_rate(interval: Interval, rows: Rows) -> npt.NDArray[np.float32]:
    """Sum both rates; what is not known counts as nothing."""
    total: npt.NDArray[np.float32] = np.nan_to_num(interval.receive_rate[rows]) + np.nan_to_num(
        interval.send_rate[rows]
    )
    return total
