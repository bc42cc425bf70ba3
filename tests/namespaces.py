"""Network namespaces for tests and benchmarks. They have no name: the kernel removes one with its last user."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class NetworkNamespace:
    """A network namespace that lives at least as long as its descriptor."""

    fd: int
    inode: int
    """What the kernel calls it: net:[inode]."""

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Have this thread make its sockets and start its processes in the namespace."""
        outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            enter(self.fd)
            try:
                yield
            finally:
                enter(outside)
        finally:
            os.close(outside)


@contextmanager
def network_namespace() -> Iterator[NetworkNamespace]:
    """Make a network namespace with the loopback interface up; needs CAP_SYS_ADMIN.

    Raises:
        PermissionError: this user may not.
    """
    outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        leave_for_new_namespace()
        try:
            inside = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        finally:
            enter(outside)
    finally:
        os.close(outside)
    try:
        yield NetworkNamespace(inside, os.fstat(inside).st_ino)
    finally:
        os.close(inside)


def give_name(names: Path, name: str, namespace: NetworkNamespace) -> Path:
    """Let a directory of names lead to it as ip-netns(8) does, without a mount; a name that is taken is given anew."""
    path = names / name
    path.unlink(missing_ok=True)
    path.symlink_to(f"/proc/{os.getpid()}/fd/{namespace.fd}")
    return path


def leave_for_new_namespace() -> None:
    """Move this thread, and every process that it starts, into a new network namespace with loopback up."""
    _check(_libc.unshare(CLONE_NEWNET))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def enter(fd: int) -> None:
    """Move this thread into the network namespace of a descriptor."""
    _check(_libc.setns(fd, CLONE_NEWNET))


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
