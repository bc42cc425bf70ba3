"""Pidfds: descriptors that name one process for ever, whoever gets its pid.

Since Linux 6.9 their inode number is an identity of its own; before that all pidfds share the one of anonymous inodes.
"""

from __future__ import annotations

import os
import re
import select
from functools import cache
from pathlib import Path

_NAMESPACE_PIDS = re.compile(rb"^NSpid:((?:\t\d+)+)$", re.MULTILINE)


@cache
def proc_names_alike() -> bool:
    """Whether /proc calls processes by the numbers that this process opens them by: it may be of another namespace."""
    try:
        status = Path("/proc/self/status").read_bytes()
    except OSError:
        # It does not show this process, and so is of a namespace in which this one is not.
        return False
    return namespace_pids(status) in {(), (os.getpid(),)}


def namespace_pids(status: bytes) -> tuple[int, ...]:
    """Read from a process's status file its pids: in /proc's own namespace, then in each nested one that it is in.

    Nothing on a kernel without pid namespaces.
    """
    found = _NAMESPACE_PIDS.search(status)
    return () if found is None else tuple(int(number) for number in found[1].split())


def identity_of(pid: int) -> int | None:
    """Give the inode number of a process's pidfd; None where this kernel gives none, or there is no such process."""
    if not _have_inodes():
        return None
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return None
    try:
        return os.fstat(pidfd).st_ino
    finally:
        os.close(pidfd)


def inode_of(pidfd: int) -> int | None:
    """Give the inode number that no other process ever has; None where this kernel gives none."""
    return os.fstat(pidfd).st_ino if _have_inodes() else None


def has_exited(pidfd: int) -> bool:
    """Whether the process has ended, all threads of it; its parent may not have noticed yet."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(0))


@cache
def _have_inodes() -> bool:
    """Whether each process has an inode number of its own (pidfs), and can be opened by what /proc calls it."""
    if not proc_names_alike():
        return False
    try:
        own = os.pidfd_open(os.getpid())
    except OSError:
        return False
    try:
        other = os.eventfd(0, os.EFD_CLOEXEC)
        try:
            # An anonymous inode of another kind is of the same device only where pidfds have no file system.
            return os.fstat(own).st_dev != os.fstat(other).st_dev
        finally:
            os.close(other)
    except OSError:
        return False
    finally:
        os.close(own)
