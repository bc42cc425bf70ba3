"""ServedRows: each row's listener, looked for again only where a row or the listeners changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Bools, Rows, SocketTable
from monitor.reasoning.columns import group_rows, service_columns
from monitor.reasoning.listeners import ListenerIndex, listener_rows
from monitor.sampling.succession import Succession

_PLACE_COLUMNS = ("local_high", "local_low", "local_port", "device", "family")
_LISTENING_COLUMNS = ("cookie", *_PLACE_COLUMNS, "v6only")
"""What the look-up goes by of a listener, beside which member of a group somebody waits for."""
_STANDING_COLUMNS = (*_LISTENING_COLUMNS, "protocol", "state", "recv_q")
"""What tells listeners, and what the look-up goes by of them."""
_SERVED_COLUMNS = (*_PLACE_COLUMNS, "protocol", "state", "inode")
"""What a row's listener follows from, beside the listeners."""


@dataclass(frozen=True, slots=True, eq=False)
class ServedRows:
    """The listeners of a table and whom they serve."""

    listener: Rows
    """For each row the listener of its local endpoint; -1 for none."""
    index: Callable[[], ListenerIndex]
    """Gives the listeners; made when somebody asks, which mostly nobody has to."""

    @classmethod
    def of(cls, step: Succession, former: Interval | None, closed_at: F64, is_unseen: Bools) -> ServedRows:
        """Find them.

        Args:
            step: How the rows follow from those before.
            former: The interval before, of the same namespace; None for none.
            closed_at: For each row when it was known to be closed, NaN while it lives.
            is_unseen: For each row whether it is only carried.
        """
        is_closed = ~np.isnan(closed_at)
        index = cache(lambda: ListenerIndex(step.table, is_closed=is_closed, is_unseen=is_unseen))
        before = None if former is None else _listeners_before(step, former, is_closed, is_unseen)
        if before is None:
            return cls(listener_rows(step.table, index()), index)
        return cls(
            step.renewed(before, -1, _SERVED_COLUMNS, lambda rows: listener_rows(step.table, index(), rows)), index
        )


def _listeners_before(step: Succession, former: Interval, is_closed: Bools, is_unseen: Bools) -> Rows | None:
    """Give for each row of before the row that its listener has now; None where listeners are not what they were."""
    was_closed = ~np.isnan(former.closed_at)
    if (
        step.is_same
        and not len(step.changed(_STANDING_COLUMNS))
        and np.array_equal(is_closed, was_closed)
        and np.array_equal(is_unseen, former.is_unseen)
    ):
        return former.listener
    before, now = _standing(former.table, was_closed, former.is_unseen), _standing(step.table, is_closed, is_unseen)
    if not before.is_alike(now):
        return None
    if step.is_same:
        return former.listener
    renumbered = np.full(len(former.table) + 1, -1)
    # The last one stays: it is the -1 of those that have none.
    renumbered[before.rows] = now.rows
    return renumbered[former.listener]


@dataclass(frozen=True, slots=True, eq=False)
class _Standing:
    """The listeners of one table, in its order."""

    rows: Rows
    traits: tuple[npt.NDArray[np.generic], ...]
    """All that the look-up goes by, a column each."""

    def is_alike(self, other: _Standing) -> bool:
        """Whether the same ones stand in the same order."""
        return all(np.array_equal(ours, theirs) for ours, theirs in zip(self.traits, other.traits, strict=True))


def _standing(table: SocketTable, is_closed: Bools, is_unseen: Bools) -> _Standing:
    rows = np.flatnonzero(table.is_listener & ~is_closed)
    _, group = group_rows(service_columns(table, rows))
    # A queue tells members of a group apart; that of a listener alone fills and empties without a consequence.
    is_shared = np.bincount(group)[group] > 1
    traits = tuple(getattr(table, name)[rows] for name in _LISTENING_COLUMNS)
    return _Standing(rows, (*traits, is_shared & (table.recv_q[rows] > 0), is_unseen[rows]))
