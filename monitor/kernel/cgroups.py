"""ControlGroups: where a group stands that is known by its number, and which processes it has."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from contextlib import suppress
from itertools import islice
from time import monotonic

from monitor.kernel.group_places import Mount, Place, is_vouched_for, mount_of
from monitor.kernel.proc_files import SHORTAGES, directory, read_file

WALK_SHARE = 0.02
"""Share of one processor's time that walking through the directories of all groups may take."""
SHORTEST_PAUSE_S = 1.0
"""Between two walks."""
MOST_GROUPS = 10_000
"""Directories that one walk visits, the outer ones first: any user may make more in a group of his own."""
LONGEST_LIST = 4096
"""Bytes of a group's list of processes; one that is longer, of some 600, narrows no search."""


class ControlGroups:
    """The groups of the unified hierarchy (cgroup v2) by number: the inode of a directory, never used for another."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        """Know no group yet.

        Args:
            clock: Seconds that never go back.
        """
        self._clock = clock
        self._walk_after = clock()
        self._paths: dict[int, str] = {}
        self._delegated: dict[str, str] = {}
        """By path, of those that lie below one that was given away: the path of that one."""
        self._mount: Mount | None = None

    def find(self, numbers: Collection[int]) -> dict[int, Place | None]:
        """Give the places of some groups; None for those that are not in sight.

        Nothing for those of which that is not known: the groups were looked through too short a time ago, or could not
        be for want of something that may pass. Ask again later.
        """
        is_told = False
        if not self._paths.keys() >= set(numbers) and self._clock() >= self._walk_after:
            is_told = self._walk()
        return {
            number: self._place(self._paths[number]) if number in self._paths else None
            for number in numbers
            if is_told or number in self._paths
        }

    def _place(self, path: str) -> Place | None:
        if self._mount is None:
            return None
        delegated = self._delegated.get(path)
        return Place(self._mount.group_at(path), None if delegated is None else self._mount.group_at(delegated))

    def members(self, number: int) -> set[int]:
        """Give the processes that are in a group now.

        Nobody where the group has ended, where it is not in sight (of another cgroup namespace, or made since the last
        walk), where it only has threads of processes that are elsewhere, or where they are too many.
        """
        if number not in self._paths and self._clock() >= self._walk_after:
            self._walk()
        with suppress(KeyError, OSError), directory(self._paths[number]) as inside:
            listed = read_file("cgroup.procs", inside, LONGEST_LIST)
            # Where a group has ended there may be another one of its name.
            if os.fstat(inside).st_ino == number and len(listed) < LONGEST_LIST:
                return {int(pid) for pid in listed.split()}
        return set()

    def _walk(self) -> bool:
        """Find the directories of all groups anew, without those that have ended; say whether nothing stopped that."""
        start = self._clock()
        self._paths.clear()
        self._delegated.clear()
        is_whole = True
        waiting: list[str] = []
        try:
            self._mount = mount_of()
            waiting += [] if self._mount is None else [self._mount.point]
        except OSError as error:
            is_whole = error.errno not in SHORTAGES
        for path in islice(waiting, MOST_GROUPS):
            try:
                waiting += self._enter(path)
            except OSError as error:
                is_whole &= error.errno not in SHORTAGES
        end = self._clock()
        self._walk_after = end + max(SHORTEST_PAUSE_S, (end - start) / WALK_SHARE)
        return is_whole

    def _enter(self, path: str) -> list[str]:
        """Note a directory, and list those in it; raises OSError."""
        found = os.stat(path)  # noqa: PTH116 - no path of ours, a name among thousands
        self._paths[found.st_ino] = path
        with os.scandir(path) as entries:
            inner = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        delegated = self._delegated.get(path) or (None if is_vouched_for(found) else path)
        if delegated is not None:
            self._delegated |= dict.fromkeys(inner, delegated)
        return inner
