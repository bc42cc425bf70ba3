"""What a line of a list is about and why it says what it says: a row, a service endpoint, a group, a heading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from monitor.model.sample import Interval
from monitor.presentation.closed_reasons import closed_at_text, closed_whys
from monitor.presentation.connection_columns import CONNECTION_COLUMNS
from monitor.presentation.connections_view import ConnectionsView
from monitor.presentation.endpoint_reasons import endpoint_whys
from monitor.presentation.event_reasons import event_whys
from monitor.presentation.events_view import EventsView
from monitor.presentation.explained_value import ExplainedValue, Explanation, Why, explained_line
from monitor.presentation.findings_view import FindingsView
from monitor.presentation.formats import count_text
from monitor.presentation.group_keys import group_title
from monitor.presentation.group_reasons import group_whys
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.listener_cells import endpoint_text
from monitor.presentation.listener_columns import LISTENER_COLUMNS
from monitor.presentation.listeners_view import ListenersView
from monitor.presentation.process_sections import ProcessSections, Section
from monitor.presentation.row_marks import TROUBLE
from monitor.presentation.row_reasons import mark_why, row_whys, trouble_why
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.view import Column, Line, TableView
from monitor.presentation.worker_reasons import worker_whys
from monitor.presentation.workers_view import WorkersView
from monitor.reasoning.roles import SocketRole

_PEER_LABELS = ("process", "peer")
"""Among the sockets of one process these name the process at the other end."""
_ROLE_WORDS = {
    SocketRole.LISTENS: "it listens there",
    SocketRole.ACCEPTED: "the other side dialled, this process accepted",
    SocketRole.CONNECTS: "this process dialled",
    SocketRole.OTHER: "UDP, bound only, or not known who dialled",
}
_TITLES = {shown.column.id: shown.column.title or shown.column.id for shown in CONNECTION_COLUMNS}
_Whys = Callable[[str], Why]


def explain_position(view: TableView, position: int) -> Explanation:
    """Explain everything that a line of a view shows.

    Args:
        view: One of this package's views.
        position: 0 <= position < view.count.

    Raises:
        TypeError: another view.
    """
    match view:
        case ListenersView():
            entry = view.entry_at(position)
            return Explanation(
                endpoint_text(view.endpoints, view.texts, entry),
                _values(view, position, endpoint_whys(view.endpoints, view.texts, entry), _mark_why(view, entry)),
            )
        case EventsView() | GroupsView(rows=EventsView()):
            title, whys = event_whys(view, position)
            return Explanation(title, _values(view, position, whys))
        case ConnectionsView() | GroupsView():
            return _of_part(view, position, view, position)
        case ProcessSections():
            return _of_process(view, position)
        case FindingsView():
            return _of_finding(view, position)
        case WorkersView():
            values = _values(view, position, worker_whys(view.workers, int(view.order[position])))
            return Explanation(values[0].value.text, values)
    raise TypeError(f"{type(view).__name__} is none of this package's views")


def _mark_why(view: ListenersView, entry: int) -> str:
    """Say why a service endpoint is marked: trouble of any of its sockets, else what its first socket is marked for."""
    is_trouble = view.marks(np.array([entry])) == [TROUBLE]
    endpoints = view.endpoints
    if is_trouble:
        return trouble_why(view.interval, endpoints.members(entry).tolist())
    return mark_why(view.interval, int(endpoints.first[entry]))


def _of_part(view: TableView, position: int, part: GroupsView | ConnectionsView, within: int) -> Explanation:
    """Explain a line of a table that is the view, or one of its parts."""
    if isinstance(part, GroupsView) and part.is_group_at(within):
        entry, texts = part.group_at(within), part.rows.texts
        title = f"{part.groups.by.value} {group_title(texts, part.groups.first_row(entry), part.groups.by)}"
        return Explanation(title, _values(view, position, group_whys(part.groups, texts, entry)))
    row = int(part.rows_at(within)[0])
    texts = RowTexts(part.interval)
    values = _values(view, position, *_row_reasons(texts, row))
    # Above groups the columns have the groups' titles.
    own = [
        replace(value, label=_TITLES.get(column.id, column.title))
        for value, column in zip(values[-len(view.columns) :], view.columns, strict=True)
    ]
    return Explanation(pair_text(texts, row), (*values[: -len(own)], *own))


def _row_reasons(texts: RowTexts, row: int) -> tuple[_Whys, str]:
    """Give the reasons for a socket's columns, and for its mark."""
    living, closed = row_whys(texts, row), closed_whys(texts.interval, row)
    if closed is None:
        return living, mark_why(texts.interval, row)
    return lambda column: closed(column) or living(column), closed_at_text(texts.interval, row)


