"""OwnerTable: which processes hold which sockets, as columns sorted by inode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from monitor.model.places import find_places
from monitor.model.process import Process, SocketOwner
from monitor.model.socket_table import U32


@dataclass(frozen=True, slots=True, eq=False)
class OwnerTable:
    """Every (socket inode, process, descriptor) that could be read. The three columns have one length."""

    inode: U32
    """Ascending; one socket held by several processes or descriptors stands several times."""
    pid: U32
    fd: U32
    processes: Mapping[int, Process] = field(default_factory=dict)
    """By pid: every process named in the pid column. Where several had one pid, a number that is theirs alone stands
    for it in both."""
    hidden_processes: int = 0
    """Processes whose descriptors may not be read."""
    is_read: bool = True
    """False before the first reading."""

    @classmethod
    def unread(cls) -> OwnerTable:
        """Make the table that stands in before owners were looked up."""
        return cls(np.zeros(0, np.uint32), np.zeros(0, np.uint32), np.zeros(0, np.uint32), is_read=False)

    @classmethod
    def from_rows(
        cls, rows: list[tuple[int, int, int]], processes: Mapping[int, Process], hidden_processes: int = 0
    ) -> OwnerTable:
        """Sort (inode, pid, fd) triples into columns."""
        columns = np.array(sorted(rows), dtype=np.uint32).reshape(len(rows), 3)
        return cls(columns[:, 0].copy(), columns[:, 1].copy(), columns[:, 2].copy(), dict(processes), hidden_processes)

    def with_former(self, former: OwnerTable, inodes: U32) -> OwnerTable:
        """Add what another table says of some inodes that this one does not know."""
        missing = inodes[(inodes != 0) & ~np.isin(inodes, self.inode)]
        taken = np.isin(former.inode, missing)
        if not taken.any():
            return self
        inode = np.concatenate([self.inode, former.inode[taken]])
        order = np.argsort(inode, kind="stable")
        pid = np.concatenate([self.pid, former.pid[taken]])
        added = {number: former.processes[number] for number in set(former.pid[taken].tolist())}
        return OwnerTable(
            inode[order],
            pid[order],
            np.concatenate([self.fd, former.fd[taken]])[order],
            {**added, **self.processes},
            self.hidden_processes,
            is_read=self.is_read,
        )

    def ranges(self, inodes: U32) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Give for each inode the first row and the row after the last; equal where nobody is known to hold it."""
        is_first = np.ones(len(self.inode), np.bool_)
        is_first[1:] = self.inode[1:] != self.inode[:-1]
        edges = np.append(np.flatnonzero(is_first), len(self.inode))
        places = find_places(self.inode[edges[:-1]], inodes)
        is_held = (places >= 0) & (inodes != 0)
        return np.where(is_held, edges[places], 0), np.where(is_held, edges[places + 1], 0)

    def owners_of(self, inode: int) -> tuple[SocketOwner, ...]:
        """List who holds one socket, by pid and descriptor; empty where nobody is known."""
        if inode == 0:
            return ()
        first = int(np.searchsorted(self.inode, np.uint32(inode), side="left"))
        last = int(np.searchsorted(self.inode, np.uint32(inode), side="right"))
        return tuple(
            SocketOwner(self.processes[pid], fd)
            for pid, fd in zip(self.pid[first:last].tolist(), self.fd[first:last].tolist(), strict=True)
            if pid in self.processes
        )
