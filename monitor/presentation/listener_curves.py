"""The curve at the end of a listener's row, where there is room: its connections over the last two minutes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from monitor.model.socket_table import Rows
from monitor.presentation.column_choice import CURVE, NO_CHOICE, ColumnChoice
from monitor.presentation.listener_columns import ListenerColumn
from monitor.presentation.listeners_view import KEY_COLUMNS, ListenersView
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.sparkline import sparkline
from monitor.presentation.view import Cell, Column, Role

if TYPE_CHECKING:
    from monitor.sampling.history import History

_CELLS, _SPAN_S = 9, 120.0
_COLUMN = Column(CURVE, "conns 2m", _CELLS, is_sortable=False)
_WIDE_PANE = 135
"""From this width on the other columns leave it room."""


def with_listener_curves(
    view: ListenersView, history: History | None, width: int, choice: ColumnChoice = NO_CHOICE
) -> ListenersView:
    """Give the same rows with their curves: where they were asked for, else in a pane of `width` cells with room.

    The history is None before the first sample.
    """
    if history is None or not choice.has_curve(has_room=width >= _WIDE_PANE):
        return view
    curves = ListenerColumn(
        _COLUMN,
        (None, None, _CELLS),
        lambda endpoints: (endpoints.connections,),
        partial(_cells, history),
    )
    return replace(view, shown_columns=(*view.shown_columns, curves))


def _cells(history: History, endpoints: ServiceEndpoints, _: RowTexts, entries: Rows) -> list[Cell]:
    table = endpoints.interval.table
    cells = []
    for row in endpoints.first[entries].tolist():
        series = history.listener(tuple(int(getattr(table, name)[row]) for name in KEY_COLUMNS)).connections
        cells.append(Cell(sparkline(series.resample(_CELLS, _SPAN_S), _CELLS), Role.RATE))
    return cells
