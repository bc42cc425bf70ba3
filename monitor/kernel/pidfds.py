"""Pidfds: descriptors that name one process for ever, whoever gets its pid.

Since Linux 6.9 their inode number is an identity of its own; before that all pidfds share the one of anonymous inodes.
"""

from __future__ import annotations

import os
import re
import select
from functools import cache
from pathlib import Path

_NUMBERS = re.compile(rb"^NSpid:((?:\t\d+)+)$", re.MULTILINE)


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


def numbers_of(pidfd: int) -> tuple[int, ...]:
    """Give the pids of a process: in the namespace that /proc is of, then in each nested one that it is in.

    Nothing where /proc does not show it, which is so where /proc is of another namespace than this process.
    """
    found = _NUMBERS.search(Path(f"/proc/thread-self/fdinfo/{pidfd}").read_bytes())
    return () if found is None else tuple(int(number) for number in found[1].split())


def has_exited(pidfd: int) -> bool:
    """Whether the process has ended, all threads of it; its parent may not have noticed yet."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(0))


@cache
def _have_inodes() -> bool:
    """Whether each process has an inode number of its own (pidfs), and /proc names processes as pidfd_open() does."""
    try:
        own = os.pidfd_open(os.getpid())
    except OSError:
        return False
    try:
        other = os.eventfd(0, os.EFD_CLOEXEC)
        try:
            # An anonymous inode of another kind is of the same device only where pidfds have no file system.
            return os.fstat(own).st_dev != os.fstat(other).st_dev and numbers_of(own) == (os.getpid(),)
        finally:
            os.close(other)
    except OSError:
        return False
    finally:
        os.close(own)
