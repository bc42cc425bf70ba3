"""Groups of events: how many of each kind, how many in a second, and the bytes of all that closed.

▸ ▾ 412      +8.2 ×8      41 opened 38 closed  → 198.51.100.20:5432    a group, opened
  03:12:41.3 reset by peer 192.0.2.10:41022    → 198.51.100.20:5432    its rows, in the columns of the events
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from monitor.model.event_list import Ending, EventKind
from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Bools, Rows
from monitor.presentation.event_cells import acknowledged_bytes, received_bytes, resent_segments, total_bytes
from monitor.presentation.event_interval import EventInterval, records_of
from monitor.presentation.event_words import happening_text
from monitor.presentation.events_view import EventsView
from monitor.presentation.formats import bytes_text
from monitor.presentation.group_cells import GROUP_CELLS, GroupCell, count_cell, title_cell
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import Groups
from monitor.presentation.groups_view import GroupFace, by_number, group_word
from monitor.presentation.known_cells import known_cell
from monitor.presentation.row_text import RowTexts
from monitor.presentation.sorting import Keys
from monitor.presentation.view import Cell, Column, Role
from monitor.reasoning.columns import sum_known

_KIND_WORDS = {kind: happening_text(kind, Ending.UNKNOWN) for kind in EventKind}
_TITLES = {"time": "events", "what": "+ and × /s", "local": "how many / local"}


def kind_counts(groups: Groups, kind: EventKind) -> F64:
    """Count each group's events of a kind."""
    return _count(groups, records_of(groups.interval, groups.rows)["kind"] == kind)


def rates(groups: Groups, *kinds: EventKind) -> F64:
    """Give each group's events of some kinds per second, lately; NaN before anything can be said."""
    interval = groups.interval
    if not isinstance(interval, EventInterval):
        raise TypeError(f"the rows of {type(interval).__name__} are no events")
    records = records_of(interval, groups.rows)
    is_recent = (records["at"] > interval.now - interval.rated_s) & np.isin(records["kind"], kinds)
    return _count(groups, is_recent) / interval.rated_s


def rates_text(opened: float, ended: float) -> str:
    """Write how many were opened and how many ended in a second: "+8.2 ×8"."""
    return f"+{bytes_text(opened)} ×{bytes_text(ended)}"


def _count(groups: Groups, which: Bools) -> F64:
    return np.bincount(groups.group[which], minlength=len(groups)).astype(np.float64)


def _rates_cell(groups: Groups, _: RowTexts, entry: int) -> Cell:
    opened = float(rates(groups, EventKind.OPENED)[entry])
    ended = float(rates(groups, EventKind.CLOSED, EventKind.FAILED)[entry])
    return Cell(rates_text(opened, ended), Role.RATE if opened or ended else Role.DIM)


def _counts_cell(groups: Groups, _: RowTexts, entry: int) -> Cell:
    counts = {word: int(kind_counts(groups, kind)[entry]) for kind, word in _KIND_WORDS.items()}
    has_failed = counts[_KIND_WORDS[EventKind.FAILED]] > 0
    text = " ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    return Cell(text, Role.NOTE if has_failed else Role.PLAIN)


def _sum(values: Callable[[Groups], F64]) -> GroupCell:
    return lambda groups, _, entry: known_cell(bytes_text(float(values(groups)[entry])))


def _summed(values: Callable[[Interval, Rows], F64]) -> Callable[[Groups], F64]:
    return lambda groups: sum_known(groups.group, values(groups.interval, groups.rows), len(groups))


_NUMBERS: Mapping[str, Callable[[Groups], F64]] = {
    "total": _summed(total_bytes),
    "received": _summed(received_bytes),
    "acknowledged": _summed(acknowledged_bytes),
    "resent": _summed(resent_segments),
}
"""By column: the sum that a group shows there; NaN for unknown."""


def _columns(columns: Sequence[Column], by: Grouping) -> list[Column]:
    return [
        replace(column, title=_title(column, by), is_sortable=column.id in EVENT_GROUPS.keys, descending_first=True)
        for column in columns
    ]


def _title(column: Column, by: Grouping) -> str:
    word = group_word(by)
    if column.id == "remote" and word != column.title:
        return f"{word} / {column.title}"
    return _TITLES.get(column.id, column.title)


def _busiest(groups: Groups) -> Keys:
    return -np.nan_to_num(rates(groups, *EventKind)), -groups.counts, *groups.columns


EVENT_GROUPS: GroupFace = GroupFace(
    EventsView,
    _columns,
    {
        **{column: GROUP_CELLS[column] for column in ("direction", "process", "name", "user", "via")},
        "time": count_cell,
        "what": _rates_cell,
        "local": _counts_cell,
        "remote": title_cell,
        **{column: _sum(number) for column, number in _NUMBERS.items()},
    },
    {
        "time": lambda groups: (groups.counts, *groups.columns),
        "what": by_number(lambda groups: rates(groups, *EventKind)),
        "remote": lambda groups: groups.columns,
        **{column: by_number(number) for column, number in _NUMBERS.items()},
    },
    _busiest,
)
"""Groups of events."""
