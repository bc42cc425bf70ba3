"""RowNamespaces: in which of several network namespaces each row of an interval is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.model.namespace import Namespace
from monitor.model.socket_table import Bools, Rows


@dataclass(frozen=True, slots=True, eq=False)
class RowNamespaces:
    """Kept beside the rows of an interval whose table is of no single namespace."""

    namespaces: tuple[Namespace, ...]
    """Each once, the own one first."""
    place: npt.NDArray[np.uint16]
    """For each row, which of them."""

    @classmethod
    def of(cls, namespaces: Sequence[Namespace], rows: Sequence[Rows]) -> RowNamespaces:
        """Put the rows of each namespace where they belong; together they are all rows of a table."""
        place = np.zeros(sum(map(len, rows)), np.uint16)
        for number, theirs in enumerate(rows):
            place[theirs] = number
        return cls(tuple(namespaces), place)

    def only(self, rows: Rows) -> RowNamespaces:
        """Give some rows by themselves."""
        return RowNamespaces(self.namespaces, self.place[rows])

    def of_row(self, row: int) -> Namespace:
        """Give the namespace of a row."""
        return self.namespaces[int(self.place[row])]

    def ranks(self, rows: Rows) -> npt.NDArray[np.uint16]:
        """Rank rows by their namespaces in the order of `namespaces`."""
        return self.place[rows]

    def where(self, test: Callable[[Namespace], bool]) -> Bools:
        """Choose the rows whose namespace passes a test."""
        chosen: Bools = np.array([test(namespace) for namespace in self.namespaces], np.bool_)[self.place]
        return chosen
