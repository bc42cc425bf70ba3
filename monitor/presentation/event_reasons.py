"""Why an event's line says what it says, and the event in one line of words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from monitor.model.event_list import Ending, EventKind, OwnerHint
from monitor.model.sample import DIRECTION_DIALLED, DIRECTION_UNKNOWN, Interval
from monitor.model.socket_table import Rows
from monitor.presentation.event_cells import acknowledged_bytes, certainly_open_since, process_cells, received_bytes
from monitor.presentation.event_interval import EventInterval, records_of
from monitor.presentation.event_words import happening_reason, happening_text, lifetime_text, owner_text
from monitor.presentation.events_view import EventsView
from monitor.presentation.explained_value import Why
from monitor.presentation.formats import UNKNOWN, bytes_text, count_text, when_text
from monitor.presentation.group_keys import group_title
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.linked_line import ToProcess
from monitor.presentation.row_reasons import unit_why, user_why
from monitor.presentation.row_text import RowTexts
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

_GROUP_MEANINGS = {
    "time": "group_count",
    "what": "event_rates",
    "local": "event_counts",
    "direction": "direction",
    "remote": "group",
    "process": "event_owner",
    "name": "event_owner",
    "user": "user",
    "unit": "unit",
    "via": "via",
    "duration": "event_duration",
    "total": "event_total",
    "received": "event_received",
    "acknowledged": "event_acknowledged",
    "resent": "event_resent",
}


def event_whys(view: EventsView | GroupsView, position: int) -> tuple[str, Callable[[str], Why]]:
    """Name the line at a position, and give a function that says for each column what it is about there, and why."""
    row = int(view.rows_at(position)[0])
    if isinstance(view, GroupsView) and view.is_group_at(position):
        title = f"{view.groups.by.value} {group_title(view.rows.texts, row, view.groups.by)}"
        return title, lambda column: Why(_GROUP_MEANINGS[column], _SUMS.get(column, ""))
    texts = view.rows.texts if isinstance(view, GroupsView) else view.texts
    return texts.pair(row), row_whys_of_event(texts, row)


def row_whys_of_event(texts: RowTexts, row: int) -> Callable[[str], Why]:
    """Give a function that says for each column of the events what it is about in this row, and why."""
    return lambda column: _REASONS[column](texts, row)


def owner_reason(interval: Interval, row: int) -> str:
    """Say from where the process of an event is known, or why none is."""
    record = records_of(interval, np.array([row]))[0]
    has_openings = isinstance(interval, EventInterval) and interval.events.no_transitions is None
    hint = int(record["owner_hint"]) if int(interval.owner_end[row] > interval.owner_first[row]) else OwnerHint.NONE
    return owner_text(hint, is_short=bool(record["is_short"]), has_openings=has_openings)


def event_line(texts: RowTexts, row: int) -> TextLine:
    """Say whose it was and what became of it: "nginx[812] · reset by peer after 23ms · 1.2K in, 41M out"."""
    interval, rows = texts.interval, np.array([row])
    record, (owner,) = records_of(interval, rows)[0], process_cells(texts, rows)
    kind, ending = int(record["kind"]), int(record["ending"])
    who = owner.text if owner.role is Role.NAME else f"{owner.text} {owner_reason(interval, row)}"
    parts = [happening_text(kind, ending)]
    if kind == EventKind.CLOSED:
        began = float(certainly_open_since(interval, rows)[0])
        lived = lifetime_text(float(record["at"]), float(record["opened_at"]), open_since=began)
        parts[0] += "" if lived == UNKNOWN else f" after {lived}"
        received, acknowledged = received_bytes(interval, rows)[0], acknowledged_bytes(interval, rows)[0]
        if not math.isnan(received + acknowledged):
            parts.append(f"{bytes_text(received)} in, {bytes_text(acknowledged)} out")
    return TextLine((Cell(" "), Cell(who, Role.NAME), Cell("".join(f" · {part}" for part in parts))))


def group_line(interval: Interval, rows: Rows) -> TextLine:
    """Say what became of several: "16 events: 8 opened, 8 closed"."""
    kinds = records_of(interval, rows)["kind"]
    counts = [(int(np.count_nonzero(kinds == kind)), happening_text(kind, Ending.UNKNOWN)) for kind in EventKind]
    words = ", ".join(f"{count_text(count)} {word}" for count, word in counts if count)
    return TextLine((Cell(" "), Cell(f"{count_text(len(rows))} events: {words}")))


def _record(texts: RowTexts, row: int) -> np.void:
    record: np.void = records_of(texts.interval, np.array([row]))[0]
    return record


def _time(texts: RowTexts, row: int) -> Why:
    sample = texts.interval.sample
    return Why("event_time", when_text(float(_record(texts, row)["at"]) - sample.boot_time + sample.taken_at))


def _what(texts: RowTexts, row: int) -> Why:
    record = _record(texts, row)
    return Why("happening", happening_reason(int(record["kind"]), int(record["ending"])))


def _direction(texts: RowTexts, row: int) -> Why:
    direction = int(texts.interval.direction[row])
    if direction == DIRECTION_UNKNOWN:
        return Why("direction", "nobody saw who dialled")
    return Why("direction", "dialled from here" if direction == DIRECTION_DIALLED else "accepted")


def _owner(texts: RowTexts, row: int) -> Why:
    owners = texts.owners(row)
    return Why("event_owner", owner_reason(texts.interval, row), ToProcess(owners[0].process.pid) if owners else None)


def _user(texts: RowTexts, row: int) -> Why:
    return user_why(texts, row) if texts.has_user(row) else Why("user", "no sample told it")


def _unit(texts: RowTexts, row: int) -> Why:
    return unit_why(texts, row) if int(texts.interval.table.cgroup[row]) else Why("unit", "no sample told it")


def _via(texts: RowTexts, row: int) -> Why:
    is_bound = bool(texts.interval.table.device[row])
    return Why("via", "the socket was bound to it" if is_bound else "the interface that owns the local address now")


def _duration(texts: RowTexts, row: int) -> Why:
    record = _record(texts, row)
    if int(record["kind"]) == EventKind.OPENED:
        reason = "it was opened just then"
    elif int(record["kind"]) == EventKind.FAILED:
        reason = "it was never open"
    elif not math.isnan(float(record["opened_at"])):
        reason = "opening and close were seen"
    elif bool(record["is_short"]):
        reason = "shorter than a sample, and its opening was not seen"
    else:
        reason = "it was open before this program looked"
    return Why("event_duration", reason)


def _bytes(meaning: str, column: str) -> Callable[[RowTexts, int], Why]:
    def why(texts: RowTexts, row: int) -> Why:
        record = _record(texts, row)
        if int(record["kind"]) == EventKind.OPENED:
            return Why(meaning, "nothing has passed yet: the close tells")
        if int(record["kind"]) == EventKind.FAILED:
            return Why(meaning, "it was never open")
        if not bool(texts.interval.table.knows(column)[row]):
            return Why(meaning, "the kernel gave no TCP_INFO with it")
        names = {"event_received": ("received",), "event_acknowledged": ("acknowledged",), "event_resent": ()}
        amounts = [int(record[name]) for name in names.get(meaning, ("received", "acknowledged"))]
        return Why(meaning, f"{' and '.join(map(count_text, amounts))} bytes" if amounts else "")

    return why


_SUMS = {
    "time": "all that are listed",
    "total": "the sum over those that ended",
    "received": "the sum over those that ended",
    "acknowledged": "the sum over those that ended",
    "resent": "the sum over those that ended",
}
_REASONS: Mapping[str, Callable[[RowTexts, int], Why]] = {
    "time": _time,
    "what": _what,
    "local": lambda _texts, _row: Why("local"),
    "direction": _direction,
    "remote": lambda _texts, _row: Why("remote"),
    "process": _owner,
    "name": _owner,
    "user": _user,
    "unit": _unit,
    "via": _via,
    "duration": _duration,
    "total": _bytes("event_total", "bytes_acked"),
    "received": _bytes("event_received", "bytes_received"),
    "acknowledged": _bytes("event_acknowledged", "bytes_acked"),
    "resent": _bytes("event_resent", "total_retrans"),
}
"""By column of the events."""
