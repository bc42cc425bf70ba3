"""Which processes hold each socket: a process once, however many descriptors it has of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import U32, U64, Rows

_MIX = np.uint64(0x9E37_79B9_7F4A_7C15)
_SHIFT = np.uint64(31)


def pids_of(interval: Interval, rows: Rows | Sequence[int]) -> list[int]:
    """List the processes that hold at least one of some rows, ascending."""
    rows = np.asarray(rows, np.intp)
    first, count = interval.owner_first[rows], interval.owner_end[rows] - interval.owner_first[rows]
    within = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    pids: list[int] = np.unique(interval.owners.pid[np.repeat(first, count) + within]).tolist()
    return pids


@dataclass(frozen=True, slots=True, eq=False)
class Holders:
    """The processes of every row of an interval; those of an unaccepted row are its listener's."""

    pid: U32
    """Process after process, socket after socket."""
    first: Rows
    """For each row the first of its processes in `pid`."""
    end: Rows
    """And the one after the last; equal to `first` where none is known."""

    @classmethod
    def of(cls, interval: Interval) -> Holders:
        """Read them off an interval's owners."""
        owners = interval.owners
        is_new = np.ones(len(owners.pid), np.bool_)
        # Owners stand by inode, then pid, then descriptor: a further descriptor follows its process.
        is_new[1:] = (owners.pid[1:] != owners.pid[:-1]) | (owners.inode[1:] != owners.inode[:-1])
        before = np.concatenate(([0], np.cumsum(is_new)))
        return cls(owners.pid[is_new], before[interval.owner_first], before[interval.owner_end])

    @property
    def count(self) -> Rows:
        """Number of processes that hold each row."""
        return self.end - self.first

    def pairs(self) -> tuple[Rows, U32]:
        """Give each (row, process) as one entry of two arrays, by row."""
        count = self.count
        rows = np.repeat(np.arange(len(count)), count)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
        return rows, self.pid[self.first[rows] + within]

    def fingerprints(self) -> U64:
        """Give each row a number that rows share which the same processes hold."""
        mixed = (self.pid.astype(np.uint64) + np.uint64(1)) * _MIX
        mixed ^= mixed >> _SHIFT
        mixed *= _MIX
        # Sums wrap around, which differences undo.
        before = np.concatenate((np.zeros(1, np.uint64), np.cumsum(mixed)))
        prints: U64 = before[self.end] - before[self.first]
        return prints
