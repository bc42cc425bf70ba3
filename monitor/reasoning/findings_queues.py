"""Findings about queues that are full: accept queues of TCP listeners, receive buffers of UDP sockets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.finding import Certainty, FindingKind, Grade, ServiceSubject, Side, SocketSubject
from monitor.model.finding_numbers import AcceptQueueNumbers, UdpDropNumbers
from monitor.model.socket_table import DROPS_UNKNOWN, Rows
from monitor.model.tcp import PROTOCOL_UDP, TcpState
from monitor.reasoning.columns import group_rows, service_columns
from monitor.reasoning.finding_conditions import (
    DROPPING_SAMPLES,
    QUEUE_FULL_FOR_S,
    QUEUE_NEAR,
    QUEUE_NEAR_FOR_S,
    QUEUE_NEAR_LEAST,
    QUEUE_UNTIL,
)
from monitor.reasoning.finding_look import Holding, Look, largest
from monitor.reasoning.rises import Rise, Rises

OVERFLOWS = "TcpExt.ListenOverflows"
"""Handshakes that a full accept queue dropped, of all listeners of the namespace."""
BUFFER_ERRORS = ("Udp.RcvbufErrors", "Udp6.RcvbufErrors")
"""Datagrams that found no room, of all UDP sockets of the namespace."""


class AcceptQueues:
    """Remembers what listeners have dropped."""

    def __init__(self) -> None:
        self._rises = Rises()

    def holdings(self, look: Look) -> Iterator[Holding]:
        """Find services of which a queue takes no more, or soon will not, or did not between two samples."""
        table = look.table
        rows = np.flatnonzero(look.tcp_state == TcpState.LISTEN)
        dropped = self._dropped(look, rows)
        queued, limit = table.recv_q[rows].astype(np.int64), table.send_q[rows].astype(np.int64)
        # The kernel's test is > (sk_acceptq_is_full): the queue holds one more than the backlog.
        is_full = queued > limit
        is_dropping = np.array([one.samples for one in dropped], np.int64) >= DROPPING_SAMPLES
        fill = np.maximum(queued / (limit + 1), is_dropping)
        if not (fill > QUEUE_UNTIL).any():
            return
        first, service = group_rows(service_columns(table, rows))
        fullest_fill = np.zeros(len(first))
        np.maximum.at(fullest_fill, service, fill)
        concerned = np.flatnonzero(fullest_fill > QUEUE_UNTIL)
        for place in largest(fullest_fill[concerned].tolist()):
            members = np.flatnonzero(service == concerned[place])
            fullest = members[np.argmax(fill[members])]
            full = members[is_full[members]]
            is_near = limit[fullest] >= QUEUE_NEAR_LEAST and queued[fullest] >= QUEUE_NEAR * limit[fullest]
            drops = sum(dropped[member].total for member in members.tolist())
            yield Holding(
                kind=FindingKind.ACCEPT_QUEUE,
                subject=ServiceSubject.of(table, int(rows[fullest])),
                grade=Grade.TROUBLE,
                side=Side.PROGRAM,
                certainty=Certainty.LIKELY if is_dropping[fullest] and not len(full) else Certainty.CERTAIN,
                numbers=AcceptQueueNumbers(
                    queued=int(queued[fullest]),
                    limit=int(limit[fullest]),
                    somaxconn=look.interval.sample.host_facts.somaxconn,
                    sockets=len(members),
                    full_sockets=len(full),
                    is_only_full=int(is_full.sum()) == len(full),
                    overflows=look.window.rise(OVERFLOWS),
                    drops=drops if (table.drops[rows[members]] != DROPS_UNKNOWN).all() else None,
                    over_s=look.window.seconds,
                    has_resets=bool(look.interval.sample.host_facts.abort_on_overflow),
                ),
                rows=rows[full] if len(full) else rows[fullest : fullest + 1],
                for_s=0.0 if is_dropping[fullest] else QUEUE_FULL_FOR_S if len(full) else QUEUE_NEAR_FOR_S,
                opens=bool(is_dropping[fullest] or len(full) or is_near),
            )

    def _dropped(self, look: Look, rows: Rows) -> list[Rise]:
        """Give what each listener has dropped within the window, as far as full queues can have been the reason.

        A listener drops for other reasons too: only ListenOverflows proves that a queue was full.
        """
        table = look.table
        known = rows[table.drops[rows] != DROPS_UNKNOWN]
        risen = self._rises.see(look.now, table.cookie[known], table.drops[known], look.is_opened(known))
        nothing = Rise()
        if not risen or not look.window.rise(OVERFLOWS):
            return [nothing] * len(rows)
        return [risen.get(cookie, nothing) for cookie in table.cookie[rows].tolist()]


class UdpDrops:
    """Remembers what UDP sockets have dropped."""

    def __init__(self) -> None:
        self._rises = Rises()

    def holdings(self, look: Look) -> Iterator[Holding]:
        """Find UDP sockets that throw datagrams away again and again."""
        table = look.table
        rows = np.flatnonzero((table.protocol == PROTOCOL_UDP) & look.lives & (table.drops != DROPS_UNKNOWN))
        risen = self._rises.see(look.now, table.cookie[rows], table.drops[rows], look.is_opened(rows))
        # A socket's own filter counts as drops what it does not want, which is no trouble.
        for_room = [rise for rise in map(look.window.rise, BUFFER_ERRORS) if rise is not None]
        if not risen or (for_room and not any(for_room)):
            return
        dropping = [cookie for cookie, rise in risen.items() if rise.samples >= DROPPING_SAMPLES]
        for place in largest([risen[cookie].total for cookie in dropping]):
            row = int(rows[np.flatnonzero(table.cookie[rows] == dropping[place])[0]])
            yield Holding(
                kind=FindingKind.UDP_DROPS,
                subject=SocketSubject(dropping[place]),
                grade=Grade.TROUBLE,
                side=Side.PROGRAM,
                certainty=Certainty.CERTAIN if table.recv_q[row] > 0 else Certainty.LIKELY,
                numbers=UdpDropNumbers(
                    drops=int(table.drops[row]),
                    recent=risen[dropping[place]].total,
                    over_s=self._rises.seconds,
                    waiting_bytes=int(table.recv_q[row]),
                    buffer_bytes=int(table.receive_buffer[row]),
                    host_drops=sum(for_room) if for_room else None,
                ),
                rows=np.array([row]),
                for_s=0.0,
            )
