"""SocketId: what names one socket to the kernel, so that it can be asked for alone."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model.endpoint import MAX_PORT, Endpoint

if TYPE_CHECKING:
    from monitor.model.socket_table import SocketTable

_MAX_U8, _MAX_U32, _MAX_U64 = 0xFF, 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF


@dataclass(frozen=True, slots=True)
class SocketId:
    """One socket and no other: its cookie is never given twice, and its endpoints and device let the kernel find it.

    Raises:
        ValueError: a number is beyond its field, or the addresses are of different families.
    """

    namespace: int
    """Inode number of the network namespace; 0 where unknown."""
    protocol: int
    """IPPROTO_TCP (6) or IPPROTO_UDP (17)."""
    local: Endpoint
    """As the socket has it: an AF_INET6 socket that speaks IPv4 has a mapped address."""
    remote: Endpoint
    """The wildcard and port 0 where there is none."""
    device: int
    """Interface index that the socket is bound to; 0 for none."""
    cookie: int

    def __post_init__(self) -> None:
        limits = ((self.protocol, _MAX_U8), (self.device, _MAX_U32), (self.cookie, _MAX_U64))
        ports = ((endpoint.port, MAX_PORT) for endpoint in (self.local, self.remote))
        if not all(0 <= value <= limit for value, limit in (*limits, *ports)):
            raise ValueError("a number of a socket's identity is out of range")
        if self.local.address.version != self.remote.address.version:
            raise ValueError("the two endpoints of a socket are of different families")

    @property
    def family(self) -> int:
        """AF_INET (2) or AF_INET6 (10)."""
        return socket.AF_INET if self.local.address.version == 4 else socket.AF_INET6  # noqa: PLR2004 - IPv4

    @classmethod
    def of(cls, table: SocketTable, row: int) -> SocketId:
        """Name the socket of a row."""
        return cls(
            namespace=table.namespace_of(row),
            protocol=int(table.protocol[row]),
            local=table.local(row),
            remote=table.remote(row),
            device=int(table.device[row]),
            cookie=int(table.cookie[row]),
        )
