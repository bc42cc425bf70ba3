"""Findings about local ports: connect() that is about to find none, and connections that are opened over and over."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.endpoint import Endpoint
from monitor.model.finding import Certainty, FindingKind, Grade, PeerSubject, Side
from monitor.model.finding_numbers import PortNumbers, ShortConnectionNumbers
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED
from monitor.model.socket_table import Bools, Rows
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.reasoning.columns import group_rows
from monitor.reasoning.finding_conditions import (
    PORTS_FOR_S,
    PORTS_NEAR,
    PORTS_UNTIL,
    SHORT_FOR_S,
    SHORT_PER_SECOND,
    TIME_WAIT_S,
)
from monitor.reasoning.finding_look import Holding, Look, largest
from monitor.reasoning.finding_peers import remote_address, stays_on_host

_PORTS = 1 << 16


def used_up_ports(look: Look) -> Iterator[Holding]:
    """Find pairs of a source address and a remote endpoint between which hardly any local port is left."""
    facts = look.interval.sample.host_facts
    is_dialled = (look.tcp_state != 0) & look.table.is_pair & (look.interval.direction != DIRECTION_ACCEPTED)
    if facts.port_range is None or not _may_fill(facts.port_range, int(np.count_nonzero(is_dialled))):
        return
    table, is_usable = look.table, _usable_ports(look, facts.port_range)
    usable = int(np.count_nonzero(is_usable))
    rows = np.flatnonzero(is_dialled & is_usable[table.local_port])
    rows = rows[~_is_reusable(look, rows)]
    names = ("remote_low", "remote_port", "local_low", "remote_high", "local_high")
    first, group = group_rows(tuple(getattr(table, name)[rows] for name in names))
    used = np.bincount(group, minlength=len(first))
    full = np.flatnonzero(used >= PORTS_UNTIL * usable)
    for place in largest(used[full].tolist()):
        part = rows[group == full[place]]
        count = len(np.unique(table.local_port[part]))
        row = int(part[0])
        source = Endpoint(table.local(row).on_the_wire.address, 0)
        yield Holding(
            kind=FindingKind.EPHEMERAL_PORTS,
            subject=PeerSubject(PROTOCOL_TCP, remote_address(table, row, has_port=True), source=source),
            grade=Grade.TROUBLE,
            side=Side.PROGRAM,
            certainty=Certainty.CERTAIN,
            numbers=PortNumbers(
                used=count,
                usable=usable,
                first=facts.port_range[0],
                last=facts.port_range[1],
                time_wait=int(np.count_nonzero(look.tcp_state[part] == TcpState.TIME_WAIT)),
                has_time_wait=look.interval.sample.has_time_wait,
            ),
            rows=part,
            for_s=PORTS_FOR_S,
            opens=count >= PORTS_NEAR * usable,
            stays=count >= PORTS_UNTIL * usable,
        )


def short_connections(look: Look) -> Iterator[Holding]:
    """Find remote endpoints that are dialled over and over: told by what is left of them, in TIME-WAIT."""
    table = look.table
    ended = np.flatnonzero((look.tcp_state == TcpState.TIME_WAIT) & (look.interval.listener < 0))
    least = SHORT_PER_SECOND * TIME_WAIT_S
    if len(ended) < least:
        return
    first, group = group_rows((table.remote_low[ended], table.remote_port[ended], table.remote_high[ended]))
    counts = np.bincount(group, minlength=len(first))
    many = np.flatnonzero(counts >= least)
    for place in largest(counts[many].tolist()):
        part = ended[group == many[place]]
        row = int(part[0])
        yield Holding(
            kind=FindingKind.SHORT_CONNECTIONS,
            subject=PeerSubject(PROTOCOL_TCP, remote_address(table, row, has_port=True)),
            grade=Grade.NOTE,
            side=Side.PROGRAM,
            certainty=Certainty.LIKELY,
            numbers=ShortConnectionNumbers(time_wait=len(part), per_second=len(part) / TIME_WAIT_S),
            rows=np.concatenate([_open_ones(look, row), part]),
            for_s=SHORT_FOR_S,
        )


def _usable_ports(look: Look, port_range: tuple[int, int]) -> Bools:
    """Tell of each port whether connect() may choose it."""
    is_usable = np.zeros(_PORTS, np.bool_)
    is_usable[port_range[0] : port_range[1] + 1] = True
    for low, high in look.interval.sample.host_facts.reserved_ports or ():
        is_usable[low : high + 1] = False
    # connect() passes over a port that was bound for its own sake.
    is_held = look.lives & (look.table.is_listener | look.table.is_bound_only)
    is_usable[look.table.local_port[is_held]] = False
    return is_usable


def _may_fill(port_range: tuple[int, int], connections: int) -> bool:
    """Whether it is worth counting: listeners and reserved ports may take as much of the range again."""
    return 2 * connections >= port_range[1] - port_range[0]


def _is_reusable(look: Look, rows: Rows) -> Bools:
    """Tell which are TIME-WAIT entries whose port connect() takes over; with timestamps, which are on by default."""
    is_time_wait: Bools = look.tcp_state[rows] == TcpState.TIME_WAIT
    reuse = look.interval.sample.host_facts.time_wait_reuse
    if reuse == 1:
        return is_time_wait
    return is_time_wait & stays_on_host(look.table, rows) if reuse == 2 else np.zeros(len(rows), np.bool_)  # noqa: PLR2004 - loopback


def _open_ones(look: Look, like: int) -> Rows:
    """Give the open connections to the same remote endpoint: their processes are the ones that dial it."""
    table = look.table
    is_there = (look.tcp_state != 0) & (look.tcp_state != TcpState.TIME_WAIT) & table.is_pair
    is_there &= look.interval.direction == DIRECTION_DIALLED
    for name in ("remote_low", "remote_port", "remote_high"):
        column = getattr(table, name)
        is_there &= column == column[like]
    return np.flatnonzero(is_there)
