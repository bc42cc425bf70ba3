"""The columns of the Listeners pane: title, widths, order, and the cells of service endpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from monitor.model.socket_table import Rows
from monitor.presentation import listener_cells as cells
from monitor.presentation.column_choice import NO_CHOICE, ColumnChoice
from monitor.presentation.ordered_view import first_press_among
from monitor.presentation.row_columns import UNIT, Widths, with_unit_where_it_fits
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_activity import service_activity
from monitor.presentation.service_endpoints import ServiceEndpoints, queue_fill
from monitor.presentation.sorting import Keys, Sort, process_ranks, where_known
from monitor.presentation.unit_words import unit_ranks
from monitor.presentation.view import Align, Cell, Column


@dataclass(frozen=True, slots=True)
class ListenerColumn:
    """A column of service endpoints."""

    column: Column
    widths: Widths
    keys: Callable[[ServiceEndpoints], Keys]
    cells: Callable[[ServiceEndpoints, RowTexts, Rows], list[Cell]]


def _first_rows(name: str) -> Callable[[ServiceEndpoints], Keys]:
    return lambda endpoints: (getattr(endpoints.interval.table, name)[endpoints.first],)


LISTENER_COLUMNS = (
    ListenerColumn(
        Column("protocol", "proto", 5, is_fixed=True, letter="t"),
        (5, 5, 5),
        lambda endpoints: (
            endpoints.interval.table.protocol[endpoints.first],
            endpoints.interval.table.family[endpoints.first],
        ),
        cells.protocol_cells,
    ),
    ListenerColumn(
        Column("local", "local", 22, is_fixed=True, letter="l"),
        (22, 22, 26),
        lambda endpoints: tuple(
            getattr(endpoints.interval.table, f"local_{part}")[endpoints.first] for part in ("high", "low", "port")
        ),
        cells.local_cells,
    ),
    ListenerColumn(
        Column("reach", "reach", 5, descending_first=True, letter="r"),
        (5, 5, 5),
        lambda endpoints: (endpoints.reach,),
        cells.reach_cells,
    ),
    ListenerColumn(
        Column("connections", "conns", 5, Align.RIGHT, descending_first=True, letter="c"),
        (5, 5, 5),
        lambda endpoints: (where_known(endpoints.connections, endpoints.connections >= 0),),
        cells.connections_cells,
    ),
    ListenerColumn(
        Column("queue", "queue", 10, Align.RIGHT, descending_first=True, letter="q"),
        (10, 10, 10),
        lambda endpoints: (queue_fill(endpoints.interval.table, endpoints.fullest),),
        cells.queue_cells,
    ),
    ListenerColumn(
        Column("arrivals", "new/s", 5, Align.RIGHT, descending_first=True, letter="n"),
        (None, None, 5),
        lambda endpoints: (service_activity(endpoints).arrivals_per_second,),
        cells.arrival_cells,
    ),
    ListenerColumn(
        Column("drops", "drop/m", 6, Align.RIGHT, descending_first=True, letter="d"),
        (None, None, 6),
        lambda endpoints: (service_activity(endpoints).dropped,),
        cells.drop_cells,
    ),
    ListenerColumn(
        Column("process", "process", 15, letter="p"),
        (24, 15, 14),
        lambda endpoints: (process_ranks(endpoints.interval, endpoints.first),),
        cells.process_cells,
    ),
    ListenerColumn(Column("user", "user", 8, letter="u"), (None, None, 8), _first_rows("uid"), cells.made_by_cells),
    ListenerColumn(
        Column("unit", "unit", 9, letter="m"),
        (None, None, 9),
        lambda endpoints: (unit_ranks(endpoints.interval, endpoints.first),),
        cells.unit_cells,
    ),
)
"""In the order of the screen."""

_WIDE_PANE, _MIDDLE_PANE = 100, 79
_MARKS_WIDTH = 3
"""Cells before the first column."""
_LONGEST_UNIT = 24


def columns_for(width: int, choice: ColumnChoice = NO_CHOICE) -> tuple[ListenerColumn, ...]:
    """Choose the columns that a pane of this width shows, with their widths."""
    asked = choice.width_for(width)
    size = 2 if asked >= _WIDE_PANE else 0 if asked >= _MIDDLE_PANE else 1
    room = width - _MARKS_WIDTH
    fitted = with_unit_where_it_fits(choice, choice.fitted(LISTENER_COLUMNS, size), room)
    spare = max(0, room - sum(column.width + 1 for _, column in fitted))
    return tuple(
        replace(shown, column=replace(column, width=min(column.width + spare, _LONGEST_UNIT)))
        if column.id == UNIT
        else replace(shown, column=column)
        for shown, column in fitted
    )


def first_press(column_id: str) -> Sort:
    """Give the order that a first press on a column's title brings."""
    return first_press_among(LISTENER_COLUMNS, column_id)
