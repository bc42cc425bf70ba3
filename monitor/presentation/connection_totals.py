"""What connections have carried in all since they were opened, to the byte."""

from __future__ import annotations

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Rows
from monitor.presentation.formats import bytes_text
from monitor.presentation.known_cells import number_cells
from monitor.presentation.row_text import RowTexts
from monitor.presentation.sorting import where_known
from monitor.presentation.view import Cell
from monitor.reasoning.byte_totals import acknowledged_bytes, received_bytes


def received_totals(interval: Interval, rows: Rows) -> F64:
    """Give the payload received by some rows; NaN where unknown."""
    table = interval.table.take(rows)
    return where_known(received_bytes(table), table.knows("bytes_received") & table.is_pair)


def acknowledged_totals(interval: Interval, rows: Rows) -> F64:
    """Give the payload that the peers of some rows acknowledged; NaN where unknown."""
    table = interval.table.take(rows)
    # Without the counters of what was sent nobody knows whether SYN and FIN are among it.
    is_known = table.knows("bytes_retrans") & table.is_pair
    return where_known(acknowledged_bytes(table, interval.direction[rows]), is_known)


def received_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the bytes received in all."""
    return number_cells(received_totals(texts.interval, rows), bytes_text)


def acknowledged_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the bytes acknowledged in all."""
    return number_cells(acknowledged_totals(texts.interval, rows), bytes_text)
