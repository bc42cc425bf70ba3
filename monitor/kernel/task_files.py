"""TaskFiles: every open descriptor of the machine in one pass of the kernel, by its BPF iterator task_file.

Twenty-odd instructions write a row for each descriptor; reading /proc/PID/fd of all processes gives the same and takes
six to sixteen times as long. Where bpf_walk may not load them, /proc has to do.
"""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Self

import numpy as np

from monitor.errors import KernelError, WireError
from monitor.kernel import bpf
from monitor.kernel.bpf_walk import CONTEXT, BpfWalk, Offsets, write_row
from monitor.kernel.netlink_messages import Records
from monitor.kernel.proc_files import process_directory, read_file
from monitor.kernel.process_identity import ProcessStat
from monitor.model.socket_table import U32, U64

_FUNCTION = "bpf_iter_task_file"
_STRUCTURES = ("task_struct", "file", "inode", "super_block")
_SOCKFS_MAGIC = 0x534F434B
"""Of the file system of sockets: a socket's name in another one has a number that means something else."""

_TASK, _FD, _FILE = 8, 16, 24
"""struct bpf_iter__task_file (kernel/bpf/task_iter.c); its pointers stand eight bytes apart everywhere."""

_ROW = np.dtype([("inode", "u8"), ("pid", "u4"), ("fd", "u4"), ("start_ns", "u8")])
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

    def __init__(self, walk: BpfWalk) -> None:
        """Own the walk from now on."""
        self._walk = walk

    @classmethod
    def open(cls) -> Self:
        """Load the program, and see that it finds this very process as it knows itself.

        Raises:
            KernelError: it may not be loaded here; or pids have other numbers here than in the kernel's own list.
            WireError: the kernel's description of its structures cannot be understood.
        """
        files = cls(BpfWalk.load(_FUNCTION, _STRUCTURES, _ROW, _program))
        with ExitStack() as on_failure:
            on_failure.callback(files.close)
            if not files._finds_itself():
                raise KernelError("list open files", 0, "pids or times are others here than in the kernel's own list")
            on_failure.pop_all()
        return files

    def read(self) -> OpenFiles:
        """Walk through all descriptors once.

        Raises:
            KernelError: the walk could not begin, or broke off.
        """
        return _columns(self._walk.read())

    def read_process(self, pid: int) -> OpenFiles | None:
        """Walk through the descriptors of one process; none where it has ended. None before Linux 6.1."""
        with suppress(KernelError):
            return _columns(self._walk.read_process(pid))
        return None

    def close(self) -> None:
        """Unload the program."""
        self._walk.close()

    def _finds_itself(self) -> bool:
        """Whether a descriptor of ours stands under our pid and start; in other pid or time namespaces it would not."""
        pid = os.getpid()
        with process_directory(pid) as inside:
            files = self.read_process(pid) or self.read()
            start_time = ProcessStat.parse(read_file("stat", inside)).start_time
        ours = files.start_ns[(files.pid == pid) & (files.fd == inside)]
        return len(ours) == 1 and int(ours[0]) // NS_PER_TICK == start_time


def open_task_files() -> TaskFiles | None:
    """Load the program where that is permitted; None where /proc has to do."""
    with suppress(KernelError, WireError):
        return TaskFiles.open()
    return None


def _columns(rows: Records) -> OpenFiles:
    return OpenFiles(
        # Numbers of sockets have 32 bits on the wire of sock_diag as well.
        inode=rows["inode"].astype(np.uint32),
        pid=np.ascontiguousarray(rows["pid"]),
        fd=np.ascontiguousarray(rows["fd"]),
        start_ns=np.ascontiguousarray(rows["start_ns"]),
    )


def _program(at: Offsets) -> list[bytes]:
    """Put the program together: for each descriptor a row, whose inode is 0 where it is no socket.

    Raises:
        KeyError: the kernel's structures have no such field.
    """
    task, file, inode, value, number = 3, 2, 4, 5, 8
    row = -_ROW.itemsize
    write = [
        bpf.load(inode, file, at["file", "f_inode"], 8),
        bpf.load(value, inode, at["inode", "i_sb"], 8),
        bpf.load(value, value, at["super_block", "s_magic"], 8),
        bpf.number(number, 0),
        bpf.skip_unless(value, _SOCKFS_MAGIC, 1),
        bpf.load(number, inode, at["inode", "i_ino"], 8),
        bpf.store(bpf.FRAME, row, number, 8),
        bpf.load(value, task, at["task_struct", "tgid"], 4),
        bpf.store(bpf.FRAME, row + 8, value, 4),
        bpf.load(value, CONTEXT, _FD, 4),
        bpf.store(bpf.FRAME, row + 12, value, 4),
        bpf.load(value, task, at["task_struct", "group_leader"], 8),
        bpf.load(value, value, at["task_struct", "start_boottime"], 8),
        bpf.store(bpf.FRAME, row + 16, value, 8),
        *write_row(_ROW),
    ]
    return [
        # The last call of a walk names no task and no file.
        bpf.load(file, CONTEXT, _FILE, 8),
        bpf.skip_if(file, 0, len(write) + 2),
        bpf.load(task, CONTEXT, _TASK, 8),
        bpf.skip_if(task, 0, len(write)),
        *write,
    ]
