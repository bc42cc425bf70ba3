"""Samples of as many connections as one likes, and a source where some of them are replaced with every sample."""

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
from tests.scenes import FULL_TCP_INFO, FixedSource, sample_of

Numbers = npt.NDArray[np.intp]
"""What tells connections from each other, from 0 on; their cookies and remote endpoints follow from it."""

_FIRST_REMOTE = int(ip_address("198.18.0.0"))
_LOCAL = int(ip_address("192.0.2.10"))
_REMOTES, _REMOTE_PORTS = 60_000, 50_000
_PIDS = range(100, 150)
_IDLE_MS = 40_000
_BUSY_SHARE = 0.1
_MOST_BYTES = 1_000_000


def cookie_of(number: int) -> int:
    """Give the cookie of a connection."""
    return number + 1


def remote_of(number: int) -> str:
    """Give the remote endpoint of a connection as it is shown."""
    return f"{ip_address(_FIRST_REMOTE + number % _REMOTES)}:{10_000 + number % _REMOTE_PORTS}"


def many_sockets(numbers: Numbers, seconds: float, received: U64 | None = None) -> Sample:
    """Make a sample of established connections of one server, in the order of their numbers.

    Args:
        numbers: Which connections.
        seconds: When, from tests.scenes.TAKEN_AT on.
        received: Bytes that each has received; none where left out.
    """
    table = SocketTable.zeros(len(numbers))
    table.protocol[:] = PROTOCOL_TCP
    table.family[:] = 2
    table.state[:] = TcpState.ESTABLISHED
    table.info_length[:] = FULL_TCP_INFO
    table.local_low[:] = MAPPED_IPV4 | _LOCAL
    table.local_port[:] = 443
    table.remote_low[:] = MAPPED_IPV4 | _FIRST_REMOTE + numbers % _REMOTES
    table.remote_port[:] = 10_000 + numbers % _REMOTE_PORTS
    table.cookie[:] = table.inode[:] = numbers + 1
    table.rtt_us[:] = 200 + numbers % 800
    table.last_data_sent_ms[:] = table.last_data_recv_ms[:] = _IDLE_MS
    if received is not None:
        table.bytes_received[:] = received
    return replace(sample_of([], seconds), table=table, owners=_owners(table))


def _owners(table: SocketTable) -> OwnerTable:
    pid = _PIDS.start + table.inode % len(_PIDS)
    processes = {pid: Process(pid, pid, b"worker", 0) for pid in _PIDS}
    order = np.argsort(table.inode)
    return OwnerTable(table.inode[order], pid[order], np.full(len(table), 7, np.uint32), processes)


class TurningSource(FixedSource):
    """A Source that with every sample replaces some connections by new ones, and lets one in ten receive something."""

    def __init__(self, rows: int, share: float, apart_s: float = 1.0) -> None:
        """Begin with so many connections.

        Args:
            rows: How many there always are.
            share: Of them is replaced with each sample.
            apart_s: Seconds from each sample to the next.
        """
        super().__init__([many_sockets(np.arange(rows), 0.0)])
        self.numbers: Numbers = np.arange(rows)
        """The connections of the newest sample."""
        self.lasting: set[int] = set()
        """Numbers of connections that are never replaced."""
        self._received = np.zeros(rows, np.uint64)
        self._replaced, self._apart_s = round(rows * share), apart_s
        self._next = rows
        self._chance = np.random.default_rng(1)

    def sample(self, *, time_wait: bool = False) -> Sample:
        """Read the next sample."""
        closed = self._turn_over()
        is_busy = self._chance.random(len(self.numbers)) < _BUSY_SHARE
        self._received[is_busy] += self._chance.integers(1, _MOST_BYTES, int(is_busy.sum()), np.uint64)
        self._given += 1
        made = many_sockets(self.numbers, self._given * self._apart_s, self._received)
        self._samples = [replace(made, closed_cookies=np.sort(closed + 1).astype(np.uint64))]
        self._given -= 1
        return super().sample(time_wait=time_wait)

    def _turn_over(self) -> Numbers:
        """Replace connections in their places, as a hash table would; give the closed ones."""
        places = self._chance.choice(len(self.numbers), self._replaced, replace=False)
        places = places[~np.isin(self.numbers[places], list(self.lasting))]
        closed: Numbers = self.numbers[places]
        self.numbers = self.numbers.copy()
        self.numbers[places] = np.arange(self._next, self._next + len(places))
        self._next += len(places)
        self._received[places] = 0
        return closed
