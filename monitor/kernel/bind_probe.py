"""A bind that is really made and undone at once: TCP only, and never listening, so that no segment ever reaches it.

A UDP socket takes datagrams from bind() on and might steal some of its neighbour's; therefore there is none here.
"""

from __future__ import annotations

import errno
import socket
from ipaddress import IPv6Address

from monitor.errors import KernelError
from monitor.model.bind import BindAttempt
from monitor.model.endpoint import address_text

_IP_FREEBIND, _IP_TRANSPARENT, _IP_BIND_ADDRESS_NO_PORT = 15, 19, 24
"""Of include/uapi/linux/in.h, which Python's socket does not name."""

Setting = tuple[int, int, int | bytes]
"""Level, option and value."""


def probe_bind(attempt: BindAttempt, device: bytes | None) -> str | None:
    """Bind in this thread's network namespace as this user; gives the errno's name, None where it succeeds.

    Args:
        attempt: of TCP.
        device: name of the interface for SO_BINDTODEVICE; None for none.

    Raises:
        KernelError: no socket can be made.
    """
    endpoint = attempt.endpoint
    family = socket.AF_INET6 if isinstance(endpoint.address, IPv6Address) else socket.AF_INET
    try:
        probe = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise KernelError("make a socket", error.errno or 0) from error
    with probe:
        try:
            for level, option, value in _settings(attempt, device):
                probe.setsockopt(level, option, value)
            where = address_text(endpoint.address), endpoint.port
            probe.bind((*where, 0, attempt.zone) if family == socket.AF_INET6 else where)
        except OSError as error:
            return errno.errorcode.get(error.errno or 0, f"errno {error.errno}")
    return None


def _settings(attempt: BindAttempt, device: bytes | None) -> list[Setting]:
    wanted: list[tuple[bool, Setting]] = [
        (attempt.reuseaddr, (socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)),
        (attempt.reuseport, (socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)),
        (attempt.v6only is not None, (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(bool(attempt.v6only)))),
        (device is not None, (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, (device or b"") + b"\0")),
        (attempt.freebind, (socket.IPPROTO_IP, _IP_FREEBIND, 1)),
        (attempt.transparent, (socket.IPPROTO_IP, _IP_TRANSPARENT, 1)),
        (attempt.no_port, (socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)),
    ]
    return [setting for is_wanted, setting in wanted if is_wanted]
