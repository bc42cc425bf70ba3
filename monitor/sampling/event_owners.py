"""EventOwners: whose an event's socket was. By the sample that saw it, else by who acted, else by its listener."""

from __future__ import annotations

import numpy as np

from monitor.model.event_list import OwnerHint
from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.model.ways import Records
from monitor.sampling.event_processes import NOBODY, EventProcesses
from monitor.sampling.pending_transitions import PendingTransitions


class EventOwners:
    """Fills in the processes of EVENT records that have none yet; each method takes an entry per record."""

    def __init__(self, interval: Interval, pending: PendingTransitions, processes: EventProcesses) -> None:
        self._interval = interval
        self._pending = pending
        self._processes = processes

    def by_rows(self, records: Records, rows: Rows) -> None:
        """Take the owners of rows of the interval; -1 for none."""
        self._fill(records, rows, OwnerHint.SAMPLE)

    def by_listeners(self, records: Records, rows: Rows) -> None:
        """Take the owners of listeners likewise."""
        self._fill(records, rows, OwnerHint.LISTENER)

    def by_actors(self, records: Records, lives: Rows) -> None:
        """Take who was seen to open or close the sockets of some lives; -1 for none."""
        asked = np.flatnonzero((records["process"] == NOBODY) & (lives >= 0))
        threads = self._pending.lives.thread[lives[asked]].tolist()
        actors = self._pending.actors
        numbers = {thread: self._processes.number_of_actor(thread, actors.get(thread)) for thread in set(threads)}
        found = np.array([numbers[thread] for thread in threads], np.int32)
        acted = asked[found != NOBODY]
        records["process"][acted] = found[found != NOBODY]
        records["holders"][acted] = 1
        records["owner_hint"][acted] = OwnerHint.ACTION

    def _fill(self, records: Records, rows: Rows, hint: OwnerHint) -> None:
        interval = self._interval
        asked = np.flatnonzero((records["process"] == NOBODY) & (rows >= 0))
        first, end = interval.owner_first[rows[asked]], interval.owner_end[rows[asked]]
        asked, first, end = asked[end > first], first[end > first], end[end > first]
        pids, known = interval.owners.pid[first].tolist(), interval.owners.processes
        numbers = {pid: self._processes.number_of(known[pid]) if pid in known else NOBODY for pid in set(pids)}
        records["process"][asked] = [numbers[pid] for pid in pids]
        records["holders"][asked] = np.minimum(end - first, np.iinfo(np.uint16).max)
        records["owner_hint"][asked] = hint
