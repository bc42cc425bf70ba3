"""Findings about data that waits for a reader: our program does not read, or the peer's has shut its window."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.finding import Certainty, FindingKind, Grade, Side, Subject
from monitor.model.finding_numbers import StalledNumbers
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, F64
from monitor.model.socket_table import U32, U64, Bools, Rows
from monitor.model.tcp import TcpState
from monitor.model.tcp_info import TIMER_PROBE
from monitor.reasoning.columns import count_different
from monitor.reasoning.finding_conditions import FEW_STALLED, PAUSED_S, STALLED_FOR_S, STALLED_S, UNREAD_BYTES
from monitor.reasoning.finding_look import Holding, Look, largest
from monitor.reasoning.finding_peers import are_few_of_many_clients, by_peer
from monitor.reasoning.findings_silence import is_silent
from monitor.reasoning.other_ends import other_ends
from monitor.reasoning.unchanged import Unchanged

_CARRIES_DATA = np.zeros(256, np.bool_)
"""By state: whether data may still pass one way or the other."""
_CARRIES_DATA[[TcpState.ESTABLISHED, TcpState.CLOSE_WAIT, TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_2]] = True


class Stalls:
    """Remembers how far each program had read, and how far each peer had acknowledged, where data waits."""

    def __init__(self) -> None:
        self._read = Unchanged()
        self._acknowledged = Unchanged()
        self._watched_since: float | None = None

    def holdings(self, look: Look) -> Iterator[Holding]:
        """Find readers that do not read: of this host first, since a peer of this host is one of them."""
        self._watched_since = look.awake_s if self._watched_since is None else self._watched_since
        unread, unread_s = self._unread(look)
        holders, holder_of = look.holders(unread)
        waiting = look.table.recv_q
        for place in largest(np.bincount(holder_of, waiting[unread], minlength=len(holders)).tolist()):
            of_holder = holder_of == place
            numbers = _numbers(look, unread[of_holder], unread_s[of_holder], waiting[unread[of_holder]])
            grade = _grade_unread(look, unread[of_holder], numbers.longest_s)
            what = FindingKind.UNREAD, holders[place], Side.PROGRAM
            yield self._holding(look, what, grade, numbers, unread[of_holder])
        shut, shut_s = self._shut(look, unread)
        is_few = are_few_of_many_clients(look, shut)
        for subject, places in by_peer(look, shut):
            rows = shut[places]
            numbers = _numbers(look, rows, shut_s[places], look.table.send_q[rows])
            are_clients = (look.interval.direction[rows] == DIRECTION_ACCEPTED).all()
            grade = Grade.NOTE if are_clients and (len(rows) < FEW_STALLED or is_few[places].all()) else Grade.TROUBLE
            yield self._holding(look, (FindingKind.SHUT_WINDOW, subject, Side.PEER), grade, numbers, rows)

    def _unread(self, look: Look) -> tuple[Rows, F64]:
        """Give the rows that a program leaves unread, and for how long."""
        table = look.table
        rows = _held(look, np.flatnonzero(table.recv_q >= UNREAD_BYTES))
        rows = rows[table.knows("bytes_received")[rows]]
        position: U64 = table.bytes_received[rows] - table.recv_q[rows].astype(np.uint64)
        seen = self._read.seconds(look.awake_s, table.cookie[rows], position)
        # Once the program was seen to read that clock may lie: nothing more comes of a peer that has sent all.
        return _stalled(rows, seen, table.last_data_recv_ms[rows] / 1000, seen >= self._watched_s(look))

    def _shut(self, look: Look, unread: Rows) -> tuple[Rows, F64]:
        """Give the rows whose peer answers that its window is shut, and for how long nothing could be sent."""
        table = look.table
        rows = _held(look, np.flatnonzero(table.timer == TIMER_PROBE))
        rows = rows[(table.send_q[rows] > 0) & table.knows("bytes_acked")[rows] & ~is_silent(table, rows)]
        seen = self._acknowledged.seconds(look.awake_s, table.cookie[rows], table.bytes_acked[rows])
        # While a probe is due nothing is in flight: the peer takes nothing unless something is sent.
        is_told = (seen >= STALLED_FOR_S) | (seen >= self._watched_s(look))
        rows, stalled = _stalled(rows, seen, table.last_data_sent_ms[rows] / 1000, is_told)
        if len(rows) and len(unread):
            is_here = np.isin(other_ends(table, rows), unread)
            rows, stalled = rows[~is_here], stalled[~is_here]
        return rows, stalled

    def _watched_s(self, look: Look) -> float:
        return 0.0 if self._watched_since is None else look.awake_s - self._watched_since

    def _holding(
        self, look: Look, what: tuple[FindingKind, Subject, Side], grade: Grade, numbers: StalledNumbers, rows: Rows
    ) -> Holding:
        kind, subject, side = what
        # A program may read now and then, and its peer have sent all long ago: only what was watched so long is sure.
        is_sure = kind is FindingKind.SHUT_WINDOW or self._watched_s(look) >= STALLED_S
        return Holding(
            kind=kind,
            subject=subject,
            grade=grade,
            side=side,
            certainty=Certainty.CERTAIN if is_sure else Certainty.LIKELY,
            numbers=numbers,
            rows=rows,
            # What the kernel's clocks told at once must be seen to stand still for a moment.
            for_s=STALLED_FOR_S if self._watched_s(look) < STALLED_FOR_S else 0.0,
        )


def _grade_unread(look: Look, rows: Rows, longest_s: float) -> Grade:
    """Grade what a program does not read: a few downloads that it dialled may be paused."""
    are_dialled = bool((look.interval.direction[rows] == DIRECTION_DIALLED).all())
    return Grade.NOTE if are_dialled and len(rows) < FEW_STALLED and longest_s < PAUSED_S else Grade.TROUBLE


def _held(look: Look, rows: Rows) -> Rows:
    """Leave those rows that a program still holds a connection by."""
    held: Rows = rows[_CARRIES_DATA[look.tcp_state[rows]] & (look.table.inode[rows] != 0)]
    return held


def _stalled(rows: Rows, seen: F64, told: F64, is_told: Bools) -> tuple[Rows, F64]:
    """Give the rows that have stood still for long: seen so all the time, or told so by the kernel where that holds."""
    stalled = np.where(is_told, np.maximum(seen, told), seen)
    is_long = stalled >= STALLED_S
    return rows[is_long], stalled[is_long]


def _numbers(look: Look, rows: Rows, stalled: F64, waiting: U32) -> StalledNumbers:
    table = look.table
    return StalledNumbers(
        connections=len(rows),
        remotes=count_different((table.remote_high[rows], table.remote_low[rows])),
        waiting_bytes=int(waiting.sum(dtype=np.uint64)),
        longest_s=float(stalled.max()),
    )
