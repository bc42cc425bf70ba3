"""Findings about local ports: connect() that is about to find none, and connections that are opened over and over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from monitor.model.endpoint import Endpoint
from monitor.model.finding import Certainty, FindingKind, Grade, PeerSubject, Side
from monitor.model.finding_numbers import PortNumbers, ShortConnectionNumbers
from monitor.model.sample import DIRECTION_ACCEPTED
from monitor.model.socket_table import Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.reasoning.columns import group_rows
from monitor.reasoning.finding_conditions import (
    PORTS_FOR_S,
    PORTS_LOOK_S,
    PORTS_NEAR,
    PORTS_UNTIL,
    SHORT_FOR_S,
    SHORT_PER_SECOND,
    TIME_WAIT_S,
)
from monitor.reasoning.finding_look import Holding, Look, largest
from monitor.reasoning.finding_peers import dialled_to, remote_address, stays_on_host

_PORTS = 1 << 16


class UsedPorts:
    """Remembers how full the fullest pool of ports was when TIME-WAIT was read last."""

    def __init__(self) -> None:
        self.wants_time_wait = False
        """Whether TIME-WAIT may hold so many ports that the next sample should read it."""
        self._looked_at: float | None = None
        self._fullest = 0.0

    def holdings(self, look: Look) -> Iterator[Holding]:
        """Find pairs of a source address and a remote endpoint between which hardly any local port is left."""
        sample = look.interval.sample
        ports = sample.host_facts.port_range
        if ports is None:
            return
        is_dialled = (look.tcp_state != 0) & look.table.is_pair & (look.interval.direction != DIRECTION_ACCEPTED)
        count = int(np.count_nonzero(is_dialled))
        pools = _Pools.of(look, is_dialled, ports) if _may_fill(ports, count) else _Pools.none()
        if sample.has_time_wait:
            self._looked_at, self._fullest = look.now, pools.fullest
        self.wants_time_wait = self._is_worth_a_look(look, count, ports)
        full = np.flatnonzero(pools.used >= PORTS_UNTIL * pools.usable)
        for place in largest(pools.used[full].tolist()):
            yield _used_up(look, pools.rows[pools.pool == full[place]], pools.usable, ports)

    def _is_worth_a_look(self, look: Look, count: int, ports: tuple[int, int]) -> bool:
        """Whether there are enough entries to fill the range, and the last look did not say that none is near full."""
        sample = look.interval.sample
        entries = count if sample.has_time_wait else count + (sample.time_wait or 0)
        is_due = self._looked_at is None or look.now - self._looked_at >= PORTS_LOOK_S
        return entries >= PORTS_UNTIL * (ports[1] - ports[0] + 1) and (is_due or self._fullest >= PORTS_UNTIL / 2)


@dataclass(frozen=True, slots=True, eq=False)
class _Pools:
    """Connections by what has ports of its own: a source address together with a remote endpoint."""

    rows: Rows
    pool: Rows
    """For each of `rows` the number of its pool."""
    used: Rows
    """Ports in use of each pool."""
    usable: int
    """Ports that each has."""

    @classmethod
    def none(cls) -> _Pools:
        nothing: Rows = np.zeros(0, np.intp)
        return cls(nothing, nothing, nothing, 0)

    @classmethod
    def of(cls, look: Look, is_dialled: Bools, ports: tuple[int, int]) -> _Pools:
        table, is_usable = look.table, _usable_ports(look, ports)
        rows = np.flatnonzero(is_dialled & is_usable[table.local_port])
        rows = rows[~_is_reusable(look, rows)]
        names = ("remote_low", "remote_port", "local_low", "remote_high", "local_high")
        first, pool = group_rows(tuple(getattr(table, name)[rows] for name in names))
        return cls(rows, pool, np.bincount(pool, minlength=len(first)), int(np.count_nonzero(is_usable)))

    @property
    def fullest(self) -> float:
        return float(self.used.max(initial=0)) / max(self.usable, 1)


def _used_up(look: Look, rows: Rows, usable: int, ports: tuple[int, int]) -> Holding:
    table, row = look.table, int(rows[0])
    used = len(np.unique(table.local_port[rows]))
    source = Endpoint(table.local(row).on_the_wire.address, 0)
    return Holding(
        kind=FindingKind.EPHEMERAL_PORTS,
        subject=PeerSubject(PROTOCOL_TCP, remote_address(table, row, has_port=True), source=source),
        grade=Grade.TROUBLE,
        side=Side.PROGRAM,
        certainty=Certainty.CERTAIN,
        numbers=PortNumbers(
            used=used,
            usable=usable,
            first=ports[0],
            last=ports[1],
            time_wait=int(np.count_nonzero(look.tcp_state[rows] == TcpState.TIME_WAIT)),
            has_time_wait=look.interval.sample.has_time_wait,
        ),
        rows=rows,
        for_s=PORTS_FOR_S,
        opens=used >= PORTS_NEAR * usable,
        stays=used >= PORTS_UNTIL * usable,
    )


def short_connections(look: Look) -> Iterator[Holding]:
    """Find remote endpoints that are dialled over and over by what is left of them, in TIME-WAIT.

    Only where their closes are not seen, which tell more: see repeated_connections().
    """
    if look.events is not None and look.events.no_closes is None:
        return
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
            rows=np.concatenate([dialled_to(look, *_remote(table, row)), part]),
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


def _remote(table: SocketTable, row: int) -> tuple[np.uint64, np.uint64, np.uint16]:
    return table.remote_high[row], table.remote_low[row], table.remote_port[row]
