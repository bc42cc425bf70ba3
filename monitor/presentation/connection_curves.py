"""The curve at the end of a connection's row, where there is room: both its rates together over the last minute."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from monitor.model.socket_table import Rows
from monitor.presentation.column_choice import CURVE, NO_CHOICE, ColumnChoice
from monitor.presentation.connection_columns import is_whole
from monitor.presentation.connections_view import ConnectionsView, columns_for
from monitor.presentation.row_columns import RowColumn
from monitor.presentation.row_text import RowTexts
from monitor.presentation.sorting import busy_rate
from monitor.presentation.sparkline import sparkline
from monitor.presentation.view import Cell, Column, Role

if TYPE_CHECKING:
    from monitor.sampling.history import History

_CELLS, _SPAN_S = 12, 60.0
_COLUMN = Column(CURVE, "last 1m", _CELLS, is_sortable=False)


def with_curves(
    view: ConnectionsView, history: History | None, width: int, choice: ColumnChoice = NO_CHOICE
) -> ConnectionsView:
    """Give the same rows with their curves: where they were asked for, else beside all columns.

    Args:
        view: The rows.
        history: Knows those that were on screen; None before the first sample.
        width: Cells of the pane.
        choice: The columns asked for.
    """
    left = width - _CELLS - 1
    if history is None or not choice.has_curve(has_room=is_whole(left)):
        return view
    curves = RowColumn(
        _COLUMN,
        (None, None, _CELLS),
        lambda interval, rows: (busy_rate(interval, rows),),
        partial(_cells, history),
    )
    return replace(view, shown_columns=(*columns_for(left, choice), curves))


def _cells(history: History, texts: RowTexts, rows: Rows) -> list[Cell]:
    table = texts.interval.table
    known = history.rates(table.namespace, table.cookie[rows], _SPAN_S)
    return [Cell(sparkline(series.resample(_CELLS, _SPAN_S), _CELLS), Role.RATE) for series in known]
