"""Giving up, for good, every right that could change something: what --read-only promises and /proc/PID/status shows.

What the same user may do without rights stays possible to the kernel; that is refused by the program itself.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

from monitor.errors import KernelError
from monitor.kernel.capabilities import DAC_READ_SEARCH, SYS_PTRACE, effective_capabilities

KEPT = 1 << DAC_READ_SEARCH | 1 << SYS_PTRACE
"""With these two the descriptors of all processes can be read, and nothing written."""

_PR_CAPBSET_READ, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 23, 24, 38, 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
"""include/uapi/linux/prctl.h."""
_VERSION_3 = 0x2008_0522
_HEADER = struct.Struct("=Ii")
_HALVES = struct.Struct("=6I")
"""struct __user_cap_data_struct twice: effective, permitted and inheritable, the low 32 of each first."""
_WORD = 0xFFFF_FFFF
_OPERATION = "give up rights"


def give_up_rights() -> None:
    """Drop all capabilities but KEPT from every set of this thread, and let no program that it starts gain any.

    Threads that there are already keep theirs: see give_up_all_rights().

    Raises:
        KernelError: the kernel did not do so.
    """
    library = ctypes.CDLL(None, use_errno=True)
    _check(_prctl(library, _PR_SET_NO_NEW_PRIVS, 1))
    _drop_bounding(library)
    _check(_prctl(library, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL))
    _narrow(library)
    if effective_capabilities() & ~KEPT:
        raise KernelError(_OPERATION, errno.EPERM)


def give_up_all_rights(module: str, arguments: Sequence[str]) -> None:
    """Give up the rights of all threads; where one keeps its own, as numpy's do, begin the program anew without them.

    Args:
        module: The program, as `python -m` starts it.
        arguments: What it was started with.

    Raises:
        KernelError: as above.
    """
    give_up_rights()
    if _any_thread_has_rights():
        # What begins anew has the rights of this thread and no more, in whatever thread.
        os.execv(sys.executable, [sys.executable, "-I", "-m", module, *arguments])


def _any_thread_has_rights() -> bool:
    """Whether any thread of this process has more than KEPT."""
    return any(effective_capabilities(task) & ~KEPT for task in Path("/proc/self/task").iterdir())


def _drop_bounding(library: ctypes.CDLL) -> None:
    number = 0
    while (is_there := _prctl(library, _PR_CAPBSET_READ, number)) >= 0:
        if is_there and not KEPT >> number & 1:
            # Only CAP_SETPCAP may; to whoever has not got it, no_new_privs says the same.
            _prctl(library, _PR_CAPBSET_DROP, number)
        number += 1


def _narrow(library: ctypes.CDLL) -> None:
    header = ctypes.create_string_buffer(_HEADER.pack(_VERSION_3, 0), _HEADER.size)
    sets = ctypes.create_string_buffer(_HALVES.size)
    _check(library.capget(header, sets))
    low, low_permitted, _, high, high_permitted, _ = _HALVES.unpack(sets.raw)
    kept, kept_high = KEPT & _WORD, KEPT >> 32
    narrowed = _HALVES.pack(low & kept, low_permitted & kept, 0, high & kept_high, high_permitted & kept_high, 0)
    _check(library.capset(header, ctypes.create_string_buffer(narrowed, _HALVES.size)))


def _prctl(library: ctypes.CDLL, option: int, value: int) -> int:
    result: int = library.prctl(option, *map(ctypes.c_ulong, (value, 0, 0, 0)))
    return result


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise KernelError(_OPERATION, number)
