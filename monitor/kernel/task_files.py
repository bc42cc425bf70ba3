"""TaskFiles: every open descriptor of the machine in one pass of the kernel, by its BPF iterator task_file.

Twenty-odd instructions write a row for each descriptor; reading /proc/PID/fd of all processes gives the same and takes
six to sixteen times as long. It needs CAP_BPF and CAP_PERFMON in the first user namespace, and Linux 5.8.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from monitor.errors import KernelError, WireError
from monitor.kernel import bpf
from monitor.kernel.btf import Btf
from monitor.kernel.proc_files import process_directory, read_file
from monitor.kernel.process_identity import ProcessStat
from monitor.model.socket_table import U32, U64

_BTF = Path("/sys/kernel/btf/vmlinux")
_FUNCTION = "bpf_iter_task_file"
_STRUCTURES = ("task_struct", "file", "inode", "super_block")
_SOCKFS_MAGIC = 0x534F434B
"""Of the file system of sockets: a socket's name in another one has a number that means something else."""
_BPF_FUNC_SEQ_WRITE = 127

_META, _TASK, _FD, _FILE = 0, 8, 16, 24
"""struct bpf_iter__task_file (kernel/bpf/task_iter.c); its pointers stand eight bytes apart everywhere."""
_SEQ_FILE = 0
"""In struct bpf_iter_meta (include/linux/bpf.h)."""

_ROW = np.dtype([("inode", "u4"), ("pid", "u4"), ("fd", "u4"), ("padding", "u4"), ("start_ns", "u8")])
_READ_BYTES = 1 << 20
NS_PER_TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
"""Nanoseconds of the clock tick in which /proc counts."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenFiles:
    """All descriptors of all processes; the columns have one length, sorted by process and then by descriptor."""

    inode: U32
    """Of a socket; 0 for any other file."""
    pid: U32
    fd: U32
    start_ns: U64
    """When the process started, in nanoseconds after boot; with the pid it tells a reused pid apart."""


class TaskFiles:
    """A loaded program. Threads that have descriptors of their own count for their process."""

    def __init__(self, program: int, link: int) -> None:
        """Own the two descriptors from now on."""
        self._program = program
        self._link = link
        self._buffer = bytearray(_READ_BYTES)

    @classmethod
    def open(cls) -> Self:
        """Load the program, and see that it finds this very process as it knows itself.

        Raises:
            KernelError: it may not be loaded here; or pids have other numbers here than in the kernel's own list.
            WireError: the kernel's description of its structures cannot be understood.
        """
        try:
            kernel = Btf.parse(_BTF.read_bytes(), _STRUCTURES, [_FUNCTION])
        except OSError as error:
            raise KernelError("read the kernel's structures", error.errno or 0) from error
        try:
            instructions, function = _program(kernel), kernel.functions[_FUNCTION]
        except KeyError as missing:
            raise WireError(f"the kernel's description of its structures lacks {missing.args[0]}") from None
        program = bpf.load_iterator(instructions, function)
        try:
            files = cls(program, bpf.link_iterator(program))
        except KernelError:
            os.close(program)
            raise
        try:
            is_ours = files._finds_itself()
        except KernelError:
            files.close()
            raise
        if not is_ours:
            files.close()
            raise KernelError("list open files", 0, "pids or times are others here than in the kernel's own list")
        return files

    def read(self) -> OpenFiles:
        """Walk through all descriptors once.

        Raises:
            KernelError: the walk could not begin, or broke off.
        """
        iterator = bpf.open_iterator(self._link)
        parts = []
        try:
            while size := os.readv(iterator, [self._buffer]):
                parts.append(bytes(memoryview(self._buffer)[:size]))
        except OSError as error:
            raise KernelError("list open files", error.errno or 0) from error
        finally:
            os.close(iterator)
        rows = np.frombuffer(b"".join(parts), _ROW)
        return OpenFiles(*(np.ascontiguousarray(rows[name]) for name in ("inode", "pid", "fd", "start_ns")))

    def close(self) -> None:
        """Unload the program."""
        os.close(self._link)
        os.close(self._program)

    def _finds_itself(self) -> bool:
        """Whether our own link stands under our own pid and start: in other pid or time namespaces it would not."""
        files = self.read()
        ours = files.start_ns[(files.pid == os.getpid()) & (files.fd == self._link)]
        with process_directory(os.getpid()) as inside:
            start_time = ProcessStat.parse(read_file("stat", inside)).start_time
        return len(ours) == 1 and int(ours[0]) // NS_PER_TICK == start_time


def open_task_files() -> TaskFiles | None:
    """Load the program where that is permitted; None where /proc has to do."""
    with suppress(KernelError, WireError):
        return TaskFiles.open()
    return None


def _program(kernel: Btf) -> list[bytes]:
    """Put the program together: for each descriptor a row, whose inode is 0 where it is no socket.

    Raises:
        KeyError: the kernel's structures have no such field.
    """
    at = kernel.offsets
    context, task, file, inode, value = 6, 3, 2, 4, 5
    row = -_ROW.itemsize
    write = [
        bpf.load(inode, file, at["file", "f_inode"], 8),
        bpf.load(value, inode, at["inode", "i_sb"], 8),
        bpf.load(value, value, at["super_block", "s_magic"], 8),
        bpf.number(8, 0),
        bpf.skip_unless(value, _SOCKFS_MAGIC, 1),
        bpf.load(8, inode, at["inode", "i_ino"], 8),
        bpf.store(bpf.FRAME, row, 8, 4),
        bpf.load(value, task, at["task_struct", "tgid"], 4),
        bpf.store(bpf.FRAME, row + 4, value, 4),
        bpf.load(value, context, _FD, 4),
        bpf.store(bpf.FRAME, row + 8, value, 4),
        bpf.number(value, 0),
        bpf.store(bpf.FRAME, row + 12, value, 4),
        bpf.load(value, task, at["task_struct", "group_leader"], 8),
        bpf.load(value, value, at["task_struct", "start_boottime"], 8),
        bpf.store(bpf.FRAME, row + 16, value, 8),
        bpf.load(1, context, _META, 8),
        bpf.load(1, 1, _SEQ_FILE, 8),
        bpf.move(2, bpf.FRAME),
        bpf.add(2, row),
        bpf.number(3, _ROW.itemsize),
        bpf.call(_BPF_FUNC_SEQ_WRITE),
    ]
    return [
        bpf.move(context, 1),
        # The last call of a walk names no task and no file.
        bpf.load(file, context, _FILE, 8),
        bpf.skip_if(file, 0, len(write) + 2),
        bpf.load(task, context, _TASK, 8),
        bpf.skip_if(task, 0, len(write)),
        *write,
        bpf.number(0, 0),
        bpf.leave(),
    ]
