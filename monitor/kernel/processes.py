"""One process by its pid: who it is, and all that the process screen shows of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from errno import EACCES, EBUSY, ESRCH, ETIMEDOUT
from pathlib import Path
from typing import TypeVar

from monitor.errors import KernelError
from monitor.kernel.descriptors import kinds_in
from monitor.kernel.first_thread import table_in
from monitor.kernel.group_names import named_group, this_machine
from monitor.kernel.group_places import place_in, unit_in
from monitor.kernel.patient_calls import MOST_LEFT_BEHIND
from monitor.kernel.proc_files import GONE, directory, process_directory, read_file, read_memory
from monitor.kernel.process_identity import ProcessStat, missing_in, process_in
from monitor.kernel.this_namespace import namespace_in
from monitor.kernel.users import UserNames
from monitor.model.process import Process, ProcessEnvironment, ProcessFacts

T = TypeVar("T")

_ENVIRONMENT_BYTES = 1 << 16
_PATIENCE_S = 2.0
"""How long a command that shows one process waits for the name of its user."""
_HINTS = {
    ETIMEDOUT: "the process's memory does not answer",
    EBUSY: f"not tried, since reading {MOST_LEFT_BEHIND} others blocks",
}
"""Why what is taken from a process' own memory did not come, by error number."""


def read_process(pid: int) -> Process | None:
    """Read who a process is; None where there is no such process.

    Raises:
        KernelError: it exists and may not be read (hidepid), or descriptors ran out.
    """
    return _read(pid, lambda inside: process_in(inside, pid))


def read_facts(pid: int, users: UserNames | None = None) -> ProcessFacts | None:
    """Read what a process screen shows; None where there is no such process.

    Args:
        pid: of the process.
        users: where names are looked up; None for a reader who asks once and may wait for the name.

    Raises:
        KernelError: it exists and may not be read (hidepid), or descriptors ran out.
    """
    return _read(pid, lambda inside: _facts_in(inside, pid, users or UserNames(_PATIENCE_S)))


def read_environment(pid: int) -> ProcessEnvironment | None:
    """Read the environment of a process; None where there is no such process. The kernel shows it to its user and root.

    Raises:
        KernelError: it may not be read, or does not come.
    """
    return _read(pid, lambda inside: _environment_in(inside, pid))


def _read(pid: int, read: Callable[[int], T]) -> T | None:
    """Read through the directory of a process; None where it has ended."""
    try:
        with process_directory(pid) as inside:
            return read(inside)
    except OSError as error:
        if error.errno not in GONE:
            raise KernelError(f"read process {pid}", error.errno or 0, _HINTS.get(error.errno or 0, "")) from error
    if _is_invisible(pid):
        raise KernelError(f"read process {pid}", EACCES, "/proc is mounted with hidepid")
    return None


def _is_invisible(pid: int) -> bool:
    """Whether the pid is in use and /proc does not show it; opening a pidfd needs no right over the process."""
    if Path(f"/proc/{pid}").exists():
        return False
    try:
        os.close(os.pidfd_open(pid))
    except OSError:
        return False
    return True


def _facts_in(inside: int, pid: int, users: UserNames) -> ProcessFacts:
    import psutil  # noqa: PLC0415 - the first sample must not wait for it

    unread, blocked, others_blocked = missing_in(inside)

    def fact(name: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except (OSError, psutil.Error):
            unread.append(name)
            return None

    process = process_in(inside, pid)
    cgroup = fact("unit", lambda: read_file("cgroup", inside))
    place = None if cgroup is None else place_in(cgroup)
    try:
        live = psutil.Process(pid)
    except psutil.NoSuchProcess as error:
        raise ProcessLookupError(ESRCH, os.strerror(ESRCH)) from error
    with live.oneshot():
        cpu_seconds = fact("cpu_seconds", lambda: sum(live.cpu_times()[:2]))
        read_at = time.clock_gettime(time.CLOCK_BOOTTIME)
        facts = ProcessFacts(
            process=process,
            user=users.names_of([process.uid]).get(process.uid),
            started_at=fact("started_at", live.create_time),
            parents=fact("parents", lambda: _parents(inside)) or (),
            unit=None if cgroup is None else unit_in(cgroup),
            cpu_seconds=cpu_seconds,
            memory_bytes=fact("memory_bytes", lambda: live.memory_info().rss),
            threads=fact("threads", live.num_threads),
            fd_kinds=fact("fd_kinds", lambda: _fd_kinds(inside)),
            fd_limit=fact("fd_limit", lambda: _open_files_limit(read_file("limits", inside))),
            status=fact("status", lambda: str(live.status())),
            unread=tuple(unread),
            blocked=tuple(blocked),
            others_blocked=others_blocked,
            read_at=read_at,
            control_group=None if place is None else named_group(place, this_machine()),
            namespace=namespace_in(inside),
        )
    # While this directory still answers, the pid was never given away: all of the facts are of one process.
    read_file("stat", inside)
    return facts


def _parents(inside: int) -> tuple[Process, ...]:
    parents: dict[int, Process] = {}
    pid = ProcessStat.parse(read_file("stat", inside)).parent
    # A parent that ends meanwhile may have left its pid to a descendant.
    while pid and pid not in parents:
        with process_directory(pid) as upper:
            parents[pid] = process_in(upper, pid)
            pid = ProcessStat.parse(read_file("stat", upper)).parent
    return tuple(parents.values())


def _environment_in(inside: int, pid: int) -> ProcessEnvironment:
    text = read_memory("environ", inside, _ENVIRONMENT_BYTES)
    is_cut = len(text) == _ENVIRONMENT_BYTES
    *whole, last = text.split(b"\0")
    # A program that has written over its environment need not end it by a zero.
    variables = whole if is_cut and whole else (*whole, last)
    return ProcessEnvironment(process_in(inside, pid), tuple(filter(None, variables)), is_cut)


def _fd_kinds(inside: int) -> dict[str, int]:
    with directory(table_in(inside), inside=inside) as table:
        return kinds_in(table)


def _open_files_limit(limits: bytes) -> int | None:
    _, _, rest = limits.partition(b"\nMax open files")
    soft = rest.split(maxsplit=1)[0]
    return None if soft == b"unlimited" else int(soft)
