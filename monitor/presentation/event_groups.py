"""Groups of events: how many of each kind, how many in a second, and the bytes of all that closed.

▸ ▾ 412      +8.2 ×8      41 opened 38 closed  → 198.51.100.20:5432    a group, opened
  03:12:41.3 reset by peer 192.0.2.10:41022    → 198.51.100.20:5432    its rows, in the columns of the events
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from monitor.model.event_list import Ending, EventKind
from monitor.model.sample import F64
from monitor.presentation.event_sums import event_sums
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

_TITLES = {"time": "events", "what": "+ and × /s", "local": "how many / local"}


def rates_text(opened: float, ended: float) -> str:
    """Write how many were opened and how many ended in a second: "+8.2 ×8"."""
    return f"+{bytes_text(opened)} ×{bytes_text(ended)}"


def _rates_cell(groups: Groups, _: RowTexts, entry: int) -> Cell:
    sums = event_sums(groups)
    opened, ended = float(sums.opened_rate[entry]), float(sums.ended_rate[entry])
    return Cell(rates_text(opened, ended), Role.RATE if opened or ended else Role.DIM)


def _counts_cell(groups: Groups, _: RowTexts, entry: int) -> Cell:
    counts = {kind: int(count[entry]) for kind, count in event_sums(groups).kinds.items()}
    text = " ".join(f"{count:,} {happening_text(kind, Ending.UNKNOWN)}" for kind, count in counts.items() if count)
    return Cell(text, Role.NOTE if counts[EventKind.FAILED] else Role.PLAIN)


_NUMBERS: Mapping[str, Callable[[Groups], F64]] = {
    "total": lambda groups: event_sums(groups).total,
    "received": lambda groups: event_sums(groups).received,
    "acknowledged": lambda groups: event_sums(groups).acknowledged,
    "resent": lambda groups: event_sums(groups).resent,
}
"""By column: the sum that a group shows there; NaN for unknown."""


def _sum_cell(values: Callable[[Groups], F64]) -> GroupCell:
    return lambda groups, _, entry: known_cell(bytes_text(float(values(groups)[entry])))


def _happening_rate(groups: Groups) -> F64:
    sums = event_sums(groups)
    return sums.opened_rate + sums.ended_rate


def _columns(columns: Sequence[Column], by: Grouping) -> list[Column]:
    return [
        replace(
            column,
            title=_title(column, by),
            is_sortable=column.id in EVENT_GROUPS.keys,
            descending_first=column.id != "remote",
        )
        for column in columns
    ]


def _title(column: Column, by: Grouping) -> str:
    word = group_word(by)
    if column.id == "remote" and word != column.title:
        return f"{word} / {column.title}"
    return _TITLES.get(column.id, column.title)


def _busiest(groups: Groups) -> Keys:
    return -np.nan_to_num(_happening_rate(groups)), -groups.counts, *groups.columns


EVENT_GROUPS: GroupFace = GroupFace(
    EventsView,
    _columns,
    {
        **{column: GROUP_CELLS[column] for column in ("direction", "process", "name", "user", "via")},
        "time": count_cell,
        "what": _rates_cell,
        "local": _counts_cell,
        "remote": title_cell,
        **{column: _sum_cell(number) for column, number in _NUMBERS.items()},
    },
    {
        "time": lambda groups: (groups.counts, *groups.columns),
        "what": by_number(_happening_rate),
        "remote": lambda groups: groups.columns,
        **{column: by_number(number) for column, number in _NUMBERS.items()},
    },
    _busiest,
    ("time", "what", "local", "remote"),
)
"""Groups of events."""
