"""Control groups: which systemd unit a process belongs to, and which processes a group has."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from contextlib import suppress
from itertools import islice
from pathlib import Path
from time import monotonic

from monitor.kernel.proc_files import directory, read_file
from monitor.model.control_group import unit_of

WALK_SHARE = 0.02
"""Share of one processor's time that walking through the directories of all groups may take."""
SHORTEST_PAUSE_S = 1.0
"""Between two walks."""
MOST_GROUPS = 10_000
"""Directories that one walk visits, the outer ones first: any user may make more in a group of his own."""
LONGEST_LIST = 4096
"""Bytes of a group's list of processes; one that is longer, of some 600, narrows no search."""

_UNIFIED = b""
_SYSTEMD_V1 = b"name=systemd"


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
        self._mount = "", b""

    def find(self, numbers: Collection[int]) -> dict[int, bytes] | None:
        """Give the paths of some groups from the root of the hierarchy, without those that are not in sight.

        None where one is not known and the groups were looked through too short a time ago: ask again later.
        """
        if not self._paths.keys() >= set(numbers):
            if self._clock() < self._walk_after:
                return None
            self._walk()
        return {number: self._place(self._paths[number]) for number in numbers if number in self._paths}

    def _place(self, path: str) -> bytes:
        mounted, root = self._mount
        below = os.fsencode(path[len(mounted) :])
        return root + below or b"/"

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

    def _walk(self) -> None:
        """Find the directories of all groups anew, without those that have ended."""
        start = self._clock()
        self._paths.clear()
        mount = _mount_point()
        if mount is not None:
            self._mount = mount
        waiting = [] if mount is None else [mount[0]]
        for path in islice(waiting, MOST_GROUPS):
            with suppress(OSError):
                self._paths[os.stat(path).st_ino] = path  # noqa: PTH116 - no path of ours, a name among thousands
                with os.scandir(path) as entries:
                    waiting += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        end = self._clock()
        self._walk_after = end + max(SHORTEST_PAUSE_S, (end - start) / WALK_SHARE)


def _mount_point() -> tuple[str, bytes] | None:
    """Say where the unified hierarchy is mounted, and the path of the group that stands there, empty for its root.

    None where it is not mounted, or /proc does not say.
    """
    with suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_bytes().splitlines():
            # proc_pid_mountinfo(5): root and mount point are fields 4 and 5, the type of file system follows a hyphen.
            mount, _, kind = line.partition(b" - ")
            if kind.startswith(b"cgroup2 "):
                _, _, _, root, point, *_ = mount.split()
                # Above the root of this cgroup namespace the kernel writes "/..".
                return os.fsdecode(point), b"" if root.startswith(b"/..") else root.rstrip(b"/")
    return None


def unit_in(cgroup: bytes) -> str | None:
    """Name the innermost systemd unit of a /proc/PID/cgroup file; None where the process runs in none.

    The unified hierarchy is asked first, then systemd's own of version 1. The name is untrusted.
    """
    unit = next((unit for path in _paths_in(cgroup) if (unit := unit_of(path)) is not None), None)
    return None if unit is None else os.fsdecode(unit)


def path_in(cgroup: bytes) -> bytes | None:
    """Give the path of a /proc/PID/cgroup file, of the hierarchies that unit_in() asks the first that parts processes.

    None where the file names neither.
    """
    paths = _paths_in(cgroup)
    return next((path for path in paths if path != b"/"), b"/" if paths else None)


def _paths_in(cgroup: bytes) -> list[bytes]:
    # cgroups(7): hierarchy id, controllers, path; no controllers in the unified one.
    paths = {controllers: path for _, controllers, path in (line.split(b":", 2) for line in cgroup.splitlines())}
    return [paths[named].removesuffix(b" (deleted)") for named in (_UNIFIED, _SYSTEMD_V1) if named in paths]
