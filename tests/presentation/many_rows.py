"""Intervals of any number of rows, all different: what grows with the rows shows."""

from __future__ import annotations

from ipaddress import ip_address

import numpy as np

from monitor.model.control_group import ControlGroup
from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process
from monitor.model.sample import Interval, Network
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.sampling.intervals import advance
from tests.scenes import address, link, sample_of

LISTENERS = 20
PROCESSES = 10
PID = 5000
GROUP = 4000
_NETWORK = Network(1, (link(1, "lo"), link(2, "eth0")), (address(2, "192.0.2.10/24"),))
_LOCAL, _REMOTE = int(ip_address("192.0.2.10")), int(ip_address("198.18.0.1"))


def interval_of(rows: int, *, seed: int = 1) -> Interval:
    """Make the second of two samples: listeners, then connections, half of them accepted by these."""
    first = advance(None, _sample(rows, 0.0, seed))
    return advance(first, _sample(rows, 1.0, seed))


def _sample(rows: int, seconds: float, seed: int):
    made = sample_of([], seconds, network=_NETWORK, control_groups={GROUP: ControlGroup(b"/server.service")})
    table, owners = _table(rows, seconds, seed), _owners(rows)
    fields = {name: getattr(made, name) for name in made.__slots__}
    return type(made)(**{**fields, "table": table, "owners": owners})


def _table(rows: int, seconds: float, seed: int) -> SocketTable:
    random = np.random.default_rng(seed)
    table = SocketTable.zeros(rows)
    table.protocol[:], table.family[:], table.state[:] = PROTOCOL_TCP, 2, TcpState.ESTABLISHED
    table.local_low[:] = MAPPED_IPV4 | _LOCAL
    table.remote_low[:] = MAPPED_IPV4 | (_REMOTE + np.arange(rows, dtype=np.uint64))
    table.local_port[:] = random.integers(30_000, 60_000, rows)
    table.local_port[: rows // 2] = 8000 + np.arange(rows // 2) % LISTENERS
    table.remote_port[:] = random.integers(1024, 60_000, rows)
    table.cookie[:] = random.permutation(rows) + 1
    table.cgroup[:] = GROUP
    table.inode[:] = np.arange(rows) + 1
    table.info_length[:] = 280
    table.rtt_us[:] = random.integers(1, 90_000, rows)
    table.bytes_sent[:] = table.bytes_acked[:] = (random.integers(0, 9000, rows) * seconds).astype(np.uint64)
    table.bytes_received[:] = (random.integers(0, 9000, rows) * seconds).astype(np.uint64)
    table.state[:LISTENERS], table.send_q[:LISTENERS] = TcpState.LISTEN, 128
    table.remote_low[:LISTENERS], table.remote_port[:LISTENERS] = MAPPED_IPV4, 0
    return table


def _owners(rows: int) -> OwnerTable:
    processes = {PID + number: Process(PID + number, 1, b"server", 0) for number in range(PROCESSES)}
    inode = np.arange(rows, dtype=np.uint32) + np.uint32(1)
    return OwnerTable(inode, PID + inode % PROCESSES, inode, processes)