def pair_text(texts: RowTexts, row: int) -> str:
    """Name a socket by its endpoints: "192.0.2.10:443 ← 198.51.100.7:51834"; by the local one where it has no other."""
    return texts.pair(row) if bool(texts.interval.table.is_pair[row]) else str(texts.local(row).on_the_wire)


def _of_process(view: ProcessSections, position: int) -> Explanation:
    within = position
    for section in view.sections:
        if within == 0:
            return Explanation("sockets by what the process does with them", (_heading(view, position, section),))
        if within < section.count:
            return _of_socket(view, position, section, within - 1)
        within -= section.count
    raise IndexError(position)


def _of_socket(view: ProcessSections, position: int, section: Section, within: int) -> Explanation:
    part = section.part
    is_group = isinstance(part, GroupsView) and part.is_group_at(within)
    heading = _heading(view, position - within - 1, section)
    if is_group and section.role is SocketRole.LISTENS:
        made = _of_listener(view.interval, int(part.rows_at(within)[0]))
    else:
        made = _of_part(view, position, part, within)
        made = replace(made, values=tuple(_as_peer(value) for value in made.values))
    return replace(made, values=(*made.values, heading))


def _as_peer(value: ExplainedValue) -> ExplainedValue:
    """Give the value as it is, but where it names the process at the other end."""
    if value.label not in _PEER_LABELS:
        return value
    return replace(value, label="peer", why=Why("peer", "" if value.value.text else "not a socket of this host"))


def _of_listener(interval: Interval, row: int) -> Explanation:
    """Explain a service endpoint in the words of the Listeners pane."""
    endpoints, texts = ServiceEndpoints.of(interval), RowTexts(interval)
    entry = int(endpoints.group[endpoints.rows.searchsorted(row)])
    alone = np.array([entry])
    cells = tuple(shown.cells(endpoints, texts, alone)[0] for shown in LISTENER_COLUMNS)
    columns = [shown.column for shown in LISTENER_COLUMNS]
    whys = endpoint_whys(endpoints, texts, entry)
    return Explanation(
        endpoint_text(endpoints, texts, entry),
        explained_line(columns, Line(" ", cells), [whys(column.id) for column in columns], None),
    )


def _of_finding(view: FindingsView, position: int) -> Explanation:
    finding, text = view.finding_at(position), view.text_at(position)
    whys = {
        "what": Why(f"finding {finding.kind}", text.measured),
        "since": Why("since", text.since),
        "side": Why("side", text.whose),
        "sure": Why("sure"),
    }
    return Explanation(text.title, _values(view, position, lambda column: whys[column], text.title))


def _heading(view: ProcessSections, position: int, section: Section) -> ExplainedValue:
    words = [cell for cell in view.lines(position, position + 1)[0].cells if not cell.text.startswith("─")]
    number = section.sockets
    reason = f"{count_text(number)} {'socket' if number == 1 else 'sockets'}: {_ROLE_WORDS[section.role]}"
    return ExplainedValue("section", words[0], Why("role", reason))


def _values(view: TableView, position: int, whys: _Whys, mark_reason: str = "") -> tuple[ExplainedValue, ...]:
    columns: Sequence[Column] = view.columns
    (line,) = view.lines(position, position + 1)
    reasons = [whys(column.id) for column in columns]
    return explained_line(columns, line, reasons, view.sort_column, mark_reason=mark_reason)
