"""Succession: how the rows of one interval follow from those of the one before.

Most sockets are where they were, and what was worked out about them still holds: columns are taken over, as the very
same arrays where no row came, went or moved, and only rows that are new or changed are worked out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from monitor.model.socket_table import Bools, Rows, SocketTable

_AnyT = TypeVar("_AnyT", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Succession:
    """Two tables of one namespace, row by row."""

    former: SocketTable
    table: SocketTable
    places: Rows
    """For each row of `table` its socket's row in `former`; -1 for a new socket."""
    is_same: bool
    """Whether both tables hold the same sockets in the same rows."""

    @classmethod
    def of(cls, former: SocketTable, table: SocketTable, places: Rows) -> Succession:
        """See whether any row moved; the arguments are the fields."""
        is_same = len(former) == len(table) and np.array_equal(places, np.arange(len(table)))
        return cls(former, table, places, is_same)

    @property
    def is_known(self) -> Bools:
        """Rows whose socket was there before."""
        known: Bools = self.places >= 0
        return known

    def take(self, column: npt.NDArray[_AnyT], unknown: float) -> npt.NDArray[_AnyT]:
        """Bring a column of the former rows into the order of these; new rows get the other value.

        The answer may be the column itself: whoever writes to it copies it first.
        """
        if self.is_same:
            return column
        taken = column.take(self.places, mode="clip") if len(column) else np.empty(len(self.places), column.dtype)
        taken[~self.is_known] = unknown
        return taken

    def renewed(
        self,
        column: npt.NDArray[_AnyT],
        unknown: float,
        names: Iterable[str],
        make: Callable[[Rows], npt.NDArray[_AnyT]],
    ) -> npt.NDArray[_AnyT]:
        """Bring a column likewise, and make it anew for the rows that changed() gives for these names."""
        taken, rows = self.take(column, unknown), self.changed(names)
        if not len(rows):
            return taken
        renewed = taken.copy() if taken is column else taken
        renewed[rows] = make(rows)
        return renewed

    def changed(self, names: Iterable[str]) -> Rows:
        """Give the rows that are new or differ from before in one of these columns of the table."""
        differs = ~self.is_known
        for name in names:
            now, before = getattr(self.table, name), self.take(getattr(self.former, name), 0)
            # Off a stream, a column in which nothing changed is the array of the sample before.
            if now is not before:
                differs |= now != before
        return np.flatnonzero(differs)
