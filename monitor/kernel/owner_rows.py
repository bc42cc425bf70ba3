"""OwnerRows: (socket inode, pid, descriptor) columns that change by whole processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from monitor.kernel.descriptors import Descriptors
from monitor.model.socket_table import U32, Bools


@dataclass(frozen=True, slots=True, eq=False)
class OwnerRows:
    """All sockets of all processes that were read. Sorted by inode, then pid, then descriptor."""

    inode: U32
    pid: U32
    fd: U32

    @classmethod
    def empty(cls) -> OwnerRows:
        """Make the rows of no process."""
        return cls(np.zeros(0, np.uint32), np.zeros(0, np.uint32), np.zeros(0, np.uint32))

    @classmethod
    def ordered(cls, inode: U32, pid: U32, fd: U32) -> OwnerRows:
        """Sort columns whose descriptors of one process stand in their order already."""
        order = np.argsort((inode.astype(np.uint64) << np.uint64(32)) | pid, kind="stable")
        return cls(inode[order], pid[order], fd[order])

    def __len__(self) -> int:
        return len(self.inode)

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        return zip(self.inode.tolist(), self.pid.tolist(), self.fd.tolist(), strict=True)

    def take(self, rows: Bools) -> OwnerRows:
        """Give the rows of a mask."""
        return OwnerRows(self.inode[rows], self.pid[rows], self.fd[rows])

    def replace(self, tables: Mapping[int, Descriptors | None]) -> OwnerRows:
        """Exchange what is known of the processes named; None for one that has ended or may not be read."""
        pids = sorted(tables)
        kept = self.take(~among(self.pid, np.array(pids, np.uint32)))
        parts = [_sockets_of(pid, tables[pid]) for pid in pids]
        inode = np.concatenate([kept.inode, *(part.inode for part in parts)])
        pid = np.concatenate([kept.pid, *(part.pid for part in parts)])
        fd = np.concatenate([kept.fd, *(part.fd for part in parts)])
        return OwnerRows.ordered(inode, pid, fd)

    def pids_unlike(self, others: OwnerRows) -> set[int]:
        """Name the processes whose sockets are not the same in both."""
        ours, theirs = self._marks(), others._marks()
        return {pid for pid in ours.keys() | theirs.keys() if ours.get(pid) != theirs.get(pid)}

    def _marks(self) -> dict[int, tuple[int, int]]:
        """Give by process the number of its rows and a sum over them that differs where they do."""
        order = np.argsort(self.pid, kind="stable")
        pid = self.pid[order]
        # Each row by itself becomes a number without pattern (the finaliser of MurmurHash3), so sums do not meet.
        mixed = (self.inode[order].astype(np.uint64) << np.uint64(32)) | self.fd[order]
        for factor in (0xFF51_AFD7_ED55_8CCD, 0xC4CE_B9FE_1A85_EC53):
            mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(factor)
        firsts = np.flatnonzero(np.diff(pid, prepend=pid[:1] + 1))
        if not len(firsts):
            return {}
        sums = np.add.reduceat(mixed ^ (mixed >> np.uint64(33)), firsts)
        counts = np.diff(firsts, append=len(pid))
        return dict(zip(pid[firsts].tolist(), zip(counts.tolist(), sums.tolist(), strict=True), strict=True))

    @property
    def is_shared(self) -> Bools:
        """Rows of sockets that are held by more than one descriptor, of one process or of several."""
        shared = np.zeros(len(self), np.bool_)
        same = self.inode[1:] == self.inode[:-1]
        shared[1:] |= same
        shared[:-1] |= same
        return shared


def among(values: U32, ordered: U32) -> Bools:
    """Tell which values stand in a sorted array."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    at = np.searchsorted(ordered, values)
    at[at == len(ordered)] = 0
    found: Bools = ordered[at] == values
    return found


def distinct(values: U32) -> U32:
    """Sort and leave out repetitions, without the modules that np.unique imports when it is first called."""
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def _sockets_of(pid: int, descriptors: Descriptors | None) -> OwnerRows:
    if not descriptors:
        return OwnerRows.empty()
    fd = np.fromiter(descriptors.keys(), np.uint32, len(descriptors))
    inode = np.fromiter(descriptors.values(), np.uint32, len(descriptors))
    rows = np.flatnonzero(inode)
    rows = rows[np.argsort(fd[rows])]
    return OwnerRows(inode[rows], np.full(len(rows), pid, np.uint32), fd[rows])
