"""The descriptor table of one process, from /proc/PID/fd."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from errno import ENOENT
from itertools import islice
from pathlib import Path

from monitor.kernel.descriptor_map import Descriptors

_SOCKET_LINK = "socket:["
_SPARE_GAPS = 64
_FILES_BELOW_DEV = ("/dev/shm/", "/dev/mqueue/")
_KINDS = {"socket": "socket", "pipe": "pipe", "anon_inode": "anon"}


def has_counts() -> bool:
    """Whether the size of /proc/PID/fd is the number of descriptors, as since Linux 6.2; before that it is 0."""
    try:
        return Path("/proc/self/fd").stat().st_size > 0
    except OSError:
        return False


def read_all(directory: int) -> Descriptors:
    """Read every descriptor of the fd directory that is held open as `directory`."""
    known = {}
    for name in os.listdir(directory):
        inode = _socket_inode(name, directory)
        if inode is not None:
            known[int(name)] = inode
    return Descriptors(known)


def catch_up(directory: int, descriptors: Descriptors, doubtful: Iterable[int], number: int) -> bool:
    """Bring a table up to date by reading a few descriptors of it.

    A new socket takes the lowest free descriptor, so the doubtful ones and the lowest gaps are all that a server needs
    which closes and accepts. A descriptor that was closed and taken again meanwhile, without being doubtful, stays
    unnoticed.

    Args:
        directory: fd directory of the process, held open.
        descriptors: What was known; changed in place.
        doubtful: Descriptors that may have been closed.
        number: How many the process has open now.

    Returns:
        Whether the table now holds that number. If not, only reading all of it helps.
    """
    for fd in doubtful:
        _refresh(directory, descriptors, fd)
    tries = max(number - len(descriptors), 0) * 2 + _SPARE_GAPS
    for fd in islice(descriptors.gaps(), tries):
        if len(descriptors) >= number:
            break
        _refresh(directory, descriptors, fd)
    return len(descriptors) == number


def holds(pid: int, fd: int, inode: int) -> bool:
    """Whether a descriptor is still that socket, as far as can be read."""
    try:
        return is_socket(pid, fd, inode)
    except OSError:
        return False


def is_socket(pid: int, fd: int, inode: int) -> bool:
    """Whether a descriptor is that socket.

    Raises:
        OSError: it is closed, its process has ended, or this user may not look.
    """
    return os.readlink(f"/proc/{pid}/fd/{fd}") == f"{_SOCKET_LINK}{inode}]"  # noqa: PTH115 - no path, a word


def kinds_in(directory: int) -> dict[str, int]:
    """Count the descriptors of an fd directory by kind: socket, pipe, anon, device, file, other."""
    kinds: Counter[str] = Counter()
    for name in os.listdir(directory):
        link = _link(name, directory)
        if link is not None:
            kinds[_kind(link)] += 1
    return dict(kinds)


def _kind(link: str) -> str:
    if link.startswith("/"):
        is_device = link.startswith("/dev/") and not link.startswith(_FILES_BELOW_DEV)
        return "device" if is_device else "file"
    return _KINDS.get(link.partition(":")[0], "other")


def _refresh(directory: int, descriptors: Descriptors, fd: int) -> None:
    inode = _socket_inode(str(fd), directory)
    if inode is None:
        descriptors.pop(fd, None)
    else:
        descriptors[fd] = inode


def _socket_inode(name: str, directory: int) -> int | None:
    """Read what a descriptor is: a socket's inode, 0 for anything else, None for closed."""
    link = _link(name, directory)
    if link is None:
        return None
    # A file's link begins with a slash, so no file name looks like a socket.
    return int(link[len(_SOCKET_LINK) : -1]) if link.startswith(_SOCKET_LINK) else 0


def _link(name: str, directory: int) -> str | None:
    try:
        return os.readlink(name, dir_fd=directory)
    except OSError as error:
        if error.errno == ENOENT:
            return None
        raise
