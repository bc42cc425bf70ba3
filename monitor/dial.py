"""TcpConnection, the library's face: the routing table picks its local endpoint, and it can really be opened.

connection = TcpConnection.to("192.0.2.7:443")
with connection.open(timeout_s=5) as opened:
    print(connection, "became", TcpConnection.of(opened))

Only open() and dial() send anything, with this process's rights.
"""

from __future__ import annotations

import errno
import os
import socket
import time
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self

from monitor.errors import KernelError
from monitor.model import connection
from monitor.model.endpoint import Endpoint, unmapped
from monitor.model.route import Flow, RouteDecision
from monitor.model.tcp import PROTOCOL_TCP

if TYPE_CHECKING:
    from monitor.model.namespace import NamedNamespace

_IPV4 = 4


@dataclass(frozen=True, slots=True)
class TcpConnection(connection.TcpConnection):
    """A connection as seen from one side, which can be opened from there."""

    is_predicted: bool = field(default=False, compare=False)
    """Whether the local endpoint is only what the route would give: open() then leaves the choice to the kernel."""

    @classmethod
    def to(cls, remote: Endpoint | str) -> Self:
        """Name the connection that this process would get; its local port is 0, chosen when it is opened.

        Raises:
            InputError: the remote endpoint is malformed.
            KernelError: there is no way, by the errno of connect(); or the kernel could not be asked.
        """
        endpoint = Endpoint.parse(remote) if isinstance(remote, str) else remote
        decision = _decide(endpoint)
        if decision.errno is not None or decision.source is None:
            raise KernelError(f"find a way to {endpoint}", getattr(errno, decision.errno or "", 0))
        needs_zone = decision.source.version != _IPV4 and decision.source.is_link_local
        return cls(Endpoint(decision.source, 0, endpoint.zone if needs_zone else None), endpoint, is_predicted=True)

    @classmethod
    def of(cls, opened: socket.socket) -> Self:
        """Name the connection of a connected socket."""
        return cls(_endpoint(opened.getsockname()), _endpoint(opened.getpeername()))

    def open(self, timeout_s: float | None = None) -> socket.socket:
        """Connect, and give the socket, which the caller closes; a local endpoint that was named is bound first.

        Args:
            timeout_s: longest time for the handshake, and the timeout of the socket; None for the kernel's own.

        Raises:
            KernelError: it could not be bound or connected.
        """
        family = socket.AF_INET if self.remote.address.version == _IPV4 else socket.AF_INET6
        dialling = socket.socket(family, socket.SOCK_STREAM)
        try:
            dialling.settimeout(timeout_s)
            if not self.is_predicted and (self.local.port or not self.local.is_wildcard):
                dialling.bind(_socket_address(self.local))
            dialling.connect(_socket_address(self.remote))
        except BaseException as error:
            dialling.close()
            if isinstance(error, OSError):
                number = errno.ETIMEDOUT if isinstance(error, TimeoutError) else error.errno or 0
                raise KernelError(f"connect to {self.remote}", number) from error
            raise
        return dialling


@dataclass(frozen=True, slots=True)
class Dialled:
    """A connection that was opened to compare its local endpoint with the prediction, and closed again."""

    predicted: TcpConnection
    actual: TcpConnection | None
    """None where it could not be opened."""
    error: KernelError | None
    elapsed_s: float
    """From the first SYN to the end of the handshake, or to the error."""

    @property
    def is_as_predicted(self) -> bool | None:
        """Whether it got the local address that the route promised; None where it was not opened."""
        if self.actual is None:
            return None
        return unmapped(self.actual.local.address) == unmapped(self.predicted.local.address)


def dial(remote: Endpoint | str, timeout_s: float = 5.0) -> Dialled:
    """Really connect to a remote endpoint and close at once.

    Raises:
        InputError: the remote endpoint is malformed.
        KernelError: there is no way, so that nothing was sent.
    """
    predicted = TcpConnection.to(remote)
    started = time.monotonic()
    try:
        with predicted.open(timeout_s) as opened:
            elapsed_s = time.monotonic() - started
            return Dialled(predicted, TcpConnection.of(opened), None, elapsed_s)
    except KernelError as error:
        return Dialled(predicted, None, error, time.monotonic() - started)


def dial_from(named: NamedNamespace, number: int) -> None:
    """Have this thread dial from a network namespace from now on.

    Args:
        named: The word that leads to it.
        number: Its inode.

    Raises:
        MonitorError: the word leads nowhere or elsewhere by now, or this process may not enter.
    """
    from monitor.kernel.namespaces import enter  # noqa: PLC0415 - most dial from where they are

    enter(os.fsdecode(named.word), number)


def _decide(remote: Endpoint) -> RouteDecision:
    from monitor.kernel.rtnetlink import Rtnetlink  # noqa: PLC0415 - pyroute2 is slow; a value needs none

    with Rtnetlink() as kernel:
        return kernel.route_to(
            Flow(remote.address, zone=remote.zone, protocol=PROTOCOL_TCP, remote_port=remote.port or None)
        )


def _socket_address(endpoint: Endpoint) -> tuple[str, int] | tuple[str, int, int, int]:
    """Give what bind() and connect() take.

    Raises:
        OSError: there is no such zone.
    """
    address = str(endpoint.address)
    if endpoint.address.version == _IPV4:
        return address, endpoint.port
    return address, endpoint.port, 0, socket.if_nametoindex(endpoint.zone) if endpoint.zone else 0


def _endpoint(address: tuple[str, int] | tuple[str, int, int, int]) -> Endpoint:
    host, port, *others = address
    zone = others[1] if others else 0
    return Endpoint(ip_address(str(host).partition("%")[0]), port, socket.if_indextoname(zone) if zone else None)
