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
from monitor.sampling.readings import LISTENER_KEY

RATED_S = 5.0
"""Arrivals are counted over as many seconds …"""
DROPPED_S = 60.0
"""… and drops over these."""
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
        return self._drops[0]

    @cached_property
    def watched_s(self) -> F64:
        """For how many seconds that is known; 0 for none."""
        return self._drops[1]

    @cached_property
    def _drops(self) -> tuple[F64, F64]:
        endpoints, history = self._endpoints, self._endpoints.history
        told = None if history is None else history.listener_drops(DROPPED_S)
        dropped, watched_s = np.full(len(endpoints), np.nan), np.zeros(len(endpoints))
        if told is not None:
            table = self._interval.table
            places = {tuple(key): place for place, key in enumerate(told.keys.tolist())}
            keys = zip(*(getattr(table, name)[endpoints.first].tolist() for name in LISTENER_KEY), strict=True)
            found = np.array([places.get(key, -1) for key in keys], np.intp)
            dropped[found >= 0], watched_s[found >= 0] = (
                told.dropped[found[found >= 0]],
                told.watched_s[found[found >= 0]],
            )
        return dropped, watched_s

    def _now(self, events: EventList) -> float:
        """Give until when it is known what happened: a list without news is not made anew."""
        return max(events.boot_time, self._interval.sample.boot_time)

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
