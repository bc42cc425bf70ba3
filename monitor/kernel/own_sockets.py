"""A socket of our own for each protocol, on loopback and for an instant: what a look-up must find and must not.

Nothing is sent. Without a loopback address to bind there is nothing to compare with, and the look-up is believed.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from ipaddress import IPv4Address

from monitor.model.endpoint import Endpoint
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP

Finder = Callable[[int, Endpoint, Endpoint], int | None]
"""Gives the cookie of who gets a segment of a protocol for a local endpoint from a remote one."""

_LOOPBACK = "127.0.0.1"
_SO_COOKIE = 57
"""include/uapi/asm-generic/socket.h; the socket module names it from Python 3.15 on."""


def is_found_by(find: Finder) -> bool:
    """Tell whether a finder finds our sockets by their own endpoint, and not with the two ends exchanged."""
    try:
        return all(
            _is_found(kind, protocol, find)
            for kind, protocol in ((socket.SOCK_STREAM, PROTOCOL_TCP), (socket.SOCK_DGRAM, PROTOCOL_UDP))
        )
    except OSError:
        return True


def _is_found(kind: socket.SocketKind, protocol: int, find: Finder) -> bool:
    with socket.socket(socket.AF_INET, kind) as own:
        own.bind((_LOOPBACK, 0))
        if kind == socket.SOCK_STREAM:
            own.listen(0)
        local = Endpoint(IPv4Address(_LOOPBACK), own.getsockname()[1])
        # Port 1 of another loopback address: nobody's, and different from ours in both halves.
        remote = Endpoint(IPv4Address("127.9.9.9"), 1)
        cookie = int.from_bytes(own.getsockopt(socket.SOL_SOCKET, _SO_COOKIE, 8), sys.byteorder)
        return find(protocol, local, remote) == cookie and find(protocol, remote, local) != cookie
