"""The cells of closed connections under the columns of the living: what it came to in all, where those have a rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Rows
from monitor.presentation.closed_interval import ClosedInterval
from monitor.presentation.event_cells import (
    acknowledged_bytes,
    acknowledged_cells,
    certainly_open_since,
    duration_cells,
    process_cells,
    process_name_cells,
    received_bytes,
    received_cells,
    total_bytes,
)
from monitor.presentation.event_interval import records_of
from monitor.presentation.event_words import short_ending_text
from monitor.presentation.formats import UNKNOWN, bytes_text
from monitor.presentation.row_text import RowTexts
from monitor.presentation.view import Cell, Role

IN_ALL = "Σ"
"""Before an amount that is no rate."""

_Maker = Callable[[RowTexts, Rows], list[Cell]]


def closed_cells(texts: RowTexts, column_id: str, rows: Rows, cells: list[Cell]) -> list[Cell]:
    """Exchange the cells of closed connections for what is to be said of them.

    Args:
        texts: Of the interval that is shown.
        column_id: Which column of the connections.
        rows: Rows of its table.
        cells: As they would be if all of them lived.
    """
    interval, make = texts.interval, _CELLS.get(column_id)
    if not isinstance(interval, ClosedInterval) or make is None:
        return cells
    is_closed = rows >= interval.first_closed
    made = iter(make(RowTexts(interval.closes), rows[is_closed] - interval.first_closed))
    return [next(made) if closed else cell for closed, cell in zip(is_closed.tolist(), cells, strict=True)]


def _ending_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Say how they ended, and how long they were open: "reset 14m"."""
    records = records_of(texts.interval, rows)
    began = certainly_open_since(texts.interval, rows)
    columns = (records["ending"], records["at"], records["opened_at"], began)
    return [Cell(short_ending_text(*each), Role.CLOSED) for each in zip(*(c.tolist() for c in columns), strict=True)]


def _sums(amounts: Callable[[Interval, Rows], F64]) -> _Maker:
    def cells(texts: RowTexts, rows: Rows) -> list[Cell]:
        written = [bytes_text(amount) for amount in amounts(texts.interval, rows).tolist()]
        return [Cell(text if text == UNKNOWN else f"{IN_ALL}{text}", Role.CLOSED) for text in written]

    return cells


def _nothing(_: RowTexts, rows: Rows) -> list[Cell]:
    return [Cell("", Role.CLOSED)] * len(rows)


_CELLS: Mapping[str, _Maker] = {
    "state": _ending_cells,
    "process": process_cells,
    "name": process_name_cells,
    "rate": _sums(total_bytes),
    "receive": _sums(received_bytes),
    "send": _sums(acknowledged_bytes),
    "recv_q": _nothing,
    "send_q": _nothing,
    "received": received_cells,
    "acknowledged": acknowledged_cells,
    "limited": _nothing,
    "idle": _nothing,
    "age": duration_cells,
}
"""By column of the connections; the others say of closed ones what they said while those lived."""


def closed_last(interval: Interval, order: Rows, *, is_own_order: bool) -> Rows:
    """Put closed connections behind all others: in the pane's own order the newest first, else in their order."""
    if not isinstance(interval, ClosedInterval):
        return order
    is_closed = order >= interval.first_closed
    closed = order[is_closed]
    return np.concatenate([order[~is_closed], np.sort(closed) if is_own_order else closed])
