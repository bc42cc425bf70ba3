"""OwnerRows: (socket inode, pid, descriptor) columns that change by whole processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from monitor.kernel.descriptor_map import Descriptors
from monitor.model.socket_table import U32, U64, Bools

_WIDEST_SPREAD = 32
"""Numbers for each value that is looked for, up to which a mark for each number costs less than to search."""


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
    def of_columns(cls, inode: U32, pid: U32, fd: U32) -> OwnerRows:
        """Put rows in order that are sorted by descriptor."""
        order = np.argsort(_keys(inode, pid), kind="stable")
        return cls(inode[order], pid[order], fd[order])

    def __len__(self) -> int:
        return len(self.inode)

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        return zip(self.inode.tolist(), self.pid.tolist(), self.fd.tolist(), strict=True)

    def take(self, rows: Bools | slice) -> OwnerRows:
        """Give the rows of a mask or a range."""
        return OwnerRows(self.inode[rows], self.pid[rows], self.fd[rows])

    def of(self, pids: U32) -> OwnerRows:
        """Give the rows of some processes, which stand in order."""
        return self.take(among(self.pid, pids))

    def joined(self, others: OwnerRows) -> OwnerRows:
        """Put other rows behind these, which are then in no order."""
        return OwnerRows(
            *(np.concatenate([getattr(self, name), getattr(others, name)]) for name in ("inode", "pid", "fd"))
        )

    def replace(self, tables: Mapping[int, Descriptors | None]) -> tuple[OwnerRows, OwnerRows]:
        """Exchange what is known of the processes named; None for one that has ended or may not be read.

        Returns:
            All rows as they are then, and those of sockets that none of these processes was known to hold.
        """
        pids = sorted(tables)
        is_theirs = among(self.pid, np.array(pids, np.uint32))
        kept = self.take(~is_theirs)
        parts = [_sockets_of(pid, tables[pid]) for pid in pids]
        inode, pid, fd = (
            np.concatenate([getattr(part, name) for part in parts or [kept.take(slice(0))]])
            for name in ("inode", "pid", "fd")
        )
        theirs = OwnerRows.of_columns(inode, pid, fd)
        inode, pid, fd = theirs.inode, theirs.pid, theirs.fd
        # Mostly a few come into many: their places are found, nothing else is sorted.
        at = np.searchsorted(_keys(kept.inode, kept.pid), _keys(inode, pid))
        is_new = ~among(inode, self.inode[is_theirs])
        return (
            OwnerRows(np.insert(kept.inode, at, inode), np.insert(kept.pid, at, pid), np.insert(kept.fd, at, fd)),
            OwnerRows(inode[is_new], pid[is_new], fd[is_new]),
        )

    @property
    def is_shared(self) -> Bools:
        """Rows of sockets that are held by more than one descriptor, of one process or of several."""
        shared = np.zeros(len(self), np.bool_)
        same = self.inode[1:] == self.inode[:-1]
        shared[1:] |= same
        shared[:-1] |= same
        return shared


Marks = dict[int, tuple[int, int]]
"""By process the number of its sockets' descriptors, and a sum over them that differs where they do."""


def marks_of(rows: OwnerRows) -> Marks:
    """Mark the sockets of each process; rows in any order, at best process by process."""
    order = np.argsort(rows.pid, kind="stable")
    pid, inode, fd = rows.pid[order], rows.inode[order], rows.fd[order]
    # Each row by itself becomes a number without pattern (the finaliser of MurmurHash3), so sums do not meet.
    mixed = (inode.astype(np.uint64) << np.uint64(32)) | fd
    for factor in (0xFF51_AFD7_ED55_8CCD, 0xC4CE_B9FE_1A85_EC53):
        mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(factor)
    firsts = np.flatnonzero(np.diff(pid, prepend=pid[:1] + 1))
    if not len(firsts):
        return {}
    sums = np.add.reduceat(mixed ^ (mixed >> np.uint64(33)), firsts)
    counts = np.diff(firsts, append=len(pid))
    return dict(zip(pid[firsts].tolist(), zip(counts.tolist(), sums.tolist(), strict=True), strict=True))


def unlike(ours: Marks, theirs: Marks) -> set[int]:
    """Name the processes whose sockets are not the same in both."""
    return {pid for pid in ours.keys() | theirs.keys() if ours.get(pid) != theirs.get(pid)}


def differing(ours: OwnerRows, theirs: OwnerRows) -> Iterator[tuple[int, int]]:
    """Give pid and descriptor of the rows that only one of both has; twice where each has another socket there."""
    rows = ours.joined(theirs)
    order = np.lexsort((rows.inode, rows.fd, rows.pid))
    rows = OwnerRows(rows.inode[order], rows.pid[order], rows.fd[order])
    is_next_same = (rows.inode[1:] == rows.inode[:-1]) & (rows.pid[1:] == rows.pid[:-1]) & (rows.fd[1:] == rows.fd[:-1])
    is_alone = np.ones(len(rows), np.bool_)
    is_alone[1:] &= ~is_next_same
    is_alone[:-1] &= ~is_next_same
    return ((pid, fd) for _, pid, fd in rows.take(is_alone))


def _keys(inode: U32, pid: U32) -> U64:
    keys: U64 = (inode.astype(np.uint64) << np.uint64(32)) | pid
    return keys


def among(values: U32, ordered: U32) -> Bools:
    """Tell which values stand in a sorted array."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    first, span = ordered[0], int(ordered[-1]) - int(ordered[0]) + 1
    if span <= _WIDEST_SPREAD * len(values):
        # Inodes are given in ascending order, so those of many sockets lie close together: a mark for each number from
        # the least to the largest, and one for all others, is a tenth of searching.
        stands = np.zeros(span + 1, np.bool_)
        stands[ordered - first] = True
        told: Bools = stands[np.minimum(values - first, np.uint32(span))]
        return told
    at = np.searchsorted(ordered, values)
    at[at == len(ordered)] = 0
    found: Bools = ordered[at] == values
    return found


def _sockets_of(pid: int, descriptors: Descriptors | None) -> OwnerRows:
    if not descriptors:
        return OwnerRows.empty()
    fd, inode = descriptors.sockets()
    return OwnerRows(inode, np.full(len(fd), pid, np.uint32), fd)
