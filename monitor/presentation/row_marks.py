"""The second mark of a row: closed or new for a moment, else whether it would leave another way today."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.model.sample import Interval
from monitor.model.socket_table import Bools, Rows
from monitor.presentation.view import Role

MARKED_S = 3.0
"""How long a new or a closed row carries its mark."""

Mark = tuple[str, Role]
"""The sign, and the meaning of the whole line."""

NO_MARK: Mark = (" ", Role.PLAIN)
ELSEWHERE: Mark = ("~", Role.NOTE)
"""Today's routes would send it another way, or nowhere."""
NEW: Mark = ("+", Role.NEW)
CLOSED: Mark = ("×", Role.CLOSED)

_BY_RANK = (NO_MARK, ELSEWHERE, NEW, CLOSED)
"""Where several hold, the last one is shown."""


def row_marks(interval: Interval, rows: Rows) -> list[Mark]:
    """Give the mark of each row."""
    return [_BY_RANK[rank] for rank in _ranks(interval, rows).tolist()]


def has_passing_mark(interval: Interval, rows: Rows) -> Bools:
    """Tell which rows are closed or new, which their mark says before anything else."""
    passing: Bools = _ranks(interval, rows) >= _BY_RANK.index(NEW)
    return passing


def leaves_elsewhere(interval: Interval, rows: Rows) -> Bools:
    """Tell which rows are marked "~"."""
    found: Bools = _ranks(interval, rows) == _BY_RANK.index(ELSEWHERE)
    return found


def _ranks(interval: Interval, rows: Rows) -> npt.NDArray[np.uint8]:
    ranks = np.zeros(len(rows), np.uint8)
    if interval.egress is not None:
        ranks[interval.egress.leave_elsewhere(rows)] = _BY_RANK.index(ELSEWHERE)
    ranks[interval.sample.boot_time - interval.opened_at[rows] < MARKED_S] = _BY_RANK.index(NEW)
    ranks[~np.isnan(interval.closed_at[rows])] = _BY_RANK.index(CLOSED)
    return ranks
