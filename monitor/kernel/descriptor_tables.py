"""DescriptorTables: the descriptors of all processes, followed from read to read."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from itertools import takewhile
from math import inf
from time import monotonic

import numpy as np

from monitor.kernel.descriptor_map import Descriptors
from monitor.kernel.descriptors import catch_up, has_counts
from monitor.kernel.proc_files import directory, list_pids
from monitor.kernel.process_reading import UNIDENTIFIED, ProcessReading, identify_all, read_process
from monitor.kernel.task_files import NS_PER_TICK, OpenFiles
from monitor.model.process import Process

SMALL_TABLE = 128
"""Descriptors up to which a changed process is read as a whole."""
_INIT = 1


class DescriptorTables:
    """Remembers each process by its pid, and notices when another one stands behind that pid.

    Descriptor shortage and the like make a process hidden for one read; a process that has ended is left out.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._has_counts = has_counts()
        self._is_partial = False
        # In the order of reading, the oldest first.
        self._readings: dict[int, ProcessReading] = {}
        self._forgotten: set[int] = set()

    @property
    def hidden(self) -> int:
        """Number of processes in sight whose descriptors may not be read, and 1 for those that /proc does not show."""
        return self._is_partial + sum(map(self._is_hidden, self._readings.values()))

    def get(self, pid: int) -> Descriptors | None:
        """Give the descriptors of a process as last read; None where it has ended or is hidden."""
        reading = self._readings.get(pid)
        return reading.descriptors if reading else None

    def number_open(self, pid: int) -> int:
        """Give how many descriptors a process had open when it was looked at last; 0 where that is not known."""
        reading = self._readings.get(pid)
        return 0 if reading is None else reading.number if reading.descriptors is None else len(reading.descriptors)

    def process(self, pid: int) -> Process | None:
        """Say who the process is; None where it has ended since its descriptors were read, which are then forgotten.

        The next look_at() or follow() tells of those.
        """
        reading = self._readings.get(pid)
        if reading is None:
            return None
        if reading.process is None:
            reading.identify(pid)
        if reading.process is None:
            del self._readings[pid]
            self._forgotten.add(pid)
        return reading.process

    def identify(self, pids: Iterable[int]) -> None:
        """Read who those are of whom that is not known yet, so that process() can say it."""
        readings = {pid: self._readings[pid] for pid in pids if pid in self._readings}
        identify_all({pid: reading for pid, reading in readings.items() if reading.process is None})

    def fill(self, files: OpenFiles, seen: Mapping[int, os.stat_result]) -> set[int]:
        """Take the descriptors of all processes from one walk of the kernel, before any was read.

        Processes that changed since are left to the next follow(), as are those with threads that have tables of their
        own.

        Args:
            files: The walk.
            seen: What table_sizes() gave before the walk.

        Returns:
            The pids of those that were in the walk and are known from now on.
        """
        taken = set()
        firsts = np.flatnonzero(np.diff(files.pid, prepend=files.pid[:1] + 1))
        ends = np.append(firsts[1:], len(files.pid))
        for first, end in zip(firsts.tolist(), ends.tolist(), strict=True):
            pid = int(files.pid[first])
            status = seen.get(pid)
            known = Descriptors.of_columns(files.fd[first:end], files.inode[first:end])
            if status is None or len(known) != end - first:
                continue
            start_time = int(files.start_ns[first]) // NS_PER_TICK
            self._readings[pid] = ProcessReading(
                status.st_ino, known, status.st_size, self._clock(), start_time=start_time
            )
            taken.add(pid)
        # A process whose first thread has ended seems to have none as well; the walk knows better.
        walked = set(files.pid[firsts].tolist())
        for pid, status in seen.items():
            if status.st_size == 0 and pid not in walked:
                self._readings[pid] = ProcessReading(status.st_ino, Descriptors({}), 0, self._clock())
        return taken

    def follow(self, suspects: Mapping[int, Collection[int]]) -> set[int]:
        """Look at every process once and read again those that changed.

        Args:
            suspects: By pid the descriptors that are probably closed.

        Returns:
            The pids whose sockets differ from before, or who they are; those that have ended among them.

        Raises:
            OSError: /proc cannot be listed.
        """
        pids = list_pids()
        # Every pid namespace has its init; hidepid shows it to nobody but its own user.
        self._is_partial = _INIT not in pids
        ended = self._readings.keys() - pids
        changed = {pid for pid in ended if not self._readings.pop(pid).has_sockets_of(None)}
        return changed | self.look_at(pids, suspects)

    def look_at(self, pids: Iterable[int], suspects: Mapping[int, Collection[int]]) -> set[int]:
        """Do what follow() does for some processes only; those of the suspects are among them."""
        forgotten, self._forgotten = self._forgotten, set()
        return forgotten | self.refresh(
            {pid: suspects.get(pid, ()) for pid in pids if pid in suspects or self._has_changed(pid)}
        )

    def refresh(self, suspects: Mapping[int, Collection[int]]) -> set[int]:
        """Read some processes again, large tables by their suspects only where that is enough; answers as follow()."""
        caught_up = {pid for pid, doubtful in suspects.items() if self._catch_up(pid, doubtful)}
        return caught_up | self.read_whole(pid for pid in suspects if pid not in caught_up)

    def read_again(self, age_s: float, budget_s: float = inf) -> set[int]:
        """Read whole processes whose last reading is older than that, the oldest first, until the time is used up.

        Answers as follow().
        """
        start = self._clock()
        old = [pid for pid, _ in takewhile(lambda item: start - item[1].read_at > age_s, self._readings.items())]
        return self.read_whole(takewhile(lambda _: self._clock() - start < budget_s, old))

    def read_whole(self, pids: Iterable[int]) -> set[int]:
        """Read some processes as wholes, whatever was known of them; answers as follow()."""
        formers = {pid: self._read(pid) for pid in pids}
        # Who they are now is read together: for who was known before, another program may be in his place.
        readings = {pid: self._readings[pid] for pid in formers if pid in self._readings}
        identify_all({pid: reading for pid, reading in readings.items() if (was := formers[pid]) and was.process})
        return {pid for pid, former in formers.items() if _differ(former, readings.get(pid))}

    def read_before(self, moment: float, pids: Iterable[int]) -> dict[int, int]:
        """Give those of some processes that were last read before a moment, with the number of their descriptors.

        Processes that are hidden, or new since the last follow(), are left out.
        """
        readings = {pid: self._readings[pid] for pid in pids if pid in self._readings}
        return {
            pid: len(reading.descriptors)
            for pid, reading in readings.items()
            if reading.descriptors is not None and reading.read_at < moment
        }

    def identify_again(self, pids: Iterable[int]) -> set[int]:
        """Read anew who some processes are; give the pids of those that have another name or command line now."""
        before = {pid: reading.process for pid in pids if (reading := self._readings.get(pid)) and reading.process}
        identify_all({pid: self._readings[pid] for pid in before})
        return {pid for pid, process in before.items() if self._readings[pid].process != process}

    def table_sizes(self) -> dict[int, os.stat_result]:
        """Look at the descriptor tables of all processes in sight, by pid; at none before Linux 6.2.

        Raises:
            OSError: /proc cannot be listed.
        """
        seen = {}
        for pid in list_pids() if self._has_counts else ():
            with suppress(OSError):
                seen[pid] = os.stat(f"/proc/{pid}/fd")  # noqa: PTH116 - as in _has_changed()
        return seen

    def _is_hidden(self, reading: ProcessReading) -> bool:
        if reading.descriptors is not None:
            return False
        # Kernel threads and zombies have no descriptors to hide.
        return reading.number > 0 or not self._has_counts or reading.identity == UNIDENTIFIED

    def _has_changed(self, pid: int) -> bool:
        reading = self._readings.get(pid)
        if reading is None:
            return True
        try:
            status = os.stat(f"/proc/{pid}/{reading.table}")  # noqa: PTH116 - thousands of times a second; a Path costs as much again
        except OSError:
            return True
        if status.st_ino != reading.identity:
            return True
        return self._has_counts and reading.descriptors is not None and status.st_size != len(reading.descriptors)

    def _catch_up(self, pid: int, doubtful: Collection[int]) -> bool:
        """Whether reading a few descriptors of a large table was enough."""
        reading = self._readings.get(pid)
        if reading is None or reading.descriptors is None or len(reading.descriptors) <= SMALL_TABLE:
            return False
        # The descriptors of this very reading stand in the lowest gaps of our own table.
        if pid == os.getpid() or not self._has_counts:
            return False
        try:
            with directory(f"/proc/{pid}/{reading.table}") as table:
                status = os.fstat(table)
                return status.st_ino == reading.identity and catch_up(
                    table, reading.descriptors, doubtful, status.st_size
                )
        except OSError:
            return False

    def _read(self, pid: int) -> ProcessReading | None:
        """Read a process as a whole, and give what was known of it before."""
        former = self._readings.pop(pid, None)
        reading = read_process(pid, self._clock)
        if reading is not None:
            self._readings[pid] = reading
        return former


def _differ(former: ProcessReading | None, reading: ProcessReading | None) -> bool:
    """Whether the sockets of a process are others than before, or it is another program now."""
    if former is None or reading is None:
        left = former or reading
        return left is not None and not left.has_sockets_of(None)
    return not former.has_sockets_of(reading) or former.process != reading.process
