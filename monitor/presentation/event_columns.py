"""The columns of the Events pane: title, widths, order, and the cells of events."""

from __future__ import annotations

from dataclasses import replace

from monitor.presentation import event_cells as cells
from monitor.presentation.connection_columns import CONNECTION_COLUMNS
from monitor.presentation.event_interval import records_of
from monitor.presentation.row_columns import CellsMaker, RowColumn, Widths, row_column

_OF_CONNECTIONS = {shown.column.id: shown for shown in CONNECTION_COLUMNS}


def _as_connections(column_id: str, widths: Widths, make: CellsMaker | None = None) -> RowColumn:
    """Take a column of the connections, with other widths, and with other cells where those are given."""
    shown = _OF_CONNECTIONS[column_id]
    return replace(shown, widths=widths, cells=make or shown.cells)


EVENT_COLUMNS = (
    row_column(
        "time",
        "t",
        "UTC",
        (10, 10, 10),
        lambda interval, rows: (records_of(interval, rows)["at"],),
        cells.time_cells,
        fixed=True,
        largest_first=True,
    ),
    row_column(
        "what",
        "w",
        "what",
        (13, 13, 13),
        lambda interval, rows: (records_of(interval, rows)["kind"], records_of(interval, rows)["ending"]),
        cells.what_cells,
        fixed=True,
        largest_first=True,
    ),
    _as_connections("local", (None, 21, 28)),
    _as_connections("direction", (1, 1, 1)),
    _as_connections("remote", (21, 21, 28)),
    _as_connections("process", (None, 14, 22), cells.process_cells),
    _as_connections("name", (12, None, None), cells.process_name_cells),
    _as_connections("user", (None, None, 8)),
    _as_connections("unit", (None, None, 14)),
    _as_connections("via", (None, None, 10)),
    row_column(
        "duration",
        "o",
        "open",
        (5, 5, 6),
        lambda interval, rows: (cells.lifetimes_s(interval, rows),),
        cells.duration_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "total",
        "a",
        "⇅",
        (5, None, None),
        lambda interval, rows: (cells.total_bytes(interval, rows),),
        cells.total_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "received",
        "e",
        "↓",
        (None, 5, 6),
        lambda interval, rows: (cells.received_bytes(interval, rows),),
        cells.received_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "acknowledged",
        "n",
        "↑",
        (None, 5, 6),
        lambda interval, rows: (cells.acknowledged_bytes(interval, rows),),
        cells.acknowledged_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "resent",
        "x",
        "retr",
        (None, 4, 5),
        lambda interval, rows: (cells.resent_segments(interval, rows),),
        cells.resent_cells,
        right=True,
        largest_first=True,
    ),
)
"""In the order of the screen."""
