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
    inside: Rows
    """For each row, its number in the interval of that namespace alone."""

    @classmethod
    def of(cls, namespaces: Sequence[Namespace], rows: Sequence[Rows]) -> RowNamespaces:
        """Put the rows of each namespace where they belong; together they are all rows of a table."""
        place = np.zeros(sum(map(len, rows)), np.uint16)
        inside = np.zeros(len(place), np.intp)
        for number, theirs in enumerate(rows):
            place[theirs] = number
            inside[theirs] = np.arange(len(theirs))
        return cls(tuple(namespaces), place, inside)

    @classmethod
    def all_in(cls, namespaces: Sequence[Namespace], place: int, rows: int) -> RowNamespaces:
        """Put so many rows into one of them."""
        return cls(tuple(namespaces), np.full(rows, place, np.uint16), np.arange(rows))

    def only(self, rows: Rows) -> RowNamespaces:
        """Give some rows by themselves."""
        return RowNamespaces(self.namespaces, self.place[rows], self.inside[rows])

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
