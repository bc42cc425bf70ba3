"""Remote endpoints that a program dials over and over, by the events of connections that have ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from monitor.model.endpoint import Endpoint, address_from_words
from monitor.model.event_list import EventKind, EventList, Records
from monitor.model.finding import Certainty, FindingKind, Grade, PeerSubject, Side
from monitor.model.finding_numbers import RepeatedConnectionNumbers
from monitor.model.sample import DIRECTION_DIALLED, F64
from monitor.model.socket_table import Rows
from monitor.model.tcp import PROTOCOL_TCP
from monitor.reasoning.columns import group_rows
from monitor.reasoning.finding_conditions import SHORT_FOR_S, SHORT_LASTS_S, SHORT_PER_SECOND, WINDOW_S
from monitor.reasoning.finding_look import Holding, Look, largest
from monitor.reasoning.finding_peers import dialled_to


def repeated_connections(look: Look) -> Iterator[Holding]:
    """Find the endpoints to which many short connections have ended lately; nothing where closes are not seen."""
    events = look.events
    if events is None or events.no_closes is not None:
        return
    over_s = _covered_s(events)
    if over_s < SHORT_FOR_S:
        return
    ended = _ended_lately(events, over_s)
    if len(ended) < SHORT_PER_SECOND * over_s:
        return
    first, group = group_rows((ended["remote_low"], ended["remote_port"], ended["remote_high"]))
    counts = np.bincount(group, minlength=len(first))
    many = np.flatnonzero(counts >= SHORT_PER_SECOND * over_s)
    for place in largest(counts[many].tolist()):
        part = ended[group == many[place]]
        yield Holding(
            kind=FindingKind.SHORT_CONNECTIONS,
            subject=PeerSubject(PROTOCOL_TCP, _remote(part)),
            grade=Grade.NOTE,
            side=Side.PROGRAM,
            certainty=Certainty.CERTAIN,
            numbers=_numbers(events, part, over_s),
            rows=_rows(look, part),
            for_s=SHORT_FOR_S,
        )


def _covered_s(events: EventList) -> float:
    """Tell over how many of the last seconds the list names every event."""
    now, records = events.boot_time, events.records
    begins = events.since if events.happened == len(records) or not len(records) else float(records["at"][0])
    return min(WINDOW_S, now - max(begins, events.since))


def _ended_lately(events: EventList, over_s: float) -> Records:
    records = events.records
    # The newest stand last, and few of a long list are of the last seconds.
    records = records[np.searchsorted(records["at"], events.boot_time - over_s) :]
    lasted: F64 = records["at"] - records["opened_at"]
    is_short = (lasted < SHORT_LASTS_S) | (np.isnan(lasted) & records["is_short"])
    is_dialled = (records["direction"] == DIRECTION_DIALLED) & (records["protocol"] == PROTOCOL_TCP)
    ended: Records = records[is_short & is_dialled & (records["kind"] == EventKind.CLOSED)]
    return ended


def _remote(part: Records) -> Endpoint:
    first = part[0]
    words = int(first["remote_high"]), int(first["remote_low"])
    return Endpoint(address_from_words(*words, int(first["family"])), int(first["remote_port"])).on_the_wire


def _numbers(events: EventList, part: Records, over_s: float) -> RepeatedConnectionNumbers:
    known = [process for number in part["process"].tolist() if (process := events.processes.get(number))]
    pids = {process.pid for process in known}
    names = Counter(process.name for process in known).most_common(1)
    return RepeatedConnectionNumbers(
        ended=len(part),
        over_s=over_s,
        program=names[0][0] if names else None,
        pid=pids.pop() if len(pids) == 1 else None,
        processes=len({process.pid for process in known}),
    )


def _rows(look: Look, part: Records) -> Rows:
    """Give the connections to the same endpoint that are open."""
    return dialled_to(look, *(part[name][0] for name in ("remote_high", "remote_low", "remote_port")))
