"""Findings about peers that do not answer data or probes; and about idle ones that nobody asks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.finding import Certainty, FindingKind, Grade, Side
from monitor.model.finding_numbers import IdleNumbers, SilenceNumbers
from monitor.model.socket_table import Bools, Rows, SocketTable
from monitor.model.tcp import TcpState
from monitor.model.tcp_info import TIMER_KEEPALIVE, TIMER_NONE, TIMER_PROBE, TIMER_RETRANSMIT
from monitor.reasoning.columns import count_different
from monitor.reasoning.finding_conditions import (
    IDLE_S,
    KEEPALIVE_TRIES,
    LEAK_FOR_S,
    RESEND_TRIES,
    WINDOW_PROBE_TRIES,
)
from monitor.reasoning.finding_look import Holding, Look, idle_s, largest
from monitor.reasoning.finding_peers import are_few_of_many_clients, by_peer, stays_on_host

_LEAST_TRIES = np.full(256, 255, np.uint8)
"""By timer: how often it must have fired in a row."""
_LEAST_TRIES[TIMER_RETRANSMIT] = RESEND_TRIES
_LEAST_TRIES[TIMER_KEEPALIVE] = KEEPALIVE_TRIES
_LEAST_TRIES[TIMER_PROBE] = WINDOW_PROBE_TRIES
_IN_USE = np.zeros(256, np.bool_)
"""By state: whether the program may still write."""
_IN_USE[[TcpState.ESTABLISHED, TcpState.CLOSE_WAIT]] = True


def is_silent(table: SocketTable, rows: Rows) -> Bools:
    """Tell which rows have had no answer for long: to data, to keepalive probes, to probes of a shut window."""
    return table.timer_tries[rows] >= _LEAST_TRIES[table.timer[rows]]


def silent_peers(look: Look) -> Iterator[Holding]:
    """Find connections whose peer no longer answers."""
    table = look.table
    rows = np.flatnonzero(table.timer_tries >= _LEAST_TRIES.min())
    # Beyond these states the program has let go of it, and the kernel gives up by itself.
    is_in_use = _IN_USE[look.tcp_state[rows]] & (table.inode[rows] != 0)
    rows = rows[is_in_use & is_silent(table, rows)]
    is_vanished = are_few_of_many_clients(look, rows)
    for subject, places in by_peer(look, rows):
        part = rows[places]
        with_data = part[table.timer[part] != TIMER_KEEPALIVE]
        yield Holding(
            kind=FindingKind.UNACKNOWLEDGED,
            subject=subject,
            grade=Grade.NOTE if is_vanished[places].all() else Grade.TROUBLE,
            side=Side.PEER_OR_PATH,
            certainty=Certainty.CERTAIN,
            numbers=SilenceNumbers(
                connections=len(part),
                remotes=count_different((table.remote_high[part], table.remote_low[part])),
                with_data=len(with_data),
                unacknowledged_bytes=int(table.send_q[with_data].sum(dtype=np.uint64)),
                most_tries=int(table.timer_tries[part].max()),
                idle_s=float((table.last_data_recv_ms[part] / 1000).max()),
            ),
            rows=part,
            for_s=0.0,
        )


def idle_without_keepalive(look: Look) -> Iterator[Holding]:
    """Find programs with connections that are idle for hours and that nothing would tell of their peer's end."""
    table = look.table
    rows = np.flatnonzero((table.last_data_recv_ms >= IDLE_S * 1000) & (look.tcp_state == TcpState.ESTABLISHED))
    rows = rows[(table.timer[rows] == TIMER_NONE) & (table.inode[rows] != 0) & (idle_s(table, rows) >= IDLE_S)]
    # The end of a program on the same host closes its side at once.
    rows = rows[~stays_on_host(table, rows)]
    holders, holder_of = look.holders(rows)
    for place in largest(np.bincount(holder_of, minlength=len(holders)).tolist()):
        held = rows[holder_of == place]
        yield Holding(
            kind=FindingKind.NO_KEEPALIVE,
            subject=holders[place],
            grade=Grade.NOTE,
            side=Side.PROGRAM,
            certainty=Certainty.CERTAIN,
            numbers=IdleNumbers(
                connections=len(held),
                remotes=count_different((table.remote_high[held], table.remote_low[held])),
                oldest_idle_s=float(idle_s(table, held).max()),
            ),
            rows=held,
            for_s=LEAK_FOR_S,
        )
