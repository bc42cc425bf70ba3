"""DescriptorLimits: how many descriptors processes have open, and how many they may, for those that have many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from time import monotonic

from monitor.kernel.proc_files import process_directory, read_file
from monitor.model.host_facts import DescriptorUse
from monitor.model.process import Process

MANY_OPEN = 100
"""Fewer are told of nobody: hardly a limit is as low."""
READ_AGAIN_S = 30.0
"""A limit that was read is taken as true for this time; prlimit() may change it."""
READS_AT_ONCE = 32
"""Limits that one call reads; the others wait for the next one."""

_SOFT_LIMIT = b"\nMax open files"
_UNLIMITED = b"unlimited"

_Identity = tuple[int, int]
"""Pid and start time, without a name: a program may change that."""


class DescriptorLimits:
    """Remembers the limits of the processes that it was asked about last."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: dict[_Identity, tuple[float, int | None]] = {}

    def use(self, open_descriptors: Mapping[int, int], processes: Mapping[int, Process]) -> dict[int, DescriptorUse]:
        """Give by pid the use of each process with many open descriptors.

        Args:
            open_descriptors: By pid, how many.
            processes: By pid, who they are.
        """
        now = self._clock()
        many = {
            (pid, processes[pid].start_time): count
            for pid, count in open_descriptors.items()
            if count >= MANY_OPEN and pid in processes
        }
        known = {process: self._known[process] for process in many if process in self._known}
        due = [process for process in many if process not in known or now - known[process][0] >= READ_AGAIN_S]
        # Those never read stand first, then those read longest ago: each has its turn, however long samples are apart.
        due.sort(key=lambda process: known[process][0] if process in known else -inf)
        known |= {(pid, start_time): (now, _soft_limit(pid)) for pid, start_time in due[:READS_AT_ONCE]}
        self._known = known
        return {
            process[0]: DescriptorUse(count, known[process][1]) for process, count in many.items() if process in known
        }


def _soft_limit(pid: int) -> int | None:
    """Read RLIMIT_NOFILE; None where there is none, or it may not be read."""
    try:
        with process_directory(pid) as inside:
            _, found, rest = (b"\n" + read_file("limits", inside)).partition(_SOFT_LIMIT)
    except OSError:
        return None
    words = rest.split(maxsplit=1) if found else []
    return int(words[0]) if words and words[0] != _UNLIMITED else None
