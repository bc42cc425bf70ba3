"""Watch: tells what happened to the sockets of a filter between one sample and the next.

Closes, failures and openings of TCP connections come from the kernel's events, with final counters; openings of what
waits for anybody, and changes, from comparing samples. A change is told if the socket matched the filter before it or
matches it after it; that it begins or ceases to match is a change as well. What is left of a closed connection, as
in TIME-WAIT, says nothing that its close did not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from monitor.model.event_list import EventKind, EventList
from monitor.model.places import find_places
from monitor.model.sample import Interval
from monitor.model.socket_table import U64, Bools
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.event_interval import event_interval
from monitor.presentation.event_search import EventSearch
from monitor.presentation.filter_description import describe
from monitor.presentation.filter_tree import Filter
from monitor.presentation.filters import mask, mask_in
from monitor.presentation.happenings import Began, Ended, Happening, Missed, Seen
from monitor.presentation.row_text import RowTexts
from monitor.sampling.event_rows import is_bucket

_COMPARED = {
    "state": ("state",),
    "local": ("local_high", "local_low", "local_port"),
    "remote": ("remote_high", "remote_low", "remote_port"),
    "device": ("device",),
}
"""By the name of a change: the columns that show it."""


_NOTHING_MISSED = 0, 0, 0, 0.0, None, None, ()


class Watch:
    """Holds each interval against the one before; of the first only what it begins with is told."""

    def __init__(self, tree: Filter) -> None:
        self._tree = tree
        self._former: Interval | None = None
        self._matched: Bools = np.zeros(0, np.bool_)
        self._number = 0
        """Of the last event that was told, or passed over."""
        self._missed: tuple[object, ...] = _NOTHING_MISSED

    def advance(self, interval: Interval, events: EventList) -> Iterator[Happening]:
        """Tell what is new, events in their order first.

        Args:
            interval: The newest one.
            events: What the log lists that took it.
        """
        matches = mask(self._tree, interval)
        former, matched = self._former, self._matched
        self._former, self._matched = interval, matches
        number, self._number = self._number, events.happened
        if former is None:
            yield Began(interval, describe(self._tree), int(np.count_nonzero(matches)))
        yield from self._missing(interval, events)
        if former is None:
            return
        yield from self._ended(interval, events, number)
        if interval.sample is former.sample:
            # The sample failed, and what the last one told was told.
            return
        yield from self._opened(interval, matches)
        if events.no_closes is not None:
            yield from self._gone(interval, matches)
        yield from _changes(former, matched, interval, matches)

    def _missing(self, interval: Interval, events: EventList) -> Iterator[Happening]:
        missed = *events.summary[1:], interval.sample.notices
        if missed != self._missed:
            yield Missed(interval, events)
        self._missed = missed

    def _ended(self, interval: Interval, events: EventList, number: int) -> Iterator[Happening]:
        """Tell what the kernel told, oldest first; what the log had no room for is counted."""
        new = replace(events, records=events.records[events.records["number"] > number])
        unlisted = events.happened - number - len(new.records)
        if unlisted:
            yield Missed(interval, events, unlisted)
        if not len(new.records):
            return
        made = event_interval(new, interval)
        texts = RowTexts(made)
        for row in np.flatnonzero(mask_in(self._tree, EventSearch(made)))[::-1].tolist():
            yield Ended(texts, row)

    @staticmethod
    def _opened(interval: Interval, matches: Bools) -> Iterator[Happening]:
        """Tell of new sockets that are no TCP connections, of which the log tells."""
        table = interval.table
        is_new = (interval.opened_at == interval.sample.boot_time) & np.isnan(interval.closed_at)
        is_connection = (table.protocol == PROTOCOL_TCP) & table.is_pair
        texts = RowTexts(interval)
        for row in np.flatnonzero(is_new & ~is_connection & matches).tolist():
            yield Seen(texts, row, EventKind.OPENED)

    @staticmethod
    def _gone(interval: Interval, matches: Bools) -> Iterator[Happening]:
        """Tell what samples show as closed, where the kernel tells of no closes."""
        texts = RowTexts(interval)
        is_gone = (interval.closed_at == interval.sample.boot_time) & matches
        for row in np.flatnonzero(is_gone).tolist():
            yield Seen(texts, row, EventKind.CLOSED)


def _changes(former: Interval, matched: Bools, interval: Interval, matches: Bools) -> Iterator[Happening]:
    """Tell what is otherwise than before about sockets that both intervals have."""
    table = interval.table
    place = find_places(former.table.cookie, table.cookie)
    rows = np.flatnonzero((place >= 0) & np.isnan(interval.closed_at) & table.has_cookie)
    rows = rows[~((table.protocol[rows] == PROTOCOL_TCP) & is_bucket(table, rows))]
    before = place[rows]
    differs = {
        name: np.logical_or.reduce(
            [getattr(table, part)[rows] != getattr(former.table, part)[before] for part in parts]
        )
        for name, parts in _COMPARED.items()
    }
    differs["owners"] = _holders(former)[before] != _holders(interval)[rows]
    if not (former.owners.is_read and interval.owners.is_read):
        differs["owners"][:] = False
    was, now = matched[before], matches[rows]
    is_told = (was != now) | (np.logical_or.reduce(list(differs.values())) & (was | now))
    # What was no concern of the filter and is connected now was told as opened, or will be.
    is_told &= was | (interval.opened_at[rows] != interval.sample.boot_time)
    texts, former_texts = RowTexts(interval), RowTexts(former)
    for number in np.flatnonzero(is_told).tolist():
        names = [name for name, found in differs.items() if found[number]]
        yield Seen(texts, int(rows[number]), None, bool(now[number]), _both(names, former_texts, int(before[number])))


def _both(names: list[str], former: RowTexts, row: int) -> tuple[tuple[str, RowTexts, int], ...]:
    return tuple((name, former, row) for name in names)


def _holders(interval: Interval) -> U64:
    """Give a number for the set of processes of each row, which is another for another set: in all likelihood."""
    # 64 bits of a pid's multiple by an odd number are as good as random for sums of them.
    sums = np.zeros(len(interval.owners.pid) + 1, np.uint64)
    np.cumsum(interval.owners.pid.astype(np.uint64) * np.uint64(0x9E37_79B9_7F4A_7C15), out=sums[1:])
    found: U64 = sums[interval.owner_end] - sums[interval.owner_first]
    return found
