"""RowColumn: a column of single sockets, as the tables of connections and of events have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.model.socket_table import Rows
from monitor.presentation.column_choice import NO_CHOICE, ColumnChoice, FittableT
from monitor.presentation.row_text import RowTexts
from monitor.presentation.sorting import KeyMaker
from monitor.presentation.view import Align, Cell, Column

CellsMaker = Callable[[RowTexts, Rows], list[Cell]]
"""Makes the cells of some rows, in their order."""
UNIT = "unit"
"""Id of the column of units and containers."""
Widths = tuple[int | None, int | None, int | None]
"""At 80, 120 and 200 cells; None where the column is not shown."""


@dataclass(frozen=True, slots=True)
class RowColumn:
    """A column of single sockets."""

    column: Column
    widths: Widths
    keys: KeyMaker
    cells: CellsMaker


def with_unit_where_it_fits(
    choice: ColumnChoice, fitted: list[tuple[FittableT, Column]], room: int
) -> list[tuple[FittableT, Column]]:
    """Leave out the unit where it was not asked for and not all columns have room: it is the last one to get some."""
    if choice != NO_CHOICE or sum(column.width + 1 for _, column in fitted) <= room:
        return fitted
    return [(shown, column) for shown, column in fitted if column.id != UNIT]


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
