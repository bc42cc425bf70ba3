"""RowColumn: a column of single sockets, as the tables of connections and of events have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.model.socket_table import Rows
from monitor.presentation.row_text import RowTexts
from monitor.presentation.sorting import KeyMaker
from monitor.presentation.view import Align, Cell, Column

CellsMaker = Callable[[RowTexts, Rows], list[Cell]]
"""Makes the cells of some rows, in their order."""
Widths = tuple[int | None, int | None, int | None]
"""At 80, 120 and 200 cells; None where the column is not shown."""


@dataclass(frozen=True, slots=True)
class RowColumn:
    """A column of single sockets."""

    column: Column
    widths: Widths
    keys: KeyMaker
    cells: CellsMaker


def row_column(  # noqa: PLR0913, PLR0917 - one parameter per property of a column
    column_id: str,
    letter: str,
    title: str,
    widths: Widths,
    keys: KeyMaker,
    make: CellsMaker,
    *,
    right: bool = False,
    fixed: bool = False,
    largest_first: bool = False,
) -> RowColumn:
    """Make a column of single sockets; its width is the first of the widths until it is fitted to a pane."""
    column = Column(
        column_id,
        title,
        next(width for width in widths if width is not None),
        Align.RIGHT if right else Align.LEFT,
        is_fixed=fixed,
        descending_first=largest_first,
        letter=letter,
    )
    return RowColumn(column, widths, keys, make)
