"""OwnerReader: who holds each socket, kept up to date at the cost of what changed.

Every read looks once at each process that holds a socket, and at all others where a socket of the dump is new and none
of those has it: the inode of /proc/PID/fd changes when the pid is given to another process, and its size is the number
of descriptors. Read again are the processes that are new, whose number of descriptors changed, that held a socket which
the newest dump lacks, or whose share in a socket with several owners is over. So are the descriptors that were read
since the last dump and hold what this one lacks: opened and closed between both.

The audit between two reads looks at all processes in the same way: whoever has got a share in a socket that another one
keeps stands beside it a read later. It also finds what those signs cannot tell (a process gave its socket away and took
another descriptor of the same number meanwhile): each process is read anew when its last reading is AUDIT_AGE_S old, as
far as AUDIT_SHARE of the time allows. So an owner may be wrong for AUDIT_AGE_S, or for 1 / AUDIT_SHARE times the cost
of reading all where that is longer.

A socket that nobody is known to hold is looked for where it was made: in the processes of its control group, at once
where they have few descriptors, else when it is unknown at a second read; and then in all others.

Where the kernel lets us walk through all descriptors at once (task_files), such a walk takes the place of the audit,
of a search, and of the first reading of a machine with many descriptors; what it shows to be different is read anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from math import inf
from time import monotonic

import numpy as np

from monitor.errors import KernelError
from monitor.kernel.descriptor_tables import DescriptorTables
from monitor.kernel.descriptors import holds
from monitor.kernel.group_reader import GroupReader
from monitor.kernel.owner_rows import Marks, OwnerRows, among, differing, marks_of, unlike
from monitor.kernel.task_files import OpenFiles, TaskFiles, open_task_files
from monitor.model.owner_table import OwnerTable
from monitor.model.places import distinct
from monitor.model.process import Process
from monitor.model.socket_table import U32, U64

AUDIT_AGE_S = 5.0
"""A process that shows no sign of change is read anew after this time."""
AUDIT_SHARE = 0.02
"""Share of one processor's time that such readings may take."""
SEARCH_SHARE = 0.05
"""Share of it that searching all processes for unknown sockets may take."""
SHORTEST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 64.0
"""Between two searches; a search that finds nothing doubles the pause."""
FEW_DESCRIPTORS = 256
"""Of the processes in the control groups of unknown sockets, up to which they are read at once."""
WALK_AGE_S = 2.0
"""The walk through all descriptors is made again after this time, or later where AUDIT_SHARE asks for that."""
MANY_DESCRIPTORS = 10_000
"""From which on loading the walk costs less than reading all descriptors one by one."""
MOST_SHARED = 2048
"""Shares in sockets with several owners that are checked at every read; where there are more, the audit does it."""

_NONE = np.zeros(0, np.uint32)


