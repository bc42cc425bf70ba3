"""What views of things in an order have in common: columns, the order asked for, and lines made by columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from monitor.model.socket_table import Rows
from monitor.presentation.row_marks import Mark
from monitor.presentation.sorting import Sort
from monitor.presentation.view import Cell, Column, Line


class ShownColumn(Protocol):
    """A column as a view knows it: with what it is sorted by, and what makes its cells."""

    @property
    def column(self) -> Column:
        """What the screen is told of it."""
        ...


ShownT = TypeVar("ShownT", bound=ShownColumn)


@dataclass(frozen=True, slots=True, eq=False)
class OrderedView(ABC, Generic[ShownT]):
    """Most of a TableView over entries, which are row numbers of something; which, says the subclass."""

    order: Rows
    """Entries from top to bottom."""
    sort: Sort
    """The order asked for."""
    shown_columns: tuple[ShownT, ...]
    """Those at this width, at least one."""

    @property
    def columns(self) -> Sequence[Column]:
        """Columns at this width."""
        return [shown.column for shown in self.shown_columns]

    @property
    def sort_column(self) -> str | None:
        """Id of the column that decides the order."""
        return self.sort.column

    @property
    def is_descending(self) -> bool:
        """Whether the largest stands first."""
        return self.sort.is_descending

    @property
    def count(self) -> int:
        """Number of lines."""
        return len(self.order)

    def lines(self, start: int, stop: int) -> list[Line]:
        """Make some lines; each column reads its values once for all of them."""
        entries = self.order[start:stop]
        by_line = zip(*(self.cells(shown, entries) for shown in self.shown_columns), strict=True)
        return [Line(sign, cells, role) for (sign, role), cells in zip(self.marks(entries), by_line, strict=True)]

    @abstractmethod
    def cells(self, shown: ShownT, entries: Rows) -> list[Cell]:
        """Make the cells of some entries in one column."""

    @abstractmethod
    def marks(self, entries: Rows) -> list[Mark]:
        """Give the second marks of some entries, with the meaning of their lines."""


def shown_column(columns: Iterable[ShownT], column_id: str | None) -> ShownT | None:
    """Find a column by its id."""
    return next((shown for shown in columns if shown.column.id == column_id), None)


def first_press_among(columns: Iterable[ShownT], column_id: str) -> Sort:
    """Give the order that a first press on a column's title brings; the pane's own where there is no such column."""
    shown = shown_column(columns, column_id)
    return Sort() if shown is None else Sort(column_id, shown.column.descending_first)
