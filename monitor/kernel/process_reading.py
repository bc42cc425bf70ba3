"""ProcessReading: what was read of one process at one time, its descriptors above all."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from monitor.kernel.descriptor_map import Descriptors
from monitor.kernel.descriptors import read_all
from monitor.kernel.first_thread import table_in
from monitor.kernel.proc_files import (
    DENIED,
    GONE,
    PATIENT,
    Reader,
    directory,
    is_blocked,
    process_directory,
    read_file,
    read_memory,
)
from monitor.kernel.process_identity import process_in
from monitor.model.process import Process

_AT_ONCE = 64
"""Processes that are read together; some milliseconds, where none of them blocks."""
UNIDENTIFIED = 0
"""The identity of a process of which nothing could be read."""


@dataclass(slots=True)
class ProcessReading:
    """A process as it was then; who it is, is read when somebody asks."""

    identity: int
    """Inode of the table's directory, which no other process gets; UNIDENTIFIED where even that failed."""
    descriptors: Descriptors | None
    """None where they may not be read."""
    number: int
    """Open descriptors by the size of the directory; 0 before Linux 6.2."""
    read_at: float
    table: str = "fd"
    """Where in /proc/PID the descriptors stand: see table_in()."""
    start_time: int | None = None
    """Clock ticks after boot, where it was read together with the descriptors."""
    process: Process | None = None
    """Read when somebody asks for it."""

    def has_sockets_of(self, other: ProcessReading | None) -> bool:
        """Whether the sockets of both are the same; one that is hidden or has ended has none."""
        return (self.descriptors or _NOTHING).has_sockets_of((other and other.descriptors) or _NOTHING)

    def identify(self, pid: int) -> None:
        """Read who the process is; `process` is None where it has ended or another one has its pid."""
        self.process = self.who(pid, read_memory)

    def who(self, pid: int, read_command_line: Reader) -> Process | None:
        """Read likewise, and remember nothing."""
        try:
            with process_directory(pid) as inside:
                is_same = os.stat(self.table, dir_fd=inside).st_ino == self.identity
                process = process_in(inside, pid, read_command_line) if is_same else None
        except OSError:
            return None
        if process is not None and self.start_time not in (None, process.start_time):
            # The pid was given to another process between the walk and the first look at its directory.
            return None
        return process


def identify_all(readings: Mapping[int, ProcessReading]) -> None:
    """Read who many processes are, by their pids: as identify() does of one, in half of the time."""
    blocked = [pid for pid in readings if is_blocked(pid, "cmdline")]
    for pid in blocked:
        readings[pid].identify(pid)
    pids = [pid for pid in readings if pid not in blocked]
    for at in range(0, len(pids), _AT_ONCE):
        some = pids[at : at + _AT_ONCE]

        def who_they_are(some: Sequence[int] = some) -> list[Process | None]:
            return [readings[pid].who(pid, read_file) for pid in some]

        try:
            found = PATIENT.call(("who", *some), who_they_are)
        except OSError:
            # One of them blocks; asked one by one, it alone is left without its command line. Or too many others do.
            for pid in some:
                readings[pid].identify(pid)
        else:
            for pid, process in zip(some, found, strict=True):
                readings[pid].process = process


_NOTHING = Descriptors({})


def read_process(pid: int, clock: Callable[[], float]) -> ProcessReading | None:
    """Read the descriptors of a process; None for one that has ended."""
    try:
        with process_directory(pid) as inside:
            name = table_in(inside)
            descriptors = _descriptors_in(inside, name, pid)
            # Asked last, so that a process that ended meanwhile is gone and not hidden.
            status = os.stat(name, dir_fd=inside)
    except OSError as error:
        return None if error.errno in GONE else ProcessReading(UNIDENTIFIED, None, 0, clock())
    return ProcessReading(status.st_ino, descriptors, status.st_size, clock(), name)


def _descriptors_in(inside: int, name: str, pid: int) -> Descriptors | None:
    try:
        with directory(name, inside=inside) as table:
            descriptors = read_all(table)
            if pid == os.getpid():
                for ours in (inside, table):
                    descriptors.pop(ours, None)
            return descriptors
    except OSError as error:
        if error.errno in DENIED:
            return None
        raise
