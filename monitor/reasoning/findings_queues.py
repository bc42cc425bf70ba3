"""Findings about queues that are full: accept queues of TCP listeners."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.finding import Certainty, FindingKind, Grade, ServiceSubject, Side
from monitor.model.finding_numbers import AcceptQueueNumbers
from monitor.model.socket_table import Rows
from monitor.model.tcp import TcpState
from monitor.reasoning.columns import group_rows, service_columns
from monitor.reasoning.finding_conditions import (
    QUEUE_FULL_FOR_S,
    QUEUE_NEAR,
    QUEUE_NEAR_FOR_S,
    QUEUE_NEAR_LEAST,
    QUEUE_UNTIL,
)
from monitor.reasoning.finding_look import Holding, Look, largest

OVERFLOWS = "TcpExt.ListenOverflows"
"""Handshakes that a full accept queue dropped, of all listeners of the namespace."""


def full_accept_queues(look: Look) -> Iterator[Holding]:
    """Find services of which a queue takes no more, or soon will not."""
    table = look.table
    rows = np.flatnonzero(look.tcp_state == TcpState.LISTEN)
    queued, limit = table.recv_q[rows].astype(np.int64), table.send_q[rows].astype(np.int64)
    # The kernel's test is > (sk_acceptq_is_full): the queue holds one more than the backlog.
    is_full = queued > limit
    is_filling = queued > QUEUE_UNTIL * limit
    if not is_filling.any():
        return
    first, service = group_rows(service_columns(table, rows))
    fill = queued / (limit + 1)
    fullest_fill = np.zeros(len(first))
    np.maximum.at(fullest_fill, service, np.where(is_filling, fill, 0.0))
    concerned = np.flatnonzero(fullest_fill > 0)
    for place in largest(fullest_fill[concerned].tolist()):
        members = np.flatnonzero(service == concerned[place])
        fullest = members[np.argmax(fill[members])]
        full = members[is_full[members]]
        is_near = limit[fullest] >= QUEUE_NEAR_LEAST and queued[fullest] >= QUEUE_NEAR * limit[fullest]
        yield Holding(
            kind=FindingKind.ACCEPT_QUEUE,
            subject=ServiceSubject.of(table, int(rows[fullest])),
            grade=Grade.TROUBLE,
            side=Side.PROGRAM,
            certainty=Certainty.CERTAIN,
            numbers=_numbers(look, rows[members], int(rows[fullest]), len(full), int(is_full.sum())),
            rows=rows[full] if len(full) else rows[fullest : fullest + 1],
            for_s=QUEUE_FULL_FOR_S if len(full) else QUEUE_NEAR_FOR_S,
            opens=bool(len(full) or is_near),
        )


def _numbers(look: Look, members: Rows, fullest: int, full: int, all_full: int) -> AcceptQueueNumbers:
    return AcceptQueueNumbers(
        queued=int(look.table.recv_q[fullest]),
        limit=int(look.table.send_q[fullest]),
        somaxconn=look.interval.sample.host_facts.somaxconn,
        sockets=len(members),
        full_sockets=full,
        is_only_full=all_full == full,
        overflows=look.window.rise(OVERFLOWS),
        drops=None,
        over_s=look.window.seconds,
    )
