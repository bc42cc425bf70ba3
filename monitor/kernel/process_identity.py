"""Who a process is: its start, its name, its user and its command line, all from /proc."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from monitor.kernel.pidfds import identity_of
from monitor.kernel.proc_files import BLOCKED, DENIED, PASSED_OVER, PATIENT, Reader, read_file, read_memory
from monitor.model.process import Process

COMMAND_LINE_BYTES = 4096
PF_KTHREAD = 0x0020_0000
"""Flag of a kernel thread (include/linux/sched.h)."""

_DELETED = b" (deleted)"
_NAMELESS = b"MainThread"
"""comm of every process whose runtime names its first thread so; it tells nothing."""


@dataclass(frozen=True, slots=True)
class ProcessStat:
    """The fields of /proc/PID/stat that say which process this is."""

    comm: bytes
    """Up to 15 bytes, any but NUL; the process chooses them."""
    state: bytes
    """The kernel's letter (proc(5)): R, S, D, Z, …"""
    parent: int
    """Pid of the parent; 0 where it has none in sight."""
    flags: int
    """PF_ flags of include/linux/sched.h."""
    start_time: int
    """Clock ticks after boot."""

    @property
    def has_ended(self) -> bool:
        """Whether the process, or the thread whose line it is, runs no more and only waits to be forgotten."""
        return self.state in {b"Z", b"X"}

    @classmethod
    def parse(cls, line: bytes) -> ProcessStat:
        """Read the line; comm lies between the first and the LAST parenthesis, since it may hold some itself."""
        opening, closing = line.index(b"("), line.rindex(b")")
        # proc(5) counts from 1 and state, the first behind comm, is field 3.
        fields = line[closing + 1 :].split()
        return cls(line[opening + 1 : closing], fields[0], int(fields[1]), int(fields[6]), int(fields[19]))


def process_in(inside: int, pid: int, read_command_line: Reader = read_memory) -> Process:
    """Read who a process is through its directory of /proc, held open.

    Args:
        inside: The directory.
        pid: Of the process.
        read_command_line: How; read_file for who sees to it himself that nothing waits for a read that blocks.

    Raises:
        OSError: it has ended, or may not be read.
    """
    pidfd_inode = identity_of(pid)
    # After it: as long as this directory answers, the pid has not been given to another process.
    stat = ProcessStat.parse(read_file("stat", inside))
    exe = _exe(inside)
    command_line = b"" if stat.flags & PF_KTHREAD else _command_line(inside, read_command_line)
    if stat.flags & PF_KTHREAD:
        name = b"[" + stat.comm + b"]"
    elif exe is not None:
        name = _program_name(inside, exe)
    elif stat.comm == _NAMELESS:
        name = _last_part(command_line.partition(b"\0")[0]) or stat.comm
    else:
        name = stat.comm
    return Process(pid, stat.start_time, name, _real_uid(inside), exe, command_line, stat.parent, pidfd_inode)


def missing_in(inside: int) -> tuple[list[str], list[str], int]:
    """Name the fields of Process that are left empty though there may be something.

    Returns:
        Those that this user may not read; those whose reading blocks, or was not tried because reading others does;
        and in that case how many others those are, else 0.

    Raises:
        OSError: the process has ended, or may not be read at all.
    """
    if ProcessStat.parse(read_file("stat", inside)).flags & PF_KTHREAD:
        # It has neither, though the kernel checks the right to read them first.
        return [], [], 0
    failed = {name: _errno_of(read, inside) for name, read in _READ.items()}
    return (
        [name for name, number in failed.items() if number in DENIED],
        [name for name, number in failed.items() if number in BLOCKED | PASSED_OVER],
        PATIENT.left_behind if PASSED_OVER & set(failed.values()) else 0,
    )


def _errno_of(read: Callable[[int], bytes], inside: int) -> int:
    try:
        read(inside)
    except OSError as error:
        return error.errno or 0
    return 0


def _exe(inside: int) -> bytes | None:
    try:
        return _read_exe(inside)
    except OSError:
        return None


def _command_line(inside: int, read: Reader) -> bytes:
    try:
        return read("cmdline", inside, COMMAND_LINE_BYTES)
    except OSError:
        return b""


def _read_exe(inside: int) -> bytes:
    return os.readlink(b"exe", dir_fd=inside)


def _read_command_line(inside: int) -> bytes:
    return read_memory("cmdline", inside, COMMAND_LINE_BYTES)


_READ = {"exe": _read_exe, "command_line": _read_command_line}


def _program_name(inside: int, exe: bytes) -> bytes:
    if exe.endswith(_DELETED) and not _is_named_so(inside, exe):
        exe = exe.removesuffix(_DELETED)
    return _last_part(exe)


def _is_named_so(inside: int, exe: bytes) -> bool:
    """Whether the running file really stands under that path, seen from the root of its process."""
    try:
        return os.path.samestat(os.stat("exe", dir_fd=inside), os.stat(b"root" + exe, dir_fd=inside))
    except OSError:
        return False


def _last_part(path: bytes) -> bytes:
    return path.rpartition(b"/")[2]


def _real_uid(inside: int) -> int:
    # The name on the first line cannot forge this one: the kernel escapes its newlines.
    _, _, rest = read_file("status", inside).partition(b"\nUid:")
    return int(rest.split(maxsplit=1)[0])
