"""The cells of events under the columns of the Events pane: of all rows of a page at once, in their order."""

from __future__ import annotations

import numpy as np

from monitor.model.event_list import EventKind, OwnerHint
from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Rows
from monitor.presentation.event_interval import EventInterval, records_of
from monitor.presentation.event_words import happening_text, is_bad_ending, lifetime_text
from monitor.presentation.formats import bytes_text, moment_text
from monitor.presentation.known_cells import known_cell, number_cells
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.sorting import where_known
from monitor.presentation.view import Cell, Role

_NOTHING = Cell("", Role.DIM)
_ROLES = {EventKind.OPENED: Role.GOOD, EventKind.CLOSED: Role.PLAIN, EventKind.FAILED: Role.NOTE}


def time_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the times of day."""
    sample = texts.interval.sample
    moments = records_of(texts.interval, rows)["at"] - sample.boot_time + sample.taken_at
    return [Cell(moment_text(moment)) for moment in moments.tolist()]


def what_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Say what happened; what somebody did not want stands out."""
    records = records_of(texts.interval, rows)
    return [
        Cell(happening_text(kind, ending), Role.NOTE if is_bad_ending(ending) else _ROLES[EventKind(kind)])
        for kind, ending in zip(records["kind"].tolist(), records["ending"].tolist(), strict=True)
    ]


def process_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Name the processes with their pids; "?" before one that only holds the listener."""
    return _owner_cells(texts, rows, with_pid=True)


def process_name_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Name the processes without their pids, where there is no room."""
    return _owner_cells(texts, rows, with_pid=False)


def _owner_cells(texts: RowTexts, rows: Rows, *, with_pid: bool) -> list[Cell]:
    records, known = records_of(texts.interval, rows), texts.interval.owners.processes
    columns = (records["process"], records["holders"], records["owner_hint"], rows)
    cells = []
    for number, holders, hint, row in zip(*(column.tolist() for column in columns), strict=True):
        process = known.get(number)
        if process is None:
            cells.append(Cell(f"({texts.user(row)})" if texts.has_user(row) else UNKNOWN, Role.DIM))
            continue
        several = f" ×{holders}" if holders > 1 else f"[{process.pid}]" if with_pid else ""
        mark = "?" if hint == OwnerHint.LISTENER else ""
        cells.append(Cell(f"{mark}{texts.name(process)}{several}", Role.NAME, keeps_end=with_pid))
    return cells


def duration_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write how long the connections were open; nothing of what is open still, or never was."""
    records, began = records_of(texts.interval, rows), certainly_open_since(texts.interval, rows)
    columns = (records["kind"], records["at"], records["opened_at"], began)
    return [
        known_cell(lifetime_text(at, opened_at, open_since=since)) if kind == EventKind.CLOSED else _NOTHING
        for kind, at, opened_at, since in zip(*(column.tolist() for column in columns), strict=True)
    ]


def received_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the bytes received in all."""
    return _ended_cells(texts, rows, received_bytes(texts.interval, rows))


def acknowledged_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the bytes acknowledged by the peers in all."""
    return _ended_cells(texts, rows, acknowledged_bytes(texts.interval, rows))


def total_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write both totals together."""
    return _ended_cells(texts, rows, total_bytes(texts.interval, rows))


def resent_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write how many segments were sent again."""
    return _ended_cells(texts, rows, resent_segments(texts.interval, rows))


def _ended_cells(texts: RowTexts, rows: Rows, totals: F64) -> list[Cell]:
    cells = number_cells(totals, bytes_text)
    kinds = records_of(texts.interval, rows)["kind"].tolist()
    return [cell if kind == EventKind.CLOSED else _NOTHING for kind, cell in zip(kinds, cells, strict=True)]


def certainly_open_since(interval: Interval, rows: Rows) -> F64:
    """Give from when on connections are certain to have been open; NaN where nobody saw them before they closed.

    What a sample saw, and nobody saw opening, was open before anybody looked.
    """
    records = records_of(interval, rows)
    began = interval.events.since if isinstance(interval, EventInterval) else np.nan
    unseen = np.where(records["is_short"], np.nan, began)
    since: F64 = np.where(np.isnan(records["opened_at"]), unseen, records["opened_at"])
    return since


def lifetimes_s(interval: Interval, rows: Rows) -> F64:
    """Give how many seconds connections were open, at least; NaN where unknown, and of what did not close."""
    records = records_of(interval, rows)
    return where_known(records["at"] - certainly_open_since(interval, rows), records["kind"] == EventKind.CLOSED)


def received_bytes(interval: Interval, rows: Rows) -> F64:
    """Give the bytes received in all; NaN where unknown."""
    return where_known(interval.table.bytes_received[rows], interval.table.knows("bytes_received")[rows])


def acknowledged_bytes(interval: Interval, rows: Rows) -> F64:
    """Give the bytes acknowledged in all; NaN where unknown."""
    return where_known(interval.table.bytes_acked[rows], interval.table.knows("bytes_acked")[rows])


def total_bytes(interval: Interval, rows: Rows) -> F64:
    """Give both totals together; NaN where unknown."""
    return received_bytes(interval, rows) + acknowledged_bytes(interval, rows)


def resent_segments(interval: Interval, rows: Rows) -> F64:
    """Give how many segments were sent again; NaN where unknown."""
    return where_known(interval.table.total_retrans[rows], interval.table.knows("total_retrans")[rows])
