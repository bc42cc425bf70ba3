"""History: the last two minutes of the host, its listeners, its processes, and the rows that somebody looked at.

The sampling thread adds; any thread may watch and read, since what was added never changes and a newer list of moments
replaces the former in one step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from monitor.model.places import find_places
from monitor.model.process import ProcessFacts
from monitor.model.sample import Interval
from monitor.model.series import Series
from monitor.model.socket_table import U64
from monitor.model.sockets import SocketId
from monitor.model.tcp import TcpState
from monitor.model.tcp_info import SocketDetails
from monitor.reasoning.limits import BusyTimes
from monitor.sampling.cpu_readings import CpuReadings
from monitor.sampling.listener_drops import ListenerDrops, drops_within
from monitor.sampling.moments import Moment, find_thing, increases, nothing_at, series_of
from monitor.sampling.readings import (
    PROCESS_STATES,
    STATES,
    Readings,
    read_host,
    read_listeners,
    read_processes,
    read_rows,
)
from monitor.sampling.recent_readings import RecentReadings

KEPT_S = 120.0
"""Older moments are forgotten."""
SPACING_S = 0.5
"""A moment closer than this to the one before gives way to the next, so that at most 242 are kept."""
PAST_S, PAST_SPACING_S = 3_600.0, 15.0
"""How long the connections of listeners are remembered, and how far apart the moments of it are."""
WATCHED_S = 60.0
"""A row's numbers are read for this long after it was last watched."""
MAX_WATCHED = 1024
"""Rows that are read at a time; those watched last win."""

RowKey = tuple[int, int]
"""Inode of the network namespace, and cookie."""


@dataclass(frozen=True, slots=True)
class HostHistory:
    """All sockets together."""

    receive_rate: Series
    """Bytes per second."""
    send_rate: Series
    udp_sockets: Series
    states: Mapping[TcpState, Series]
    """Number of TCP sockets in each state; TIME-WAIT from sockstat, bound-only ones where they were dumped."""


@dataclass(frozen=True, slots=True)
class ListenerHistory:
    """One service endpoint."""

    connections: Series
    """Unknown for UDP."""
    queue: Series
    """Connections in the fullest accept queue; for UDP bytes in the fullest buffer."""


@dataclass(frozen=True, slots=True)
class ProcessHistory:
    """One process."""

    receive_rate: Series
    """Bytes per second over all its sockets."""
    send_rate: Series
    sockets: Series
    states: Mapping[TcpState, Series]
    """Number of its TCP sockets in each state that a connection of a process may be in."""
    cpu: Series
    """Share of one processor, known while the process is on screen; more than 1 where threads run on several."""


@dataclass(frozen=True, slots=True)
class RowHistory:
    """One socket."""

    receive_rate: Series
    """Bytes per second."""
    send_rate: Series
    rtt_us: Series
    retransmitted: Series
    """Segments sent again since the reading before."""
    recv_q: Series
    """Bytes."""
    send_q: Series
    busy: tuple[BusyTimes, ...] = ()
    """As often as its screen asked, oldest first."""


_OF_ALL = 0
"""In place of an inode: rows of all namespaces, or of one that is not known; no two of them have one cookie."""


