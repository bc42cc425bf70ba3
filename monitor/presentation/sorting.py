"""Puts rows into an order: by a column, or by the pane's own; over whole columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.model.sample import Interval
from monitor.model.socket_table import U64, Rows
from monitor.model.tcp import TROUBLE_ORDER
from monitor.reasoning.columns import match_cookies

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
    """Sort positions by the keys, equal ones by identity so that they stay where they are; unknown numbers last."""
    first, *rest = keys
    if is_descending:
        first = _reversed(first)
    unknown: tuple[npt.NDArray[np.generic], ...] = ()
    if first.dtype.kind == "f":
        unknown = (np.isnan(first.astype(np.float64)),)
    ordered: Rows = np.lexsort((identity, *reversed(rest), first, *unknown))
    return ordered


def _reversed(key: npt.NDArray[Any]) -> npt.NDArray[np.generic]:
    # ~x reverses the order of integers of either sign without leaving their range.
    return -key if key.dtype.kind == "f" else ~key


def keep_order(former: U64, identity: U64, ordered: Rows) -> Rows:
    """Keep known rows in their former order; new ones follow at the end, in the order of `ordered`.

    Args:
        former: Identities in the order in which they were shown.
        identity: Identities of the rows to be ordered.
        ordered: Positions into `identity` as a fresh sort gives them.
    """
    place = match_cookies(former, identity)[ordered]
    place[place < 0] = len(former)
    return ordered[np.argsort(place, kind="stable")]


def process_ranks(interval: Interval, rows: Rows) -> npt.NDArray[np.uint32]:
    """Rank rows by their first owner's name and pid; those without an owner come last."""
    owners = interval.owners
    by_name = sorted(owners.processes.values(), key=lambda process: (process.name.lower(), process.pid))
    pids = np.array([process.pid for process in by_name], np.uint32)
    first, end = interval.owner_first[rows], interval.owner_end[rows]
    ranks = np.full(len(rows), len(pids), np.uint32)
    if not len(pids):
        return ranks
    is_owned = end > first
    order = np.argsort(pids)
    place = np.searchsorted(pids, owners.pid[first[is_owned]], sorter=order)
    place[place == len(pids)] = 0
    ranks[is_owned] = order[place]
    return ranks


def busy_rate(interval: Interval, rows: Rows) -> npt.NDArray[np.float32]:
    """Sum both rates; what is not known counts as nothing."""
    total: npt.NDArray[np.float32] = np.nan_to_num(interval.receive_rate[rows]) + np.nan_to_num(
        interval.send_rate[rows]
    )
    return total
