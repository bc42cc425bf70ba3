"""EventProcesses: numbers for the processes that a list of events names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from monitor.model.process import Process
from monitor.model.transitions import Actor

NOBODY = 0
_FEW = 1000
NO_UID = 0xFFFF_FFFF
"""(uid_t) -1, which is nobody's: for a process of which only its name is remembered."""


class EventProcesses:
    """Of one thread; who reads a mapping that it gave may go on to do so."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, int], int] = {}
        self._processes: dict[int, Process] = {}
        self._last = NOBODY

    def number_of(self, process: Process) -> int:
        """Give the number of a process, by pid and start time."""
        identity = process.pid, process.start_time
        if identity not in self._numbers:
            self._last += 1
            self._numbers[identity] = self._last
            self._processes[self._last] = process
        return self._numbers[identity]

    def number_of_actor(self, thread: int, actor: Actor | None) -> int:
        """Give the number of a thread's process; of one that has ended only pid and name are left."""
        if actor is None:
            return NOBODY
        if actor.process is not None:
            return self.number_of(actor.process)
        return NOBODY if actor.comm is None else self.number_of(Process(thread, 0, actor.comm, NO_UID))

    def named(self, numbers: npt.NDArray[np.int32]) -> Mapping[int, Process]:
        """Give the processes by number; those without one of these numbers are forgotten once they are many."""
        if len(self._processes) > 2 * len(numbers) + _FEW:
            used = set(numbers.tolist())
            self._processes = {number: process for number, process in self._processes.items() if number in used}
            self._numbers = {(one.pid, one.start_time): number for number, one in self._processes.items()}
        return self._processes
