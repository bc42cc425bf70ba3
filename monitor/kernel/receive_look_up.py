"""ReceiveLookUp: the kernel's own answer to who gets a segment, without sending one.

An exact look-up without a cookie runs inet_lookup() or __udp4_lib_lookup() with what it is given: it sees SO_REUSEPORT
hashes and BPF sk_lookup. It runs without a packet, so no program that is attached to a REUSEPORT group runs, and on the
processor of whoever asks, which SO_INCOMING_CPU minds.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

from monitor.errors import KernelError, WireError
from monitor.kernel.inet_diag import decode
from monitor.kernel.inet_diag_question import SOCK_DIAG_BY_FAMILY, receiver
from monitor.kernel.netlink import NETLINK_SOCK_DIAG, NetlinkSocket
from monitor.kernel.own_sockets import is_found_by
from monitor.model.endpoint import Endpoint
from monitor.model.receiver import FoundSocket, LookUp
from monitor.model.segment import Segment
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import WAITING

_ASK = "ask which socket gets a segment"

_OTHER_PORTS = tuple(1024 + 2617 * number for number in range(24))
"""Source ports of other clients, spread over the range; that none of 24 meets another of two members is 1 in 2^23."""
_MOST_PROCESSORS = 16
_ANYBODY = {
    4: Endpoint(IPv4Address("198.51.100.1"), 1),
    6: Endpoint(IPv6Address("2001:db8::1"), 1),
}
"""A client that this host has no connection with: addresses for documentation (RFC 5737, RFC 3849), by IP version."""


class ReceiveLookUp:
    """Questions to the network namespace in which it was opened; for one thread at a time.

    Raises KernelError where the kernel refuses or is silent, and WireError where its answer breaks its contract.
    """

    def __init__(self) -> None:
        self._kernel = NetlinkSocket.open(NETLINK_SOCK_DIAG, _ASK)
        self._is_trusted: bool | None = None

    def is_trusted(self) -> bool:
        """Whether the look-up finds sockets of our own; checked once.

        A kernel that took source for destination would answer without an error, and wrongly.
        """
        if self._is_trusted is None:
            self._is_trusted = is_found_by(self._cookie)
        return self._is_trusted

    def ask(self, segment: Segment, device: int) -> LookUp:
        """Ask who gets a segment, and, where that waits for any client, who gets those of others.

        Args:
            segment: without a source, any client without a connection is asked about.
            device: index of the interface that counts as the receiving one.
        """
        source = segment.source or _ANYBODY[segment.destination.address.version]
        (found,) = self._found(segment, [source], device)
        if found is None or found.state not in WAITING:
            return LookUp(found)
        return LookUp(found, self._elsewhere(segment, source, device))

    def close(self) -> None:
        """Close the socket; may be called twice."""
        self._kernel.close()

    def _elsewhere(self, segment: Segment, source: Endpoint, device: int) -> tuple[int, ...]:
        others = [replace(source, port=port) for port in _OTHER_PORTS if port != source.port]
        found = self._found(segment, others, device)
        for _ in _on_each_processor():
            found += self._found(segment, [source], device)
        # Another port may meet a connection, which says nothing about those that wait.
        return tuple({one.cookie: None for one in found if one is not None and one.state in WAITING})

    def _found(self, segment: Segment, sources: Sequence[Endpoint], device: int) -> list[FoundSocket | None]:
        questions = [receiver(segment.protocol, segment.destination, source, device) for source in sources]
        messages, refusals = self._kernel.look_up(SOCK_DIAG_BY_FAMILY, questions, _ASK)
        refused = next((number for number in refusals if number not in (0, errno.ENOENT)), 0)
        if refused:
            raise KernelError(_ASK, refused)
        decoded = decode(messages, segment.protocol, 0)
        if decoded.malformed:
            raise WireError("the answer about the receiver of a segment breaks its bounds")
        rows = iter(range(len(decoded.table)))
        return [None if number else _found_socket(decoded.table, next(rows)) for number in refusals]

    def _cookie(self, protocol: int, local: Endpoint, remote: Endpoint) -> int | None:
        (found,) = self._found(Segment(protocol, local, remote), [remote], 0)
        return None if found is None else found.cookie


def _found_socket(table: SocketTable, row: int) -> FoundSocket:
    return FoundSocket(
        cookie=int(table.cookie[row]),
        inode=int(table.inode[row]),
        uid=int(table.uid[row]),
        state=int(table.state[row]),
        device=int(table.device[row]),
        local=table.local(row),
        remote=table.remote(row),
    )


def _on_each_processor() -> Iterator[int]:
    """Run the loop's body once on each processor that this thread may use, up to a limit."""
    allowed = os.sched_getaffinity(0)
    with _affinity_kept(allowed):
        for processor in sorted(allowed)[:_MOST_PROCESSORS]:
            # A sandbox may forbid it; then the question is asked where we are.
            with suppress(OSError):
                os.sched_setaffinity(0, {processor})
            yield processor


@contextmanager
def _affinity_kept(allowed: set[int]) -> Iterator[None]:
    try:
        yield
    finally:
        with suppress(OSError):
            os.sched_setaffinity(0, allowed)
