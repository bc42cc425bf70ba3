"""The second mark of a row: closed or new for a moment, else in trouble, else about to leave another way today."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.model.places import find_places
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
TROUBLE: Mark = ("!", Role.TROUBLE)
"""A finding that calls is about it."""
NEW: Mark = ("+", Role.NEW)
CLOSED: Mark = ("×", Role.CLOSED)

_BY_RANK = (NO_MARK, ELSEWHERE, TROUBLE, NEW, CLOSED)
"""Where several hold, the last one is shown."""


def row_marks(interval: Interval, rows: Rows) -> list[Mark]:
    """Give the mark of each row."""
    return [_BY_RANK[rank] for rank in _ranks(interval, rows).tolist()]


def is_marked(interval: Interval, rows: Rows) -> Bools:
    """Tell which rows are marked "!" or "~"."""
    ranks = _ranks(interval, rows)
    found: Bools = (ranks == _BY_RANK.index(ELSEWHERE)) | (ranks == _BY_RANK.index(TROUBLE))
    return found


def is_in_trouble(interval: Interval, rows: Rows | None = None) -> Bools:
    """Tell about which rows there is a finding that calls.

    Args:
        interval: What is shown.
        rows: Rows of its table; None for all of them.
    """
    cookies = [finding.cookies for finding in interval.findings if finding.calls]
    asked = interval.table.cookie if rows is None else interval.table.cookie[rows]
    if not cookies:
        return np.zeros(len(asked), np.bool_)
    found: Bools = find_places(np.concatenate(cookies), asked) >= 0
    return found


def _ranks(interval: Interval, rows: Rows) -> npt.NDArray[np.uint8]:
    ranks = np.zeros(len(rows), np.uint8)
    if interval.egress is not None:
        ranks[interval.egress.leave_elsewhere(rows)] = _BY_RANK.index(ELSEWHERE)
    ranks[is_in_trouble(interval, rows)] = _BY_RANK.index(TROUBLE)
    ranks[interval.sample.boot_time - interval.opened_at[rows] < MARKED_S] = _BY_RANK.index(NEW)
    ranks[~np.isnan(interval.closed_at[rows])] = _BY_RANK.index(CLOSED)
    return ranks
