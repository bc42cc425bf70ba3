"""Intervals of any size that no kernel has to play: connections of one server, some of which change."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import numpy as np
import numpy.typing as npt

from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process
from monitor.model.sample import Sample
from monitor.model.socket_table import U64, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from tests.scenes import FULL_TCP_INFO, sample_of

_FIRST_REMOTE = int(ip_address("198.18.0.0"))
_LOCAL = int(ip_address("192.0.2.10"))
_PROCESSES = 50
_SERVICE_PORT = 443
_IDLE_MS = 40_000


def sample(numbers: npt.NDArray[np.intp], seconds: float, received: U64 | None = None) -> Sample:
    """Make a sample of established connections, in the order of their numbers.

    Args:
        numbers: What tells a connection from all others, from 0 on: its cookie and its remote endpoint follow.
        seconds: When, from tests.scenes.TAKEN_AT on.
        received: Bytes that each has received; none where left out.
    """
    table = SocketTable.zeros(len(numbers))
    table.protocol[:] = PROTOCOL_TCP
    table.family[:] = 2
    table.state[:] = TcpState.ESTABLISHED
    table.info_length[:] = FULL_TCP_INFO
    table.local_low[:] = MAPPED_IPV4 | _LOCAL
    table.local_port[:] = _SERVICE_PORT
    table.remote_low[:] = MAPPED_IPV4 | _FIRST_REMOTE + numbers % 60_000
    table.remote_port[:] = 10_000 + numbers % 50_000
    table.cookie[:] = 1 + numbers
    table.inode[:] = 1 + numbers
    table.rtt_us[:] = 200 + numbers % 800
    table.last_data_sent_ms[:] = table.last_data_recv_ms[:] = _IDLE_MS
    if received is not None:
        table.bytes_received[:] = received
    return replace(sample_of([], seconds), table=table, owners=_owners(table))


def _owners(table: SocketTable) -> OwnerTable:
    processes = {pid: Process(pid, pid, b"worker", 0) for pid in range(100, 100 + _PROCESSES)}
    held = [(int(inode), 100 + int(inode) % _PROCESSES, 7) for inode in table.inode]
    return OwnerTable.from_rows(held, processes, 0)