class OwnerReader:
    """Finds who holds each socket, by /proc/PID/fd of all processes that it may read. Not for several threads."""

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        open_files: Callable[[], TaskFiles | None] = open_task_files,
    ) -> None:
        """Know nothing yet.

        Args:
            clock: Seconds that never go back.
            open_files: Loads the walk through all descriptors; None where it is not permitted.
        """
        self._clock = clock
        self._open_files = open_files
        self._has_opened = False
        self._files: TaskFiles | None = None
        self._walk_after = clock()
        self._read_at = self._audited_at = clock()
        self._audited: set[int] = set()
        self._tables = DescriptorTables(clock)
        self._groups = GroupReader(self._tables, clock)
        self._rows = self._sorted_out = OwnerRows.empty()
        self._marks: Marks | None = None
        self._inodes: U32 = _NONE
        self._wanted: U32 = _NONE
        self._cgroups: U64 | None = None
        self._shared = OwnerRows.empty()
        self._ahead = OwnerRows.empty()
        self._unknown: U32 = _NONE
        self._missing: U32 = _NONE
        self._search_pause_s = SHORTEST_PAUSE_S
        self._search_after = self._read_at
        self._table = OwnerTable.unread()

    def read(self, inodes: U32, cgroups: U64 | None = None) -> OwnerTable:
        """Give the owners of the sockets of the newest dump.

        The first call reads all processes; the later ones follow what changed. Where /proc cannot be listed the table
        is empty and says that processes are hidden.

        Args:
            inodes: In any order, repeated or not; 0 is nobody's.
            cgroups: Of each of them the control group in which it was made, 0 where unknown; None where all are.
        """
        now = self._clock()
        # Mostly nothing was opened or closed between two dumps, and the kernel lists in the same order.
        is_same = np.array_equal(inodes, self._inodes)
        wanted = self._wanted if is_same else distinct(inodes[inodes != 0])
        try:
            if not self._table.is_read:
                self._fill()
                self._walk_after = self._clock() + WALK_AGE_S
            changed = self._follow(wanted, {} if is_same else self._closed(wanted))
        except OSError:
            return OwnerTable.from_rows([], {}, hidden_processes=1)
        self._inodes, self._wanted, self._cgroups, self._read_at = inodes, wanted, cgroups, now
        changed |= self._audited
        self._audited = set()
        has_news = not is_same or self._concerns(changed, wanted)
        if has_news:
            self._sort_out(wanted)
        self._sorted_out = self._rows
        late = self._check_shares() | self._search()
        if late:
            self._sort_out(wanted)
        hidden = self._tables.hidden
        is_known = self._table.is_read and hidden == self._table.hidden_processes
        if has_news or late or not is_known:
            self._table = self._make_table(wanted, hidden)
        return self._table

    def open_descriptors(self) -> dict[int, int]:
        """Give by pid how many descriptors each owner of the last read() had open."""
        return {pid: self._tables.number_open(pid) for pid in self._table.processes}

    def audit(self) -> None:
        """Look for what the last read did not, for the next one; called between each two reads, when nobody waits.

        What no sign tells is found by a walk where one is due, else by reading a few processes anew, as many as
        AUDIT_SHARE of the time since the last audit allows.
        """
        if not self._table.is_read:
            return
        # Without /proc the next read says so.
        with suppress(OSError):
            self._audited |= self._follow_all({})
        now = self._clock()
        if self._files is None:
            changed = self._tables.read_again(AUDIT_AGE_S, (now - self._audited_at) * AUDIT_SHARE)
            self._replace(changed)
        else:
            changed = self._compare_with_walk() if now >= self._walk_after else set()
        self._audited |= changed
        self._audited_at = now

    def prepare(self) -> None:
        """Load the walk through all descriptors where that is permitted; called when nobody waits."""
        if not self._has_opened:
            self._has_opened = True
            self._files = self._open_files()

    def close(self) -> None:
        """Unload the walk."""
        if self._files is not None:
            self._files.close()
            self._files = None

    def _follow(self, wanted: U32, suspects: Mapping[int, Collection[int]]) -> set[int]:
        """Look at who held the sockets of the last dump, and at all where that leaves a new one unknown."""
        if not self._table.is_read:
            return self._follow_all(suspects)
        changed = self._tables.look_at({*self._table.processes, *suspects}, suspects)
        self._replace(changed)
        is_known = wanted is self._wanted and self._rows is self._sorted_out
        unknown = self._unknown if is_known else wanted[~among(wanted, self._rows.inode)]
        if among(unknown, self._missing).all():
            return changed
        return changed | self._follow_all({})

    def _follow_all(self, suspects: Mapping[int, Collection[int]]) -> set[int]:
        changed = self._tables.follow(suspects)
        self._replace(changed)
        return changed

    def _fill(self) -> None:
        """Begin with a walk where reading all descriptors one by one would take longer."""
        seen = self._tables.table_sizes()
        if sum(status.st_size for status in seen.values()) < MANY_DESCRIPTORS:
            return
        self.prepare()
        files = self._walk()
        if files is not None:
            taken = self._tables.fill(files, seen)
            is_socket = (files.inode != 0) & among(files.pid, np.array(sorted(taken), np.uint32))
            self._rows = OwnerRows.of_columns(files.inode[is_socket], files.pid[is_socket], files.fd[is_socket])

    def _compare_with_walk(self) -> set[int]:
        """Walk through all descriptors; read anew who holds other sockets than was known, and who owners are now."""
        start = self._clock()
        files = self._walk()
        if files is None:
            return set()
        is_socket = files.inode != 0
        found = OwnerRows(files.inode[is_socket], files.pid[is_socket], files.fd[is_socket])
        if self._marks is None:
            self._marks = marks_of(self._rows)
        others = np.array(sorted(unlike(marks_of(found), self._marks)), np.uint32)
        # Where sockets come and go all the time nearly every process differs, each in a few descriptors.
        changed = self._tables.refresh(_by_pid(differing(found.of(others), self._rows.of(others))))
        changed |= self._tables.identify_again(self._table.processes)
        self._replace(changed)
        end = self._clock()
        self._walk_after = end + max(WALK_AGE_S, (end - start) / AUDIT_SHARE)
        return changed

    def _walk(self) -> OpenFiles | None:
        """Walk through all descriptors; a walk that fails is not tried again."""
        try:
            return None if self._files is None else self._files.read()
        except KernelError:
            self.close()
            return None

    def _closed(self, wanted: U32) -> dict[int, list[int]]:
        """Give by pid the descriptors whose socket this dump lacks: it was in the one before, or was read since."""
        gone = self._wanted[~among(self._wanted, wanted)]
        closed = self._rows.take(among(self._rows.inode, gone))
        ahead, self._ahead = self._ahead.take(~among(self._ahead.inode, wanted)), OwnerRows.empty()
        return _by_pid((pid, fd) for rows in (closed, ahead) for _, pid, fd in rows)

    def _sort_out(self, wanted: U32) -> None:
        """Find which sockets of the dump have several owners, and which have none."""
        shared = self._rows.take(self._rows.is_shared)
        self._shared = shared.take(among(shared.inode, wanted))
        self._unknown = wanted[~among(wanted, self._rows.inode)]
        self._sorted_out = self._rows

    def _concerns(self, changed: set[int], wanted: U32) -> bool:
        """Whether any of these processes held a socket of the dump, or holds one now: most of a host's do neither."""
        pids = np.array(sorted(changed), np.uint32)
        held = (rows.inode[among(rows.pid, pids)] for rows in (self._sorted_out, self._rows))
        return bool(changed) and any(among(inode, wanted).any() for inode in held)

    def _check_shares(self) -> set[int]:
        """Read again who no longer holds a socket that somebody else holds: its inode stays in the dump."""
        if len(self._shared) > MOST_SHARED:
            return set()
        lost = _by_pid((pid, fd) for inode, pid, fd in self._shared if not holds(pid, fd, inode))
        changed = self._tables.refresh(lost)
        self._replace(changed)
        return changed

    def _search(self) -> set[int]:
        """Look for sockets that nobody is known to hold; everywhere at the second read only, and rarer if in vain.

        One read is not enough: many of them are closed between the dump and the reading of owners.
        """
        is_overdue = among(self._unknown, self._missing)
        overdue, fresh = self._unknown[is_overdue], self._unknown[~is_overdue]
        self._missing = self._unknown
        changed = self._read_groups_of(fresh, FEW_DESCRIPTORS)
        start = self._clock()
        if not len(overdue) or start < self._search_after:
            return changed
        changed |= self._read_all_for(overdue) if self._files is None else self._compare_with_walk()
        self._replace(changed)
        is_found = bool(among(overdue, self._rows.inode).any())
        self._search_pause_s = SHORTEST_PAUSE_S if is_found else min(2 * self._search_pause_s, LONGEST_PAUSE_S)
        end = self._clock()
        self._search_after = end + max(self._search_pause_s, (end - start) / SEARCH_SHARE)
        return changed

    def _read_all_for(self, sockets: U32) -> set[int]:
        """Read the processes in the control groups of some sockets, and all others where that does not find each."""
        start = self._clock()
        changed = self._read_groups_of(sockets)
        if not among(sockets, self._rows.inode).all():
            changed |= self._tables.read_again(age_s=self._clock() - start)
        return changed

    def _read_groups_of(self, sockets: U32, most: float = inf) -> set[int]:
        """Read the processes in the control groups of some sockets, as far as that takes no more descriptors."""
        is_first = not self._table.is_read
        if self._cgroups is None or is_first or not len(sockets):
            return set()
        # Unknown ones are mostly the newest, whose inodes lie together: finding each among all would take long.
        near = (self._inodes >= sockets[0]) & (self._inodes <= sockets[-1])
        numbers = set(self._cgroups[near][among(self._inodes[near], sockets)].tolist()) - {0}
        changed = self._groups.read(numbers, self._read_at, most)
        self._replace(changed)
        return changed

    def _replace(self, changed: set[int]) -> None:
        if changed:
            self._marks = None
            self._rows, new = self._rows.replace({pid: self._tables.get(pid) for pid in changed})
            if self._table.is_read:
                self._ahead = self._ahead.joined(new)

    def _make_table(self, wanted: U32, hidden: int) -> OwnerTable:
        rows = self._rows.take(among(self._rows.inode, wanted))
        processes: dict[int, Process] = {}
        pids = distinct(rows.pid).tolist()
        self._tables.identify(pids)
        for pid in pids:
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
