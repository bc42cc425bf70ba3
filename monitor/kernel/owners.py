"""OwnerReader: who holds each socket, kept up to date at the cost of what changed.

Every read looks at each process once: the inode of /proc/PID/fd changes when the pid is given to another process, and
its size is the number of descriptors. Read again are the processes that are new, whose number of descriptors changed,
that held a socket which the newest dump lacks, or whose share in a socket with several owners is over. What those
signs cannot tell (a process gave its socket away and took another descriptor of the same number meanwhile) the audit
finds: each process is read anew when its last reading is AUDIT_AGE_S old, as far as AUDIT_SHARE of the time allows.
So an owner may be wrong for AUDIT_AGE_S, or for 1 / AUDIT_SHARE times the cost of reading all where that is longer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from time import monotonic

import numpy as np

from monitor.kernel.descriptor_tables import DescriptorTables
from monitor.kernel.descriptors import holds
from monitor.kernel.owner_rows import OwnerRows, among, distinct
from monitor.model.owner_table import OwnerTable
from monitor.model.process import Process
from monitor.model.socket_table import U32

AUDIT_AGE_S = 5.0
"""A process that shows no sign of change is read anew after this time."""
AUDIT_SHARE = 0.02
"""Share of one processor's time that such readings may take."""
SEARCH_SHARE = 0.05
"""Share of it that searching all processes for unknown sockets may take."""
SHORTEST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 64.0
"""Between two searches; a search that finds nothing doubles the pause."""
MOST_SHARED = 2048
"""Shares in sockets with several owners that are checked at every read; where there are more, the audit does it."""

_NONE = np.zeros(0, np.uint32)


class OwnerReader:
    """Finds who holds each socket, by /proc/PID/fd of all processes that it may read. Not for several threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._read_at = clock()
        self._tables = DescriptorTables(clock)
        self._rows = OwnerRows.empty()
        self._wanted: U32 = _NONE
        self._missing: U32 = _NONE
        self._search_pause_s = SHORTEST_PAUSE_S
        self._search_after = self._read_at
        self._table = OwnerTable.unread()

    def read(self, inodes: U32) -> OwnerTable:
        """Give the owners of the sockets of the newest dump.

        The first call reads all processes; the later ones follow what changed. Where /proc cannot be listed the table
        is empty and says that processes are hidden.

        Args:
            inodes: In any order, repeated or not; 0 is nobody's.
        """
        now = self._clock()
        wanted = distinct(inodes[inodes != 0])
        try:
            changed = self._tables.follow(self._closed(wanted))
        except OSError:
            return OwnerTable.from_rows([], {}, hidden_processes=1)
        changed |= self._tables.read_again(AUDIT_AGE_S, (now - self._read_at) * AUDIT_SHARE)
        self._read_at = now
        self._replace(changed)
        changed |= self._check_shares(wanted) | self._search(wanted)
        hidden = self._tables.hidden
        is_same = not changed and hidden == self._table.hidden_processes and np.array_equal(wanted, self._wanted)
        if not (is_same and self._table.is_read):
            self._table = self._make_table(wanted, hidden)
        self._wanted = wanted
        return self._table

    def _closed(self, wanted: U32) -> dict[int, list[int]]:
        """Give by pid the descriptors whose socket was in the previous dump and is not in this one."""
        gone = self._wanted[~among(self._wanted, wanted)]
        return _by_pid((pid, fd) for _, pid, fd in self._rows.take(among(self._rows.inode, gone)))

    def _check_shares(self, wanted: U32) -> set[int]:
        """Read again who no longer holds a socket that somebody else holds: its inode stays in the dump."""
        shared = self._rows.take(self._rows.is_shared)
        shared = shared.take(among(shared.inode, wanted))
        if len(shared) > MOST_SHARED:
            return set()
        changed = self._tables.refresh(_by_pid((pid, fd) for inode, pid, fd in shared if not holds(pid, fd, inode)))
        self._replace(changed)
        return changed

    def _search(self, wanted: U32) -> set[int]:
        """Read all processes for sockets that nobody was known to hold at two reads; not too often, if in vain.

        One read is not enough: many of them are closed between the dump and the reading of owners.
        """
        missing = wanted[~among(wanted, self._rows.inode)]
        overdue = missing[among(missing, self._missing)]
        self._missing = missing
        start = self._clock()
        if not len(overdue) or start < self._search_after:
            return set()
        changed = self._tables.read_again(age_s=0.0)
        self._replace(changed)
        is_found = bool(among(overdue, self._rows.inode).any())
        self._search_pause_s = SHORTEST_PAUSE_S if is_found else min(2 * self._search_pause_s, LONGEST_PAUSE_S)
        end = self._clock()
        self._search_after = end + max(self._search_pause_s, (end - start) / SEARCH_SHARE)
        return changed

    def _replace(self, changed: set[int]) -> None:
        if changed:
            self._rows = self._rows.replace({pid: self._tables.get(pid) for pid in changed})

    def _make_table(self, wanted: U32, hidden: int) -> OwnerTable:
        rows = self._rows.take(among(self._rows.inode, wanted))
        processes: dict[int, Process] = {}
        for pid in distinct(rows.pid).tolist():
            process = self._tables.process(pid)
            if process is not None:
                processes[pid] = process
        alive = rows.take(among(rows.pid, np.fromiter(processes, np.uint32, len(processes))))
        return OwnerTable(alive.inode, alive.pid, alive.fd, processes, hidden)


def _by_pid(descriptors: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for pid, fd in descriptors:
        found[pid].append(fd)
    return found
