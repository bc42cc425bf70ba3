"""Descriptors: what the descriptors of one process are, in about eight bytes each where a dict takes a hundred."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import suppress
from itertools import count
from typing import Self

import numpy as np

from monitor.model.socket_table import U32

_CLOSED = -1
_SPARE_SLOTS = 64


class Descriptors(MutableMapping[int, int]):
    """By descriptor the inode of its socket, 0 where it is something else.

    The kernel gives the lowest free number, so they lie close together: each has a slot of its own. The few that a
    program put far away by itself are kept beside the slots, which are never many more than twice the descriptors.
    """

    __slots__ = ("_far", "_number", "_slots")

    def __init__(self, known: Mapping[int, int]) -> None:
        """Take what is known of them."""
        end = min(max(known, default=-1) + 1, 2 * len(known) + _SPARE_SLOTS)
        self._slots = array("q", [known.get(fd, _CLOSED) for fd in range(end)])
        self._far = {fd: inode for fd, inode in known.items() if fd >= end}
        self._number = len(known)

    @classmethod
    def of_columns(cls, fd: U32, inode: U32) -> Self:
        """Take them from two columns; of a number that stands twice the last."""
        made = cls({})
        end = min(int(fd.max(initial=0)) + 1, 2 * len(fd) + _SPARE_SLOTS)
        is_near = fd < end
        slots = np.full(end, _CLOSED, np.int64)
        slots[fd[is_near]] = inode[is_near]
        made._slots.frombytes(slots.tobytes())
        made._far = dict(zip(fd[~is_near].tolist(), inode[~is_near].tolist(), strict=True))
        made._number = int(np.count_nonzero(slots != _CLOSED)) + len(made._far)
        return made

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[int]:
        yield from (fd for fd, inode in enumerate(self._slots) if inode != _CLOSED)
        yield from self._far

    def __contains__(self, fd: object) -> bool:
        return isinstance(fd, int) and self._find(fd) != _CLOSED

    def __getitem__(self, fd: int) -> int:
        inode = self._find(fd)
        if inode == _CLOSED:
            raise KeyError(fd)
        return inode

    def __setitem__(self, fd: int, inode: int) -> None:
        self._number += fd not in self
        slots = self._slots
        if len(slots) <= fd < 2 * self._number + _SPARE_SLOTS:
            slots.extend([self._far.pop(at, _CLOSED) for at in range(len(slots), fd + 1)])
        if fd < len(slots):
            slots[fd] = inode
        else:
            self._far[fd] = inode

    def __delitem__(self, fd: int) -> None:
        if fd not in self:
            raise KeyError(fd)
        self._number -= 1
        if fd < len(self._slots):
            self._slots[fd] = _CLOSED
        else:
            del self._far[fd]

    def gaps(self) -> Iterator[int]:
        """Give the numbers that are free, the lowest first and without end; what was given may be taken meanwhile."""
        at = 0
        with suppress(ValueError):
            while True:
                at = self._slots.index(_CLOSED, at)
                yield at
                at += 1
        yield from (fd for fd in count(len(self._slots)) if fd not in self)

    def sockets(self) -> tuple[U32, U32]:
        """Give those that are sockets, in ascending order, and their inodes."""
        slots = np.array(self._slots, np.int64)
        fd = np.flatnonzero(slots > 0)
        inode = slots[fd]
        far = sorted((fd, inode) for fd, inode in self._far.items() if inode)
        if far:
            fd, inode = (
                np.append(near, other) for near, other in zip((fd, inode), zip(*far, strict=True), strict=True)
            )
        return fd.astype(np.uint32), inode.astype(np.uint32)

    def has_sockets_of(self, other: Descriptors) -> bool:
        """Whether both have the same sockets at the same descriptors, whatever else they have."""
        if self._slots == other._slots and self._far == other._far:
            return True
        return all(map(np.array_equal, self.sockets(), other.sockets()))

    def _find(self, fd: int) -> int:
        return self._slots[fd] if 0 <= fd < len(self._slots) else self._far.get(fd, _CLOSED)
