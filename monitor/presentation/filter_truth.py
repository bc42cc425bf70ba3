"""Truth: three answers, not two. A row fulfils a condition, does not, or it is not known."""

from __future__ import annotations

from typing import NamedTuple

from monitor.model.socket_table import Bools


class Truth(NamedTuple):
    """The answers for all rows; where both are false it is not known."""

    is_true: Bools
    is_false: Bools


def known(is_true: Bools) -> Truth:
    """Answer for every row."""
    return Truth(is_true, ~is_true)


def known_where(is_known: Bools, is_true: Bools) -> Truth:
    """Answer for some rows only."""
    return Truth(is_true & is_known, ~is_true & is_known)
