"""Waits for what the kernel does with a socket in its own time and tells nobody of."""

from __future__ import annotations

import fcntl
import select
import socket
import struct
from collections.abc import Callable, Iterable

_SIOCOUTQ = 0x5411
_PATIENCE_MS = 20_000
_LOOK_MS = 5


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look every few milliseconds.

    Raises:
        TimeoutError: it never is.
    """
    pause = select.poll()
    for _ in range(_PATIENCE_MS // _LOOK_MS):
        if is_so():
            return
        pause.poll(_LOOK_MS)
    raise TimeoutError("the kernel has not done so")


def wait_until_acknowledged(sockets: Iterable[socket.socket]) -> None:
    """Wait until all has arrived that some sockets have sent."""
    for sock in sockets:
        wait_until(lambda sock=sock: _unacknowledged(sock) == 0)


def resends(sock: socket.socket) -> int:
    """Give how many times in a row the oldest segment, or the SYN, was sent again (tcpi_retransmits)."""
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 3)[2]


def probes(sock: socket.socket) -> int:
    """Give how many probes in a row had no answer (tcpi_probes)."""
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 4)[3]


def _unacknowledged(sock: socket.socket) -> int:
    return int(struct.unpack("i", fcntl.ioctl(sock, _SIOCOUTQ, bytes(4)))[0])
