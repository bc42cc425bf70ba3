"""bpf(2) without a library: small programs put together here, which the kernel checks and runs over its own lists.

Nothing is left behind: program, link and iterator are descriptors of this process.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from collections.abc import Sequence

from monitor.errors import KernelError

_SYSCALLS = {"x86_64": 321, "aarch64": 280, "riscv64": 280, "ppc64le": 361, "s390x": 351}
"""Number of bpf(2) by machine; all of them have pointers of eight bytes."""
_PROG_LOAD, _LINK_CREATE, _ITER_CREATE = 5, 28, 33
_PROG_TYPE_TRACING, _TRACE_ITER = 26, 28
_LICENSE = b"Dual MIT/GPL"
"""What a program says of itself; bpf_seq_write() is for those that say GPL."""
_NAME = b"fourtuple"
_ATTRIBUTE_BYTES = 144
_PROGRAM = struct.Struct("=IIQQIIQII16sIIIIQIIQII")
"""union bpf_attr of BPF_PROG_LOAD as far as attach_btf_id."""
_LINK = struct.Struct("=IIIIQI")
"""union bpf_attr of BPF_LINK_CREATE as far as iter_info_len."""
_TASK_NARROWING = struct.Struct("=III")
"""task of union bpf_iter_link_info: tid, pid, pid_fd."""

_SIZES = {8: 0x18, 4: 0x00, 2: 0x08, 1: 0x10}
"""BPF_DW, BPF_W, BPF_H and BPF_B by their bytes."""
FRAME = 10
"""Register that points behind the program's own memory."""


def instruction(code: int, to: int = 0, by: int = 0, offset: int = 0, value: int = 0) -> bytes:
    """Pack one instruction (Documentation/bpf/standardization/instruction-set.rst)."""
    registers = to | by << 4 if sys.byteorder == "little" else to << 4 | by
    return struct.pack("=BBhi", code, registers, offset, value)


def load(to: int, address: int, offset: int, size: int) -> bytes:
    """Read memory into a register."""
    return instruction(0x61 | _SIZES[size], to, address, offset)


def store(address: int, offset: int, value: int, size: int) -> bytes:
    """Write a register into memory."""
    return instruction(0x63 | _SIZES[size], address, value, offset)


def move(to: int, value: int) -> bytes:
    """Copy a register."""
    return instruction(0xBF, to, value)


def number(to: int, value: int) -> bytes:
    """Put a number into a register."""
    return instruction(0xB7, to, value=value)


def add(to: int, value: int) -> bytes:
    """Add a number to a register."""
    return instruction(0x07, to, value=value)


def skip_unless(register: int, value: int, count: int) -> bytes:
    """Pass over some instructions where a register is not this number."""
    return instruction(0x55, register, offset=count, value=value)


def skip_if(register: int, value: int, count: int) -> bytes:
    """Pass over some instructions where a register is this number."""
    return instruction(0x15, register, offset=count, value=value)


def call(function: int) -> bytes:
    """Call one of the kernel's functions for programs, by its number in enum bpf_func_id."""
    return instruction(0x85, value=function)


def leave() -> bytes:
    """End the program; register 0 is its answer."""
    return instruction(0x95)


def load_iterator(instructions: Sequence[bytes], function: int) -> int:
    """Have the kernel check a program that runs for each entry of a list; gives its descriptor.

    Args:
        instructions: The program.
        function: Number of the list's bpf_iter_ function in the kernel's BTF.

    Raises:
        KernelError: without the right to do so, or the kernel refuses the program.
    """
    code = ctypes.create_string_buffer(b"".join(instructions))
    license_text = ctypes.create_string_buffer(_LICENSE)
    attributes = _PROGRAM.pack(
        _PROG_TYPE_TRACING,
        len(instructions),
        ctypes.addressof(code),
        ctypes.addressof(license_text),
        *(0, 0, 0),
        *(0, 0),
        _NAME,
        0,
        _TRACE_ITER,
        *(0, 0, 0, 0, 0, 0, 0),
        function,
    )
    return _bpf(_PROG_LOAD, attributes)


def link_iterator(program: int, pid: int = 0) -> int:
    """Bind a program to its list; gives a descriptor from which iterators are made.

    Args:
        program: As load_iterator() gives it.
        pid: The process whose entries are listed, as it is called here; 0 for all.

    Raises:
        KernelError: the kernel refuses, as it does with a pid before Linux 6.1 or for a list that is not of tasks.
    """
    narrowing = ctypes.create_string_buffer(_TASK_NARROWING.pack(0, pid, 0), _TASK_NARROWING.size)
    narrowed = (ctypes.addressof(narrowing), _TASK_NARROWING.size) if pid else (0, 0)
    return _bpf(_LINK_CREATE, _LINK.pack(program, 0, _TRACE_ITER, 0, *narrowed))


def open_iterator(link: int) -> int:
    """Begin a walk through the list; reading its descriptor to the end gives what the program wrote.

    Raises:
        KernelError: the kernel refuses, or descriptors have run out.
    """
    return _bpf(_ITER_CREATE, struct.pack("=II", link, 0))


def _bpf(command: int, attributes: bytes) -> int:
    syscall = _SYSCALLS.get(platform.machine())
    if syscall is None:
        raise KernelError("bpf", 38, f"its number on {platform.machine()} is not known")
    buffer = ctypes.create_string_buffer(attributes, _ATTRIBUTE_BYTES)
    library = ctypes.CDLL(None, use_errno=True)
    result: int = library.syscall(syscall, command, buffer, _ATTRIBUTE_BYTES)
    if result < 0:
        raise KernelError("bpf", ctypes.get_errno())
    # The kernel makes these descriptors close-on-exec itself.
    os.set_inheritable(result, False)  # noqa: FBT003 - os's own signature
    return result
