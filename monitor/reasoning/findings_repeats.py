"""Remote endpoints that are dialled over and over, by what was seen of connections that ended or were refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TypedDict

import numpy as np

from monitor.model.endpoint import Endpoint, address_from_words
from monitor.model.event_list import Ending, EventKind, EventList, Records
from monitor.model.finding import Certainty, FindingKind, Grade, PeerSubject, Side
from monitor.model.finding_numbers import RefusedNumbers, RepeatedConnectionNumbers
from monitor.model.sample import DIRECTION_DIALLED, F64
from monitor.model.tcp import PROTOCOL_TCP
from monitor.reasoning.columns import group_rows
from monitor.reasoning.finding_conditions import (
    REFUSED_OVER_S,
    REFUSED_TIMES,
    SHORT_FOR_S,
    SHORT_LASTS_S,
    SHORT_PER_SECOND,
    WINDOW_S,
)
from monitor.reasoning.finding_look import Holding, Look, largest
from monitor.reasoning.finding_peers import dialled_to


def repeated_connections(look: Look) -> Iterator[Holding]:
    """Find the endpoints to which many short connections have ended lately; nothing where closes are not seen."""
    events = look.events
    if events is None or events.no_closes is not None:
        return
    over_s = events.covered_s(WINDOW_S, events.boot_time)
    if over_s < SHORT_FOR_S:
        return
    records = _dialled_lately(events, EventKind.CLOSED, over_s)
    lasted: F64 = records["at"] - records["opened_at"]
    ended = records[(lasted < SHORT_LASTS_S) | (np.isnan(lasted) & records["is_short"])]
    for part in _by_remote(ended, SHORT_PER_SECOND * over_s):
        yield _note(FindingKind.SHORT_CONNECTIONS, look, part, RepeatedConnectionNumbers(**_told(events, part, over_s)))


def refused_connections(look: Look) -> Iterator[Holding]:
    """Find the endpoints that have refused several attempts lately; nothing where attempts are not seen."""
    events = look.events
    if events is None or not events.failed:
        return
    over_s = events.covered_s(REFUSED_OVER_S, events.boot_time)
    failed = _dialled_lately(events, EventKind.FAILED, over_s)
    for part in _by_remote(failed[failed["ending"] == Ending.REFUSED], REFUSED_TIMES):
        yield _note(FindingKind.REFUSED, look, part, RefusedNumbers(**_told(events, part, over_s)))


def _note(kind: FindingKind, look: Look, part: Records, numbers: RepeatedConnectionNumbers | RefusedNumbers) -> Holding:
    first = part[0]
    words = first["remote_high"], first["remote_low"], first["remote_port"]
    return Holding(
        kind=kind,
        subject=PeerSubject(PROTOCOL_TCP, _remote(first)),
        grade=Grade.NOTE,
        side=Side.PROGRAM if kind is FindingKind.SHORT_CONNECTIONS else Side.PEER,
        certainty=Certainty.CERTAIN,
        numbers=numbers,
        rows=dialled_to(look, *words),
        for_s=SHORT_FOR_S if kind is FindingKind.SHORT_CONNECTIONS else 0.0,
    )


def _dialled_lately(events: EventList, kind: EventKind, over_s: float) -> Records:
    records = events.records
    # The newest stand last, and few of a long list are of the last seconds.
    records = records[np.searchsorted(records["at"], events.boot_time - over_s) :]
    is_dialled = (records["direction"] == DIRECTION_DIALLED) & (records["protocol"] == PROTOCOL_TCP)
    dialled: Records = records[is_dialled & (records["kind"] == kind)]
    return dialled


def _by_remote(records: Records, least: float) -> Iterator[Records]:
    """Part events by their remote endpoint, the most first; of each at least so many."""
    if len(records) < least:
        return
    first, group = group_rows((records["remote_low"], records["remote_port"], records["remote_high"]))
    counts = np.bincount(group, minlength=len(first))
    many = np.flatnonzero(counts >= least)
    for place in largest(counts[many].tolist()):
        yield records[group == many[place]]


def _remote(record: np.void) -> Endpoint:
    words = int(record["remote_high"]), int(record["remote_low"])
    return Endpoint(address_from_words(*words, int(record["family"])), int(record["remote_port"])).on_the_wire


class _Told(TypedDict):
    """The fields of DialledNumbers."""

    count: int
    over_s: float
    program: bytes | None
    pid: int | None
    processes: int


def _told(events: EventList, part: Records, over_s: float) -> _Told:
    known = [process for number in part["process"].tolist() if (process := events.processes.get(number))]
    pids = {process.pid for process in known}
    names = Counter(process.name for process in known).most_common(1)
    return _Told(
        count=len(part),
        over_s=over_s,
        program=names[0][0] if names else None,
        pid=next(iter(pids)) if len(pids) == 1 else None,
        processes=len(pids),
    )
