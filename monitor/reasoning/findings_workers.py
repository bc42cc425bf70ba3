"""Findings about processes that share an endpoint: one of them has most of its connections."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.finding import Certainty, FindingKind, Grade, ServiceSubject, Side
from monitor.model.finding_numbers import WorkerNumbers
from monitor.model.sample import DIRECTION_DIALLED
from monitor.model.socket_table import Rows
from monitor.model.tcp import TcpState
from monitor.reasoning.columns import group_rows, service_columns
from monitor.reasoning.finding_conditions import SHARED_CONNECTIONS, UNEVEN_FACTOR, UNEVEN_FOR_S, UNEVEN_OF_TWO
from monitor.reasoning.finding_look import Holding, Look, largest
from monitor.reasoning.holders import pids_of

_TWO = 2


def uneven_workers(look: Look) -> Iterator[Holding]:
    """Find endpoints of which one process has far more than its share."""
    interval, table = look.interval, look.table
    listening = np.flatnonzero(look.tcp_state == TcpState.LISTEN)
    if not len(listening):
        return
    first, service = group_rows(service_columns(table, listening))
    is_shared = (np.bincount(service) > 1) | _is_held_by_several(look, listening[first])
    service_of = np.full(len(table) + 1, -1, np.intp)
    service_of[listening] = np.where(is_shared[service], service, -1)
    is_served = (look.tcp_state == TcpState.ESTABLISHED) & (table.inode != 0)
    is_served &= interval.direction != DIRECTION_DIALLED
    served = np.flatnonzero(is_served)
    served = served[service_of[interval.listener[served]] >= 0]
    of_service = service_of[interval.listener[served]]
    counts = np.bincount(of_service, minlength=len(first))
    many = np.flatnonzero(counts >= SHARED_CONNECTIONS)
    for place in largest(counts[many].tolist()):
        members = listening[service == many[place]]
        rows = served[of_service == many[place]]
        numbers = _numbers(look, members, rows)
        if numbers is not None:
            yield Holding(
                kind=FindingKind.UNEVEN_WORKERS,
                subject=ServiceSubject.of(table, int(members[0])),
                grade=Grade.NOTE,
                side=Side.PROGRAM,
                certainty=Certainty.CERTAIN,
                numbers=numbers,
                rows=rows,
                for_s=UNEVEN_FOR_S,
            )


def _is_held_by_several(look: Look, rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    first, end = look.interval.owner_first[rows], look.interval.owner_end[rows]
    pid = look.interval.owners.pid
    found = np.zeros(len(rows), np.bool_)
    is_known = np.flatnonzero(end > first)
    found[is_known] = pid[first[is_known]] != pid[end[is_known] - 1]
    return found


def _numbers(look: Look, members: Rows, rows: Rows) -> WorkerNumbers | None:
    """Count the connections of each worker; None where they are spread, or whose they are is not known."""
    interval = look.interval
    first, end = interval.owner_first[rows], interval.owner_end[rows]
    if (end == first).any():
        return None
    holders = interval.owners.pid[first]
    pids, counts = np.unique(holders, return_counts=True)
    workers = set(pids_of(interval, members)) | set(pids.tolist())
    # A parent that only hands its listener on accepts nothing by design.
    processes = interval.owners.processes
    parents = {processes[pid].parent for pid in workers if pid in processes}
    workers -= parents - set(pids.tolist())
    most, total = int(counts.max()), len(rows)
    is_uneven = most >= UNEVEN_OF_TWO * total if len(workers) == _TWO else most >= UNEVEN_FACTOR * total / len(workers)
    if len(workers) < _TWO or not is_uneven:
        return None
    return WorkerNumbers(
        connections=total,
        workers=len(workers),
        most=most,
        pid=int(pids[np.argmax(counts)]),
        sockets=len(members),
    )
