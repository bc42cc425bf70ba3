"""Runs a program in which the kernel refuses some sockets, as another kernel or a sandbox would.

    python tests/faults/refused_calls.py FAMILY[:PROTOCOL] ERRNO PROGRAM ARGUMENT…

The filter (seccomp(2)) holds for the program and all that it starts.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Sequence

_SOCKET_CALL = {"x86_64": 41, "aarch64": 198}
"""Number of socket(2), by machine."""
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERRNO = 0x7FFF_0000, 0x0005_0000
_NUMBER_AT, _ARGUMENTS_AT, _ARGUMENT_BYTES = 0, 16, 8
"""Offsets in struct seccomp_data (include/uapi/linux/seccomp.h)."""


def is_offered() -> bool:
    """Tell whether this machine's call is known here."""
    return os.uname().machine in _SOCKET_CALL


def argv(family: int, errno: int, program: Sequence[str], *, protocol: int | None = None) -> list[str]:
    """Give the command line that runs a program so."""
    refused = str(int(family)) if protocol is None else f"{int(family)}:{protocol}"
    return [sys.executable, "-I", __file__, refused, str(errno), *program]


def refuse_sockets(family: int, protocol: int | None, errno: int) -> None:
    """Have the kernel refuse such sockets to this process from now on."""
    tests = [(_NUMBER_AT, _SOCKET_CALL[os.uname().machine]), (_ARGUMENTS_AT, family)]
    if protocol is not None:
        tests.append((_ARGUMENTS_AT + 2 * _ARGUMENT_BYTES, protocol))
    program = []
    for place, (offset, value) in enumerate(tests):
        # What is not equal jumps over the other tests and the refusal, to the last instruction.
        rest = 2 * (len(tests) - place - 1) + 1
        program += [(_LOAD, 0, 0, offset), (_JUMP_IF_EQUAL, 0, rest, value)]
    _install([*program, (_RETURN, 0, 0, _ERRNO | errno), (_RETURN, 0, 0, _ALLOW)])


def refuse_call(number: int, errno: int) -> None:
    """Have the kernel refuse a call to this process from now on, whatever its arguments."""
    program = [(_LOAD, 0, 0, _NUMBER_AT), (_JUMP_IF_EQUAL, 0, 1, number)]
    _install([*program, (_RETURN, 0, 0, _ERRNO | errno), (_RETURN, 0, 0, _ALLOW)])


def _install(program: Sequence[tuple[int, int, int, int]]) -> None:
    """Filter the calls of this process, and of all that it starts, by a program."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    head = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_PR_SET_NO_NEW_PRIVS, 1, 0), (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(head))):
        if libc.prctl(*map(ctypes.c_ulong, arguments), 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    asked, _, chosen = sys.argv[1].partition(":")
    refuse_sockets(int(asked), int(chosen) if chosen else None, int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])
