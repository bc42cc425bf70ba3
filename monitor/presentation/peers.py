"""Whose the sockets at the other ends of connections are, where these are sockets of this host."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import Bools, Rows
from monitor.presentation.connection_cells import process_cells
from monitor.presentation.group_keys import first_pids
from monitor.presentation.groups import Groups
from monitor.presentation.row_text import RowTexts
from monitor.presentation.view import Cell, Role
from monitor.reasoning.other_ends import other_ends


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """The other ends of some rows of an interval, and the cells that name their processes."""

    row_of: Rows
    """For each row of the interval's table the row at its other end; -1 where that is elsewhere or was not asked."""

    @classmethod
    def of(cls, interval: Interval, chosen: Bools) -> Peers:
        """Look for the other ends of the chosen rows."""
        rows = np.flatnonzero(chosen)
        found = np.full(len(interval.table), -1, np.intp)
        found[rows] = other_ends(interval.table, rows)
        return cls(found)

    def cells(self, texts: RowTexts, rows: Rows) -> list[Cell]:
        """Name the processes at the other ends of some rows; empty where that is not on this host."""
        ends = self.row_of[rows]
        here = iter(process_cells(texts, ends[ends >= 0]))
        return [Cell("", Role.DIM) if end < 0 else next(here) for end in ends.tolist()]

    def group_cell(self, groups: Groups, texts: RowTexts, entry: int) -> Cell:
        """Name the process at the other ends of a group's rows, or count them: "web[1204]", "2 of 3 web[1204]"."""
        ends = self.row_of[groups.members(entry)]
        here = ends[ends >= 0]
        if not len(here):
            return Cell("", Role.DIM)
        processes = len(np.unique(first_pids(groups.interval, here)))
        (named,) = process_cells(texts, here[:1])
        text = named.text if processes == 1 else f"{processes} processes"
        if len(here) < len(ends):
            text = f"{len(here)} of {len(ends)} {text}"
        return Cell(text, named.role if processes == 1 else Role.DIM, keeps_end=processes == 1)
