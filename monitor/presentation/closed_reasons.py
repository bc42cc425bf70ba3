"""Why the line of a closed connection says what it says among the living."""

from __future__ import annotations

from collections.abc import Callable

from monitor.model.sample import Interval
from monitor.presentation.closed_interval import ClosedInterval
from monitor.presentation.event_reasons import event_line, owner_reason, row_whys_of_event
from monitor.presentation.explained_value import Why
from monitor.presentation.formats import when_text
from monitor.presentation.row_text import RowTexts
from monitor.presentation.text_line import TextLine

_AS_EVENTS = {
    "state": "what",
    "process": "process",
    "name": "name",
    "rate": "total",
    "receive": "received",
    "send": "acknowledged",
    "age": "duration",
}
"""By column of the connections: the column of the events that says the same."""
_TOTALS = {"received": "received_total", "acknowledged": "acknowledged_total"}
"""By column: its meaning, where the event's own column says why."""
_OVER = {"recv_q": "unread", "send_q": "unsent", "limited": "limited", "idle": "idle"}


def closed_whys(interval: Interval, row: int) -> Callable[[str], Why | None] | None:
    """Give a function that says why a closed connection's columns are as they are; None for all other rows.

    The function gives None for a column that says what it said while the connection lived.
    """
    found = _closed(interval, row)
    if found is None:
        return None
    texts, place = found
    events = row_whys_of_event(texts, place)

    def why(column: str) -> Why | None:
        if column in _OVER:
            return Why(_OVER[column], "closed: nothing waits any more")
        if column in _TOTALS:
            return Why(_TOTALS[column], events(column).reason)
        return events(_AS_EVENTS[column]) if column in _AS_EVENTS else None

    return why


def closed_at_text(interval: Interval, row: int) -> str:
    """Say when a connection that is listed as closed did so."""
    sample = interval.sample
    return f"closed at {when_text(float(interval.closed_at[row]) - sample.boot_time + sample.taken_at)}"


def closed_line(interval: Interval, row: int) -> TextLine | None:
    """Say in one line whose a closed connection was, and what became of it; None for all other rows."""
    found = _closed(interval, row)
    return None if found is None else event_line(*found)


def no_process_text(interval: Interval, row: int) -> str | None:
    """Say why no process is known of a closed connection; None where one is, and for all other rows."""
    found = _closed(interval, row)
    if found is None or bool(interval.owner_end[row] > interval.owner_first[row]):
        return None
    texts, place = found
    return owner_reason(texts.interval, place)


def _closed(interval: Interval, row: int) -> tuple[RowTexts, int] | None:
    """Find the close of a row, as texts of the closes and its row among them."""
    if not isinstance(interval, ClosedInterval) or row < interval.first_closed:
        return None
    return RowTexts(interval.closes), row - interval.first_closed
