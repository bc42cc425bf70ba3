"""Reading /proc/PID so that one reading speaks of one process.

A directory of /proc that is held open belongs to its process for ever: once that process has been reaped every look-up
through it fails with ESRCH or ENOENT, also where the pid was given to another one. Functions raise OSError; its errno
says what happened (GONE, DENIED, or one of SHORTAGES, after which nothing is known).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EACCES, EBUSY, EMFILE, ENFILE, ENOBUFS, ENOENT, ENOMEM, EPERM, ESRCH, ETIMEDOUT
from pathlib import Path

from monitor.kernel.patient_calls import PatientCalls

GONE = frozenset({ENOENT, ESRCH})
"""Error numbers of a process that has ended, or of a thing that it does not have."""
DENIED = frozenset({EACCES, EPERM})
"""Error numbers of what this user may not read."""
SHORTAGES = frozenset({EMFILE, ENFILE, ENOBUFS, ENOMEM})
"""Error numbers of a machine or a process that has no room just now: they tell nothing of what was asked for."""

BLOCKED = frozenset({ETIMEDOUT})
"""Error number of a read that did not come back in time."""
PASSED_OVER = frozenset({EBUSY})
"""Error number of a read that was not tried: as many others block as are waited for."""

_CHUNK_BYTES = 4096
_NUMBERS_BYTES = 1 << 16
"""More than any such file has."""
PATIENT = PatientCalls()
"""Who is asked to read what may block."""

Reader = Callable[[str, int, int], bytes]
"""read_file, or read_memory where it may block."""


def list_pids() -> list[int]:
    """List the processes that /proc shows, in no order that matters; threads are not among them."""
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208 - thousands of names, no Path


@contextmanager
def process_directory(pid: int) -> Iterator[int]:
    """Hold /proc/PID open as a descriptor to read through."""
    with directory(Path(f"/proc/{pid}"), flags=os.O_PATH) as descriptor:
        yield descriptor


@contextmanager
def directory(path: Path | str, *, inside: int | None = None, flags: int = os.O_RDONLY) -> Iterator[int]:
    """Hold a directory open, by its path or by its name inside another one."""
    descriptor = os.open(path, flags | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=inside)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_memory(name: str, inside: int, limit: int) -> bytes:
    """Read likewise a file that the kernel takes from the process's own memory, which may block for ever.

    Raises:
        OSError: also ETIMEDOUT where it does; the file is not read again before the kernel has come back. EBUSY where
            so many others block that this one is not tried.
    """
    path = os.readlink(f"/proc/self/fd/{inside}")  # noqa: PTH115 - as a text
    return PATIENT.call(f"{path}/{name}", lambda: read_file(name, inside, limit))


def is_blocked(pid: int, name: str) -> bool:
    """Tell whether such a read of a process was left behind."""
    return PATIENT.has_left(f"/proc/{pid}/{name}")


def read_whole(path: Path) -> bytes:
    """Read a file of numbers in one piece where the kernel gives it so: it is made anew for each."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        content = b""
        while chunk := os.read(descriptor, _NUMBERS_BYTES):
            content += chunk
        return content
    finally:
        os.close(descriptor)


def read_file(name: str, inside: int, limit: int = 1 << 16) -> bytes:
    """Read a file of a process, at most limit bytes of it."""
    descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC, dir_fd=inside)
    try:
        content = b""
        # The kernel may hand out less than asked, and hands out nothing only at the end.
        while len(content) < limit and (chunk := os.read(descriptor, min(_CHUNK_BYTES, limit - len(content)))):
            content += chunk
        return content
    finally:
        os.close(descriptor)