class History:
    """Bounded in age and number. A series has a NaN for every moment at which its thing was not read."""

    def __init__(self) -> None:
        self._moments: tuple[Moment, ...] = ()
        self._past: tuple[Moment, ...] = ()
        """Of the last hour, with listeners alone: further apart."""
        self._asked: deque[tuple[RowKey, ...]] = deque(maxlen=64)
        self._watched: dict[RowKey, float] = {}
        self._cpu = CpuReadings()
        self._busy: RecentReadings[RowKey, BusyTimes] = RecentReadings()

    def watch(self, keys: Iterable[RowKey]) -> None:
        """Read these rows too, from the next interval on; to be said again with every screen that shows them."""
        self._asked.append(tuple(keys)[:MAX_WATCHED])

    def add(self, interval: Interval) -> None:
        """Take what is to be remembered of an interval; of the sampling thread only.

        Another namespace, or a clock that went back, is another machine: what was before is forgotten.
        """
        now, namespace = interval.sample.boot_time, interval.table.namespace
        kept = self._moments
        if kept and (kept[-1].namespace != namespace or now < kept[-1].boot_time):
            kept, self._past = (), ()
        before = kept[-1] if kept else None
        moment = Moment(
            now,
            namespace,
            read_host(interval),
            read_listeners(interval).sharing(before.listeners if before else None),
            read_processes(interval).sharing(before.processes if before else None),
            read_rows(interval, self._watched_cookies(now, namespace)).sharing(before.rows if before else None),
        )
        if before is not None and interval.slept_s:
            kept = (*kept, nothing_at(now - SPACING_S, before))
        if len(kept) > 1 and kept[-1].boot_time - kept[-2].boot_time < SPACING_S:
            kept = kept[:-1]
        self._moments = (*(old for old in kept if now - old.boot_time <= KEPT_S), moment)
        if not self._past or now - self._past[-1].boot_time >= PAST_SPACING_S:
            past = (old for old in self._past if now - old.boot_time <= PAST_S)
            nothing = Readings(moment.rows.keys[:0], moment.rows.values[:0])
            self._past = (*past, replace(moment, processes=nothing, rows=nothing))

    def add_facts(self, facts: ProcessFacts) -> None:
        """Take what is to be remembered of the facts of a process; of the sampling thread only."""
        self._cpu.add(facts)

    def add_details(self, socket: SocketId, details: SocketDetails) -> None:
        """Take what is to be remembered of an answer about one socket; of the sampling thread only."""
        busy = BusyTimes.of(details)
        if busy is not None:
            self._busy.add((socket.namespace, socket.cookie), busy.at, busy)

    def host(self) -> HostHistory:
        """Give the series of all sockets together."""
        moments = self._moments
        receive, send, udp, *states = series_of(moments, [moment.host for moment in moments], 3 + len(STATES))
        return HostHistory(receive, send, udp, dict(zip(STATES, states, strict=True)))

    def listener(self, key: tuple[int, ...]) -> ListenerHistory:
        """Give the series of a service endpoint, by the values of readings.LISTENER_KEY."""
        moments = self._moments
        return ListenerHistory(*series_of(moments, find_thing([moment.listeners for moment in moments], key), 3)[:2])

    def listener_drops(self, seconds: float) -> ListenerDrops | None:
        """Give what each service endpoint threw away in so many seconds, all at once; None before the first moment."""
        moments = self._moments
        return drops_within(moments, seconds) if moments else None

    def connections(self, key: tuple[int, ...]) -> Series:
        """Give how many connections a service endpoint had, over the last hour in coarse steps and until now."""
        moments = (*self._past, *self._moments[-1:])
        return series_of(moments, find_thing([moment.listeners for moment in moments], key), 3)[0]

    def process(self, pid: int, start_time: int) -> ProcessHistory:
        """Give the series of a process."""
        moments = self._moments
        found = find_thing([moment.processes for moment in moments], (pid, start_time))
        receive, send, sockets, *counts = series_of(moments, found, 3 + len(PROCESS_STATES))
        states = dict(zip(PROCESS_STATES, counts, strict=True))
        return ProcessHistory(receive, send, sockets, states, self._cpu.shares(pid, start_time))

    def row(self, key: RowKey) -> RowHistory:
        """Give the series of a socket, known from when it was first watched."""
        namespace, cookie = key
        moments = tuple(moment for moment in self._moments if moment.namespace in (_OF_ALL, namespace))
        found = find_thing([moment.rows for moment in moments], (cookie,))
        receive, send, rtt, total, recv_q, send_q = series_of(moments, found, 6)
        busy = tuple(reading for _, reading in self._busy.of(key))
        return RowHistory(receive, send, rtt, increases(total), recv_q, send_q, busy)

    def rates(self, namespace: int, cookies: U64, seconds: float = KEPT_S) -> list[Series]:
        """Give what sockets received and sent together, in bytes per second: one series for each cookie.

        All at once: a page of rows asks whenever it is drawn, and most moments have the same rows.

        Args:
            namespace: Of all of them.
            cookies: Which.
            seconds: How far back.
        """
        kept = self._moments
        moments = [one for one in kept if one.namespace == namespace and one.boot_time >= kept[-1].boot_time - seconds]
        values = np.full((len(moments), len(cookies)), np.nan)
        start = 0
        for _, alike in groupby((moment.rows for moment in moments), key=lambda rows: id(rows.keys)):
            run = list(alike)
            places = find_places(run[0].keys[:, 0], cookies)
            found = np.flatnonzero(places >= 0)
            read = np.stack([rows.values for rows in run])[:, places[found], :2]
            values[start : start + len(run), found] = read.sum(axis=2)
            start += len(run)
        times = np.array([moment.boot_time for moment in moments])
        return [Series(times, values[:, number]) for number in range(len(cookies))]

    def _watched_cookies(self, now: float, namespace: int) -> U64:
        while self._asked:
            for key in self._asked.popleft():
                # Out and in again: the order tells which were watched last.
                self._watched.pop(key, None)
                self._watched[key] = now
        kept = [(key, at) for key, at in self._watched.items() if 0 <= now - at <= WATCHED_S]
        self._watched = dict(kept[-MAX_WATCHED:])
        return np.array([cookie for space, cookie in self._watched if namespace in (_OF_ALL, space)], np.uint64)
