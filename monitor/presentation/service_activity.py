"""ServiceActivity: how many connections came to service endpoints lately, and how many packets were thrown away."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np

from monitor.model.event_list import EventKind, EventList, Records
from monitor.model.sample import DIRECTION_ACCEPTED, F64, Interval
from monitor.model.socket_table import V6ONLY_UNKNOWN, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.sorting import where_known
from monitor.reasoning.listeners import listener_rows
from monitor.sampling.listener_drops import ListenerDrops
from monitor.sampling.readings import LISTENER_KEY

RATED_S = 5.0
"""Arrivals are counted over as many seconds …"""
DROPPED_S = 60.0
"""… and drops over these."""
_LATE, _LEAST_PERIOD_S = 1.5, 1.0
"""A list of events may be so many periods old and still be the newest that there could be."""
_PLACE = ("protocol", "family", "local_high", "local_low", "local_port", "remote_port", "device")


class ServiceActivity:
    """Arrays with an entry per service endpoint, each made when it is first asked for."""

    def __init__(self, endpoints: ServiceEndpoints) -> None:
        self._endpoints = endpoints
        self._interval: Interval = endpoints.interval

    @cached_property
    def covered_s(self) -> float:
        """Over how many seconds arrivals are counted; NaN where nobody can count them yet."""
        events = self._endpoints.events
        covered = 0.0 if events is None else events.covered_s(RATED_S, self._now(events))
        return covered if covered > 0 else float("nan")

    @cached_property
    def arrivals(self) -> F64:
        """Connections that came meanwhile; NaN where unknown, and for UDP, which has none."""
        endpoints, events = self._endpoints, self._endpoints.events
        counts = np.zeros(len(endpoints))
        if events is not None and not np.isnan(self.covered_s):
            counts += np.bincount(self._entries(events), minlength=len(endpoints))
        return where_known(counts, (endpoints.connections >= 0) & ~np.isnan(self.covered_s))

    @cached_property
    def arrivals_per_second(self) -> F64:
        """The same per second."""
        return self.arrivals / self.covered_s

    @cached_property
    def dropped(self) -> F64:
        """Packets thrown away in the last minute, or as much of it as is known; NaN where unknown."""
        told = self._told_drops
        return self._of_endpoints(np.zeros(0) if told is None else told.dropped)

    @cached_property
    def watched_s(self) -> F64:
        """For how many seconds that is known; NaN where unknown."""
        told = self._told_drops
        return self._of_endpoints(np.zeros(0) if told is None else told.watched_s)

    @cached_property
    def _told_drops(self) -> ListenerDrops | None:
        history = self._endpoints.history
        return None if history is None else history.listener_drops(DROPPED_S)

    def _of_endpoints(self, told: F64) -> F64:
        """Give what was told of each of them; NaN of those that are not among the ones that were told of."""
        return np.append(told, np.nan)[self._places]

    @cached_property
    def _places(self) -> Rows:
        """For each service endpoint its place among those of the history; -1 for none."""
        table, first, told = self._interval.table, self._endpoints.first, self._told_drops
        known = {} if told is None else {tuple(key): place for place, key in enumerate(told.keys.tolist())}
        keys = zip(*(getattr(table, name)[first].tolist() for name in LISTENER_KEY), strict=True)
        return np.array([known.get(key, -1) for key in keys], np.intp)

    def _now(self, events: EventList) -> float:
        """Give the CLOCK_BOOTTIME until which the list tells what happened.

        It is read after a sample, so that it is a period old when the next one is shown, and comes only with news: one
        that is older than that tells that nothing has happened since.
        """
        interval = self._interval
        sampled_at, period_s = interval.sample.boot_time, interval.elapsed_s if interval.has_rates else 0.0
        is_of_last = sampled_at - events.boot_time <= _LATE * max(period_s, _LEAST_PERIOD_S)
        return events.boot_time if is_of_last else sampled_at

    def _entries(self, events: EventList) -> Rows:
        """Give the service endpoint of each connection that came lately, where it has one."""
        records = events.records[events.records["at"] > self._now(events) - self.covered_s]
        # What came and went between two samples has no opening where transitions are not seen: its close stands for it.
        is_unseen = records["is_short"] & np.isnan(records["opened_at"])
        has_come = (records["kind"] == EventKind.OPENED) | ((records["kind"] == EventKind.CLOSED) & is_unseen)
        accepted = (records["protocol"] == PROTOCOL_TCP) & (records["direction"] == DIRECTION_ACCEPTED)
        came = _as_connections(records[has_come & accepted])
        table, rows = self._interval.table, self._endpoints.rows
        listening = np.flatnonzero(table.is_listener[rows])
        both = SocketTable.concatenate([table.take(rows[listening]), came])
        found = listener_rows(both, rows=np.arange(len(listening), len(both)))
        entries: Rows = self._endpoints.group[listening[found[found >= 0]]]
        return entries


def _as_connections(records: Records) -> SocketTable:
    """Make rows that a listener is looked for by."""
    table = SocketTable.zeros(len(records))
    for name in _PLACE:
        getattr(table, name)[:] = records[name]
    # Somebody may have accepted them: whose family they are then, the listener does not say.
    table.state[:], table.inode[:], table.v6only[:] = TcpState.ESTABLISHED, 1, V6ONLY_UNKNOWN
    return table


# Every cell of a page asks for the same endpoints.
service_activity = lru_cache(maxsize=1)(ServiceActivity)
