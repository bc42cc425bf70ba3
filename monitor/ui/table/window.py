"""ViewWindow: the rows of one view that are on screen, each made once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Final

from monitor.presentation.view import Column, Line, TableView

if TYPE_CHECKING:
    from monitor.model.socket_table import Rows


class ViewWindow:
    """Lines of a view, kept while the window over it moves by less than its height."""

    __slots__ = ("_first", "_lines", "view")

    def __init__(self, view: TableView) -> None:
        self.view = view
        self._first = 0
        self._lines: list[Line] = []

    def lines(self, start: int, stop: int) -> list[Line]:
        """Give the rows from start up to, not including, stop; positions outside the view are left out."""
        start, stop = max(0, start), min(self.view.count, stop)
        if start >= stop:
            return []
        first, last = self._first, self._first + len(self._lines)
        if stop <= first or last <= start:
            lines = self.view.lines(start, stop)
        else:
            lines = self._lines[max(0, start - first) : stop - first]
            if start < first:
                lines = [*self.view.lines(start, first), *lines]
            if last < stop:
                lines = [*lines, *self.view.lines(last, stop)]
        self._first, self._lines = start, lines
        return lines


class _NoRows:
    columns: Sequence[Column] = ()
    sort_column: str | None = None
    is_descending = False
    count = 0

    def key_at(self, position: int) -> Hashable:
        raise IndexError(position)

    def position_of(self, key: Hashable) -> int | None:
        return None

    def marked(self) -> Rows:
        import numpy as np  # noqa: PLC0415 - after the first paint

        return np.zeros(0, np.intp)

    def lines(self, start: int, stop: int) -> list[Line]:
        return []


NO_ROWS: Final[TableView] = _NoRows()
"""What a table shows before its first data: no columns and no rows."""
