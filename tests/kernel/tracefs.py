"""tracefs for tests: mounted nowhere, so only who holds its descriptor sees it. Its instances are the machine's."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FSOPEN, _FSCONFIG, _FSMOUNT = 430, 431, 432
"""Numbers of the system calls, the same on all machines."""
_FSCONFIG_CMD_CREATE = 6

_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def detached_tracefs() -> Iterator[Path]:
    """Give its directory, whose name is the descriptor by which a child process can be given it as well.

    Raises:
        OSError: this user may not mount, or the kernel has no tracefs (ENODEV).
    """
    context = _check(_libc.syscall(_FSOPEN, b"tracefs", 0))
    try:
        _check(_libc.syscall(_FSCONFIG, context, _FSCONFIG_CMD_CREATE, None, None, 0))
        mount = _check(_libc.syscall(_FSMOUNT, context, 0, 0))
    finally:
        os.close(context)
    try:
        yield Path(f"/proc/self/fd/{mount}")
    finally:
        os.close(mount)


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
