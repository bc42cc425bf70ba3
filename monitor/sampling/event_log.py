"""EventLog: joins what the kernel told of closes and transitions with the samples, into one bounded list.

A close names its socket by cookie, a transition by the kernel's memory and the pair; a sample knows cookies, pairs and
owners. So a close finds its row in the last interval by cookie; where no sample saw it, its beginning by the pair, and
its owner by who was seen to act, else by the listener at its local endpoint. What cannot be joined to this network
namespace is another's, and is not listed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from monitor.model.event_list import EVENT, EventList
from monitor.model.places import find_places
from monitor.model.sample import Interval, Sample
from monitor.model.socket_events import SocketEvents
from monitor.model.socket_table import U64, Rows
from monitor.model.ways import Records
from monitor.sampling import closed_sockets, event_rows
from monitor.sampling.closed_sockets import ClosedSockets
from monitor.sampling.event_owners import EventOwners
from monitor.sampling.event_processes import EventProcesses
from monitor.sampling.pending_transitions import PendingTransitions

KEPT_S = 600.0
"""Older events are no longer listed."""
MOST_LISTED = 20_000
"""Of more events the oldest are no longer listed."""
RATED_S = 5.0
"""The rates are over as many seconds."""
_CLOSES_WITHIN_S = 3.0
"""The kernel tells of a close from a queue of its own, a moment later."""


class _Counts(NamedTuple):
    """Of what happened, listed or not."""

    opened: int
    closed: int
    failed: int

    def plus(self, opened: int, closed: int, failed: int) -> _Counts:
        return _Counts(self.opened + opened, self.closed + closed, self.failed + failed)


class EventLog:
    """Of one thread; the lists that it gives never change."""

    def __init__(self) -> None:
        self._list: EventList | None = None
        self._forget_all()

    def _forget_all(self) -> None:
        self._processes = EventProcesses()
        self._pending = PendingTransitions()
        self._sample: Sample | None = None
        self._interval: Interval | None = None
        self._unfinished: U64 = np.zeros(0, np.uint64)
        self._recent: deque[tuple[float, _Counts]] = deque()
        self._heard_until: float | None = None
        """CLOCK_BOOTTIME in seconds; None before anybody has listened."""

    def take(self, events: SocketEvents, interval: Interval) -> EventList:
        """Add what happened until now.

        Args:
            events: What the source gave since the last time.
            interval: The newest one; the same as the last time where there was no sample since.
        """
        former = self._list
        if former is None or former.namespace != events.namespace:
            former = self._start(events)
        self._pending.add(events)
        owners = self._owners(interval)
        failed = event_rows.failures(events.namespace, self._pending, owners)
        opened = self._openings(interval, owners)
        came, counts = [opened, failed], _Counts(len(opened), 0, len(failed))
        over: Rows = np.zeros(0, np.intp)
        nameless = 0
        for closes, side in self._sides(events.closes, interval):
            closed, owners = ClosedSockets.join(closes, side, self._pending), self._owners(side)
            nameless += closed_sockets.nameless(closes, side) if events.no_transitions is not None else 0
            short = event_rows.short_ones(closed, self._pending)
            unfinished = int(np.count_nonzero(closed.has_failed))
            counts = counts.plus(len(short), len(closed) - unfinished, unfinished)
            # Of more than are listed no more are made.
            came.append(event_rows.short_openings(closed.take(short[-MOST_LISTED:]), side, owners))
            came.append(event_rows.closes(closed.take(slice(-MOST_LISTED, None)), side, owners))
            over = np.concatenate([over, closed.life[closed.life >= 0]])
        cut = event_rows.cuts(events.namespace, self._pending, owners, events.boot_time - _CLOSES_WITHIN_S)
        came.append(cut)
        counts = counts.plus(len(cut) // 2, len(cut) // 2, 0)
        self._pending.forget(events.boot_time, interval.elapsed_s, over, events.namespace)
        self._interval = interval
        former = replace(self._heard(former, events), nameless_closes=former.nameless_closes + nameless)
        self._list = self._joined(former, events, np.concatenate(came), counts)
        return self._list

    def _heard(self, former: EventList, events: SocketEvents) -> EventList:
        """Note for how long nobody listened before these events: another source begins when the former has gone."""
        until = self._heard_until
        if events.since is None:
            is_between = until is not None and events.no_closes is None
            return replace(former, heard_since=events.boot_time) if is_between else former
        self._heard_until = events.boot_time
        if until is not None and events.since <= until:
            return former
        self._recent.clear()
        unheard_s = 0.0 if until is None else events.since - until
        return replace(former, unheard_s=former.unheard_s + unheard_s, heard_since=events.since)

    def _owners(self, interval: Interval) -> EventOwners:
        return EventOwners(interval, self._pending, self._processes)

    def _sides(self, closes: Records, interval: Interval) -> list[tuple[Records, Interval]]:
        """Give closes with the interval that knows most of them: of what has left a bucket since, the one before."""
        if not len(closes):
            return []
        before = self._interval
        if before is None or before.sample is interval.sample:
            return [(closes, interval)]
        row = find_places(interval.table.cookie, closes["cookie"].astype(np.uint64))
        is_left = row >= 0
        is_left[is_left] = event_rows.is_bucket(interval.table, row[is_left])
        is_left &= find_places(before.table.cookie, closes["cookie"].astype(np.uint64)) >= 0
        sides = (closes[is_left], before), (closes[~is_left], interval)
        return [(some, side) for some, side in sides if len(some)]

    def _start(self, events: SocketEvents) -> EventList:
        """Begin anew: for the first time, or in another network namespace."""
        self._forget_all()
        return EventList(events.boot_time, events.boot_time, events.namespace, np.zeros(0, EVENT), {})

    def _openings(self, interval: Interval, owners: EventOwners) -> Records:
        """Tell what a new sample shows as open; of one that was seen before nothing."""
        if interval.sample is self._sample:
            return np.zeros(0, EVENT)
        records = event_rows.openings(interval, self._unfinished, self._pending, owners)
        table = interval.table
        self._sample, self._unfinished = interval.sample, table.cookie[event_rows.is_unfinished(table.state)]
        return records

    def _joined(self, former: EventList, events: SocketEvents, came: Records, counts: _Counts) -> EventList:
        """Put what came behind what is listed, and leave out what is too old or too much."""
        now = events.boot_time
        came = came[np.argsort(came["at"], kind="stable")[-MOST_LISTED:]]
        came["number"] = former.happened + sum(counts) - len(came) + 1 + np.arange(len(came))
        displaced = max(0, len(former.records) + len(came) - MOST_LISTED)
        records = np.concatenate([former.records[displaced:], came])
        records = records[records["at"] > now - KEPT_S]
        self._recent.append((now, counts))
        while self._recent[0][0] < now - RATED_S:
            self._recent.popleft()
        rated_s = min(RATED_S, now - former.unbroken_since)
        return replace(
            former,
            boot_time=now,
            records=records,
            processes=self._processes.named(records["process"]),
            opened=former.opened + counts.opened,
            closed=former.closed + counts.closed,
            failed=former.failed + counts.failed,
            lost_closes=former.lost_closes + events.lost_closes,
            lost_transitions=former.lost_transitions + events.lost_transitions,
            no_closes=events.no_closes,
            no_transitions=events.no_transitions,
            opened_per_second=_rate((recent.opened for _, recent in self._recent), rated_s),
            closed_per_second=_rate((recent.closed for _, recent in self._recent), rated_s),
        )


def _rate(counts: Iterable[int], seconds: float) -> float:
    return sum(counts) / seconds if seconds > 0 else 0.0
