"""What one process is, from /proc, and for the process screen what psutil adds to that."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from errno import EACCES
from typing import TypeVar

from monitor.errors import KernelError
from monitor.kernel.cgroups import unit_in
from monitor.kernel.descriptors import kinds_in
from monitor.kernel.proc_files import GONE, directory, process_directory, read_file
from monitor.kernel.users import UserNames
from monitor.model.process import Process, ProcessFacts

COMMAND_LINE_BYTES = 4096
PF_KTHREAD = 0x0020_0000
"""Flag of a kernel thread (include/linux/sched.h)."""

_DELETED = b" (deleted)"
_NAMELESS = b"MainThread"
"""comm of every process whose runtime names its first thread so; it tells nothing."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProcessStat:
    """The fields of /proc/PID/stat that say which process this is."""

    comm: bytes
    """Up to 15 bytes, any but NUL; the process chooses them."""
    parent: int
    """Pid of the parent; 0 where it has none in sight."""
    flags: int
    """PF_ flags of include/linux/sched.h."""
    start_time: int
    """Clock ticks after boot."""

    @classmethod
    def parse(cls, line: bytes) -> ProcessStat:
        """Read the line; comm lies between the first and the LAST parenthesis, since it may hold some itself."""
        opening, closing = line.index(b"("), line.rindex(b")")
        # proc(5) counts from 1 and state, the first behind comm, is field 3.
        fields = line[closing + 1 :].split()
        return cls(line[opening + 1 : closing], int(fields[1]), int(fields[6]), int(fields[19]))


def read_process(pid: int) -> Process | None:
    """Read who a process is; None where there is no such process.

    Raises:
        KernelError: it exists and may not be read (hidepid), or descriptors ran out.
    """
    try:
        with process_directory(pid) as inside:
            return process_in(inside, pid)
    except OSError as error:
        _raise_unless_gone(pid, error)
        return None


def process_in(inside: int, pid: int) -> Process:
    """Read who a process is through its directory of /proc, held open.

    Raises:
        OSError: it has ended, or may not be read.
    """
    stat = ProcessStat.parse(read_file("stat", inside))
    exe = _exe(inside)
    command_line = _command_line(inside)
    if stat.flags & PF_KTHREAD:
        name = b"[" + stat.comm + b"]"
    elif exe is not None:
        name = _program_name(inside, exe)
    elif stat.comm == _NAMELESS:
        name = _last_part(command_line.partition(b"\0")[0]) or stat.comm
    else:
        name = stat.comm
    return Process(pid, stat.start_time, name, _real_uid(inside), exe, command_line)


def read_facts(pid: int) -> ProcessFacts | None:
    """Read what a process screen shows; None where there is no such process.

    Raises:
        KernelError: it exists and may not be read (hidepid), or descriptors ran out.
    """
    try:
        with process_directory(pid) as inside:
            facts = _facts_in(inside, pid)
            # While this directory still answers, the pid was never given away: all of the facts are of one process.
            read_file("stat", inside)
            return facts
    except OSError as error:
        _raise_unless_gone(pid, error)
        return None


def _facts_in(inside: int, pid: int) -> ProcessFacts:
    import psutil  # noqa: PLC0415 - the first sample must not wait for it

    unread = []

    def fact(name: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except (OSError, psutil.Error):
            unread.append(name)
            return None

    process = process_in(inside, pid)
    try:
        live = psutil.Process(pid)
    except psutil.NoSuchProcess as error:
        raise ProcessLookupError(str(error)) from error
    with live.oneshot():
        return ProcessFacts(
            process=process,
            user=UserNames().names_of([process.uid]).get(process.uid),
            started_at=fact("started_at", live.create_time),
            parents=fact("parents", lambda: _parents(inside)) or (),
            unit=fact("unit", lambda: unit_in(read_file("cgroup", inside))),
            cpu_seconds=fact("cpu_seconds", lambda: sum(live.cpu_times()[:2])),
            memory_bytes=fact("memory_bytes", lambda: live.memory_info().rss),
            threads=fact("threads", live.num_threads),
            fd_kinds=fact("fd_kinds", lambda: _fd_kinds(inside)),
            fd_limit=fact("fd_limit", lambda: _open_files_limit(read_file("limits", inside))),
            status=fact("status", lambda: str(live.status())),
            unread=tuple(unread),
        )


def _exe(inside: int) -> bytes | None:
    try:
        return os.readlink(b"exe", dir_fd=inside)
    except OSError:
        return None


def _command_line(inside: int) -> bytes:
    try:
        return read_file("cmdline", inside, COMMAND_LINE_BYTES)
    except OSError:
        return b""


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


def _parents(inside: int) -> tuple[Process, ...]:
    parents: dict[int, Process] = {}
    pid = ProcessStat.parse(read_file("stat", inside)).parent
    # A parent that ends meanwhile may have left its pid to a descendant.
    while pid and pid not in parents:
        with process_directory(pid) as upper:
            parents[pid] = process_in(upper, pid)
            pid = ProcessStat.parse(read_file("stat", upper)).parent
    return tuple(parents.values())


def _fd_kinds(inside: int) -> dict[str, int]:
    with directory("fd", inside=inside) as table:
        return kinds_in(table)


def _open_files_limit(limits: bytes) -> int | None:
    _, _, rest = limits.partition(b"\nMax open files")
    soft = rest.split(maxsplit=1)[0]
    return None if soft == b"unlimited" else int(soft)


def _raise_unless_gone(pid: int, error: OSError) -> None:
    """Tell a process that has ended from one that may not be seen."""
    if error.errno not in GONE:
        raise KernelError(f"read process {pid}", error.errno or 0) from error
    if _exists(pid):
        raise KernelError(f"read process {pid}", EACCES, "/proc is mounted with hidepid") from error


def _exists(pid: int) -> bool:
    """Whether the pid is in use; opening a pidfd needs no right over the process."""
    try:
        os.close(os.pidfd_open(pid))
    except OSError:
        return False
    return True
