"""What it costs to judge every connection's way: all of it, and what a sample or a user's question may have to wait."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from ipaddress import ip_address
from time import perf_counter

import numpy as np

from monitor.kernel.rtnetlink import Rtnetlink
from monitor.kernel.way_look_up import WayLookUp
from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.route import Flow
from monitor.model.sample import Interval, Sample
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.sampling.agreement import RouteAgreement
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from monitor.sampling.sight import WAYS_AT_ONCE
from tests.benchmarks.figures import Figure
from tests.benchmarks.rounds import interleaved
from tests.namespaces import network_namespace

ROWS = 10_000
"""Connections to as many remote addresses, half of them dialled."""
ALL = "ways: all asked and judged"
KERNEL = "ways: of which the kernel's answers"
LONGEST = "ways: longest time that a sample or a question waits for them"
UNCHANGED = "ways: verdicts of a further sample, nothing changed"
INTERVAL = "ways: the interval without verdicts"
SINGLE = "ways: one by one through pyroute2, a hundredth times 100"
_LINKS = (
    "link add e0 type veth peer name p0",
    "link set p0 up",
    "addr add 192.0.2.1/24 dev e0",
    "link set e0 up",
    "route add default via 192.0.2.254",
)
_FIRST_REMOTE = int(ip_address("198.18.0.1"))


class Connections:
    """So many connections to as many remote addresses, half of them dialled; only their ways are the kernel's."""

    def __init__(self, rows: int) -> None:
        self._source = LiveSource()
        self._ways = WayLookUp()
        self._single = Rtnetlink()
        # Policy rules are read from the second sample on, and before that no route is asked for.
        self._source.sample()
        self._source.warm_up()
        self.sample = _sample(self._source.sample(), rows)
        self._interval: Interval = advance(None, self.sample)

    def close(self) -> None:
        self._single.close()
        self._ways.close()
        self._source.close()

    def measure(self) -> Mapping[str, float]:
        """Judge all from nothing, as after a change of routes."""
        agreement = RouteAgreement()
        asked_ms = []
        started = perf_counter()
        agreement.take(self._interval)
        while len(questions := agreement.open_questions(WAYS_AT_ONCE)):
            begun = perf_counter()
            agreement.learn(self._ways.ways(questions))
            asked_ms.append((perf_counter() - begun) * 1000)
        judged = agreement.judged()
        ended = perf_counter()
        assert judged.egress is not None
        assert judged.egress.is_known.all()
        again = perf_counter()
        agreement.take(self._interval)
        finished = perf_counter()
        return {
            ALL: (ended - started) * 1000,
            KERNEL: sum(asked_ms),
            LONGEST: max(asked_ms),
            UNCHANGED: (finished - again) * 1000,
        }

    def measure_interval(self) -> Mapping[str, float]:
        """Make the interval of a further sample."""
        started = perf_counter()
        advance(self._interval, self.sample)
        return {INTERVAL: (perf_counter() - started) * 1000}

    def measure_single(self) -> Mapping[str, float]:
        """Ask a hundredth of the questions by the road of a single one."""
        started = perf_counter()
        for row in range(len(self.sample.table) * 3 // 200):
            self._single.route_to(Flow(self._interval.table.remote(row).address, protocol=PROTOCOL_TCP, uid=0))
        return {SINGLE: (perf_counter() - started) * 1000 * 100}


def measure(rounds: int) -> list[Figure]:
    """Measure in a network namespace of its own, without a load: only the ways are the kernel's; needs root."""
    with network_namespace() as namespace, namespace.entered():
        for line in _LINKS:
            subprocess.run(["ip", *line.split()], check=True)
        connections = Connections(ROWS)
        try:
            spreads = interleaved(
                [connections.measure, connections.measure_interval, connections.measure_single], rounds
            )
        finally:
            connections.close()
    return [Figure(what, ROWS, spread.median, None, "ms", spread.range) for what, spread in spreads.items()]


def _sample(read: Sample, rows: int) -> Sample:
    columns = SocketTable.zeros(rows)
    columns.protocol[:] = PROTOCOL_TCP
    columns.family[:] = 2
    columns.state[:] = TcpState.ESTABLISHED
    # Who dialled is in SYN-SENT: no counters are needed to tell.
    columns.state[::2] = TcpState.SYN_SENT
    columns.local_low[:] = MAPPED_IPV4 | int(ip_address("192.0.2.1"))
    columns.remote_low[:] = MAPPED_IPV4 | _FIRST_REMOTE + np.arange(rows)
    columns.local_port[:] = 10_000 + np.arange(rows) % 50_000
    columns.remote_port[:] = 443
    columns.cookie[:] = 1 + np.arange(rows)
    columns.inode[:] = 1 + np.arange(rows)
    columns.has_mark[:] = True
    return Sample(**{name: getattr(read, name) for name in read.__slots__} | {"table": columns})
