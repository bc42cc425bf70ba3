"""Control groups: which systemd unit a process belongs to, and which processes a group has."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from time import monotonic

from monitor.kernel.proc_files import directory, read_file

WALK_SHARE = 0.02
"""Share of one processor's time that walking through the directories of all groups may take."""
SHORTEST_PAUSE_S = 1.0
"""Between two walks."""
MOST_GROUPS = 10_000
"""Directories that one walk visits, the outer ones first: any user may make more in a group of his own."""
LONGEST_LIST = 4096
"""Bytes of a group's list of processes; one that is longer, of some 600, narrows no search."""

_UNIT_SUFFIXES = (b".service", b".scope")
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
        waiting = _mount_point()
        for path in islice(waiting, MOST_GROUPS):
            with suppress(OSError):
                self._paths[os.stat(path).st_ino] = path  # noqa: PTH116 - no path of ours, a name among thousands
                with os.scandir(path) as entries:
                    waiting += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        end = self._clock()
        self._walk_after = end + max(SHORTEST_PAUSE_S, (end - start) / WALK_SHARE)


def _mount_point() -> list[str]:
    """Say where the unified hierarchy is mounted; nothing where it is not, or /proc does not say."""
    with suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_bytes().splitlines():
            # proc_pid_mountinfo(5): the mount point is the fifth field, the type of file system follows a hyphen.
            mount, _, kind = line.partition(b" - ")
            if kind.startswith(b"cgroup2 "):
                return [os.fsdecode(mount.split()[4])]
    return []


def unit_in(cgroup: bytes) -> str | None:
    """Name the innermost systemd unit of a /proc/PID/cgroup file; None where the process runs in none.

    The unified hierarchy is asked first, then systemd's own of version 1. The name is untrusted.
    """
    # cgroups(7): hierarchy id, controllers, path; no controllers in the unified one.
    paths = {controllers: path for _, controllers, path in (line.split(b":", 2) for line in cgroup.splitlines())}
    for hierarchy in (_UNIFIED, _SYSTEMD_V1):
        for part in reversed(paths.get(hierarchy, b"").removesuffix(b" (deleted)").split(b"/")):
            if part.endswith(_UNIT_SUFFIXES):
                return os.fsdecode(part)
    return None
