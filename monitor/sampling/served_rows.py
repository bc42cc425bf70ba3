"""ServedRows: each row's listener, looked for again only where a row or the listeners changed."""

from __future__ import annotations

from dataclasses import dataclass

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
_SERVED_COLUMNS = (*_PLACE_COLUMNS, "protocol", "state", "inode")
"""What a row's listener follows from, beside the listeners."""


@dataclass(frozen=True, slots=True, eq=False)
class ServedRows:
    """The listeners of a table and whom they serve."""

    index: ListenerIndex
    listener: Rows
    """For each row the listener of its local endpoint; -1 for none."""

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
        index = ListenerIndex(step.table, is_closed=is_closed, is_unseen=is_unseen)
        if former is None:
            return cls(index, listener_rows(step.table, index))
        before = _standing(former.table, ~np.isnan(former.closed_at), former.is_unseen)
        now = _standing(step.table, is_closed, is_unseen)
        if not before.is_alike(now):
            return cls(index, listener_rows(step.table, index))
        renumbered = np.full(len(former.table) + 1, -1)
        # The last one stays: it is the -1 of those that have none.
        renumbered[before.rows] = now.rows
        listener = former.listener if step.is_same else renumbered[former.listener]
        return cls(
            index, step.renewed(listener, -1, _SERVED_COLUMNS, lambda rows: listener_rows(step.table, index, rows))
        )


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
