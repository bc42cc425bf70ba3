"""TcpConnection: a pair of endpoints, which is what names a connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from monitor.model.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class TcpConnection:
    """A connection as seen from one side.

    Over loopback both sides are sockets of one host: two rows, one connection, and `reversed` leads from one to the
    other.
    """

    local: Endpoint
    remote: Endpoint

    @property
    def reversed(self) -> Self:
        """The same connection as the other side sees it."""
        return type(self)(self.remote, self.local)

    def __str__(self) -> str:
        """Give "local → remote"."""
        return f"{self.local} → {self.remote}"
