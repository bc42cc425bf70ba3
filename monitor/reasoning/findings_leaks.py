"""Findings about programs that never close: sockets in CLOSE-WAIT, which wait for close() and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.finding import Certainty, FindingKind, Grade, Holder, ProcessSubject, Side
from monitor.model.finding_numbers import CloseWaitNumbers
from monitor.model.sample import F64
from monitor.model.socket_table import Rows
from monitor.model.tcp import TcpState
from monitor.reasoning.columns import count_different
from monitor.reasoning.finding_conditions import (
    FORGOTTEN_S,
    FORGOTTEN_SOCKETS,
    LEAK_FOR_S,
    LEAK_GROWTH,
    LEAK_GROWTH_LEAST,
    LEAK_GROWTH_S,
    LEAK_SOCKETS,
    LEAK_UNTIL,
    QUIET_S,
)
from monitor.reasoning.finding_look import Holding, Look, idle_s, largest
from monitor.reasoning.growth import Growth
from monitor.reasoning.unchanged import Unchanged


class CloseWaits:
    """Remembers since when each socket in CLOSE-WAIT is quiet, and how many quiet ones each program had."""

    def __init__(self) -> None:
        self._quiet = Unchanged()
        self._growth: Growth[Holder] = Growth()
        self._watched_since: float | None = None

    def holdings(self, look: Look) -> Iterator[Holding]:
        """Find programs that leave sockets open which their peers have closed."""
        self._watched_since = look.awake_s if self._watched_since is None else self._watched_since
        # One without an inode was not accepted yet: it waits for accept() first.
        rows = np.flatnonzero((look.tcp_state == TcpState.CLOSE_WAIT) & (look.table.inode != 0))
        idle = self._idle_s(look, rows, look.awake_s - self._watched_since)
        holders, holder_of = look.holders(rows)
        quiet = np.bincount(holder_of[idle >= QUIET_S], minlength=len(holders)).tolist()
        self._growth.add(look.now, {holder: count for holder, count in zip(holders, quiet, strict=True) if count})
        for place in largest(quiet):
            if quiet[place]:
                of_holder = holder_of == place
                yield self._holding(look, holders[place], rows[of_holder], idle[of_holder])

    def _idle_s(self, look: Look, rows: Rows, watched_s: float) -> F64:
        """Give for how long each has been quiet in CLOSE-WAIT, as far as that was seen.

        Where it was so from the first sample on, the kernel's clocks tell more: they count from the last data, which
        on an idle connection is long before its peer closed.
        """
        table = look.table
        seen = self._quiet.seconds(look.awake_s, table.cookie[rows], table.bytes_sent[rows])
        told = np.where(seen >= watched_s, idle_s(table, rows), 0.0)
        # A peer to which something is being sent has closed only its own direction, and reads on.
        return np.where(table.send_q[rows] > 0, 0.0, np.maximum(told, seen))

    def _holding(self, look: Look, holder: Holder, rows: Rows, idle: F64) -> Holding:
        quiet = int((idle >= QUIET_S).sum())
        is_growing = quiet >= LEAK_GROWTH_LEAST and self._growth.steady_rise(holder, LEAK_GROWTH_S) >= LEAK_GROWTH
        is_leak = is_growing or quiet >= LEAK_SOCKETS
        is_forgotten = int((idle >= FORGOTTEN_S).sum()) >= FORGOTTEN_SOCKETS
        return Holding(
            kind=FindingKind.CLOSE_WAIT,
            subject=holder,
            grade=Grade.TROUBLE if is_leak else Grade.NOTE,
            side=Side.PROGRAM,
            certainty=Certainty.CERTAIN if is_growing else Certainty.LIKELY,
            numbers=self._numbers(look, holder, rows, idle),
            rows=rows,
            for_s=LEAK_FOR_S,
            opens=is_leak or is_forgotten,
            stays=quiet >= LEAK_UNTIL * LEAK_GROWTH_LEAST,
        )

    def _numbers(self, look: Look, holder: Holder, rows: Rows, idle: F64) -> CloseWaitNumbers:
        table = look.table
        remotes = table.remote_high[rows], table.remote_low[rows], table.remote_port[rows]
        use = look.interval.sample.descriptors.get(holder.pid) if isinstance(holder, ProcessSubject) else None
        return CloseWaitNumbers(
            sockets=len(rows),
            quiet=int((idle >= QUIET_S).sum()),
            oldest_idle_s=float(idle.max()),
            unread_ends=int((table.recv_q[rows] > 0).sum()),
            remotes=count_different(remotes),
            per_minute=self._growth.per_minute(holder, LEAK_GROWTH_S),
            watched_s=look.awake_s - (look.awake_s if self._watched_since is None else self._watched_since),
            descriptors=None if use is None else use.open,
            descriptor_limit=None if use is None else use.limit,
        )
