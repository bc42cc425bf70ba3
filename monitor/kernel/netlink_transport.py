"""The kernel's end of a netlink conversation: a connected socket, or what a test puts in its place."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from errno import EACCES, EAFNOSUPPORT, EPERM, EPROTONOSUPPORT
from typing import Protocol

from monitor.errors import KernelError

_SILENCE_S = 3
"""Longest time to wait for one datagram."""

_SOL_NETLINK = 270
_NETLINK_GET_STRICT_CHK = 12

_HINTS = {
    EAFNOSUPPORT: "no netlink here: another kernel or a sandbox",
    EPROTONOSUPPORT: "this kernel lacks that part of netlink",
    **dict.fromkeys((EPERM, EACCES), "a sandbox forbids it"),
}
"""Why there is no socket, by error number; a shortage says enough itself."""


class Transport(Protocol):
    """What a conversation needs of a netlink socket; socket.socket has it, and tests give one that lies."""

    def send(self, data: bytes, /) -> int:
        """Send one datagram to the kernel."""
        ...

    def recvfrom_into(self, buffer: memoryview, nbytes: int, flags: int, /) -> tuple[int, tuple[int, int]]:
        """Receive one datagram; give its size, with MSG_TRUNC the true one, and its sender as (port, groups).

        Raises:
            BlockingIOError: the kernel was silent for too long, or with MSG_DONTWAIT has nothing to say.
        """
        ...

    def getsockname(self) -> tuple[int, int]:
        """Give our own (port, groups)."""
        ...

    def close(self) -> None:
        """Give the descriptor back."""
        ...


def no_socket(operation: str, error: OSError) -> KernelError:
    """Make the error of who got no netlink socket."""
    return KernelError(operation, error.errno or 0, _HINTS.get(error.errno or 0, ""))


def connect(protocol: int, operation: str, *, is_strict: bool = False) -> Transport:
    """Open a socket to one of the kernel's netlink families, in the calling thread's network namespace.

    Args:
        protocol: NETLINK_SOCK_DIAG, NETLINK_ROUTE, …
        operation: for the sentence of an error.
        is_strict: have rtnetlink check every field of a request and choose by it (Linux 4.20); without the option it
            ignores them.

    Raises:
        KernelError: the kernel or a sandbox offers no such family.
    """
    try:
        kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
    except OSError as error:
        raise no_socket(operation, error) from error
    try:
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", _SILENCE_S, 0))
        if is_strict:
            with suppress(OSError):
                kernel.setsockopt(_SOL_NETLINK, _NETLINK_GET_STRICT_CHK, 1)
        kernel.bind((0, 0))
        # Connected to port 0, the kernel refuses what other processes try to send us (netlink_getsockbyportid).
        kernel.connect((0, 0))
    except OSError as error:
        kernel.close()
        raise KernelError(operation, error.errno or 0) from error
    return kernel
