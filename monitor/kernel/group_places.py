"""Where control groups stand in their hierarchy, and who has given the names on the way there.

Root gives directories of the hierarchy away (systemd's Delegate=, a container's user namespace), and whoever has one
may make others in it and call them as he likes, like another's unit or container. So a name is vouched for as long as
all directories above it are root's, or of the user for whom this program runs.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from monitor.model.control_group import ControlGroup

_UNIFIED = b""
_SYSTEMD_V1 = b"name=systemd"
"""Controllers of the hierarchies that are asked, in this order, as /proc/PID/cgroup has them."""


class Place(NamedTuple):
    """A control group by its names; untrusted bytes."""

    path: bytes
    """From the root of the hierarchy, as ControlGroup has it."""
    delegated: bytes | None
    """Likewise."""


class Mount(NamedTuple):
    """Where a hierarchy of control groups is to be seen."""

    point: str
    root: bytes
    """Path of the group that stands there; empty for the root of the hierarchy."""

    def group_at(self, path: str) -> bytes:
        """Give the path of the group of a directory."""
        return self.root + os.fsencode(path[len(self.point) :]) or b"/"

    def directories_to(self, group: bytes) -> list[str]:
        """Give the directories on the way to a group, the outermost first; none where it stands elsewhere."""
        names = group.removeprefix(self.root).split(b"/")[1:]
        # Above the root of this cgroup namespace the kernel writes "/..", which leads to no group here.
        if not group.startswith(self.root + b"/") or b".." in names:
            return []
        return ["/".join([self.point, *map(os.fsdecode, names[:end])]) for end in range(len(names) + 1)]


def mount_of(controllers: bytes = _UNIFIED) -> Mount | None:
    """Say where a hierarchy is mounted, the unified one (cgroup v2) or that of systemd's own of version 1.

    None where it is not. Raises OSError where /proc does not tell.
    """
    start = b"cgroup2 " if controllers == _UNIFIED else b"cgroup "
    for line in Path("/proc/self/mountinfo").read_bytes().splitlines():
        # proc_pid_mountinfo(5): root and mount point are fields 4 and 5; behind a hyphen type, source and options.
        mount, _, kind = line.partition(b" - ")
        if kind.startswith(start) and (controllers == _UNIFIED or controllers in kind.split()[-1].split(b",")):
            _, _, _, root, point, *_ = mount.split()
            return Mount(os.fsdecode(point), b"" if root.startswith(b"/..") else root.rstrip(b"/"))
    return None


def is_vouched_for(directory: os.stat_result) -> bool:
    """Whether root alone gives names in a directory, or who has had this program started."""
    namers = {0, os.geteuid()}
    with suppress(KeyError, ValueError):
        namers.add(int(os.environ["SUDO_UID"]))
    return directory.st_uid in namers and not directory.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def place_in(cgroup: bytes) -> Place | None:
    """Give the place that a /proc/PID/cgroup file tells, in the first hierarchy that parts processes.

    None where the file names neither of both.
    """
    places = _places_in(cgroup)
    return next((place for place in places if place.path != b"/"), Place(b"/", None) if places else None)


def unit_in(cgroup: bytes) -> str | None:
    """Name the innermost systemd unit that it tells, in the first hierarchy that has one; None for none. Untrusted."""
    units = (ControlGroup(place.path, delegated=place.delegated).unit for place in _places_in(cgroup))
    unit = next(filter(None, units), None)
    return None if unit is None else os.fsdecode(unit)


def _places_in(cgroup: bytes) -> list[Place]:
    # cgroups(7): hierarchy id, controllers, path; no controllers in the unified one.
    paths = {controllers: path for _, controllers, path in (line.split(b":", 2) for line in cgroup.splitlines())}
    return [
        Place(path, _delegated_on_the_way(path, controllers))
        for controllers in (_UNIFIED, _SYSTEMD_V1)
        if controllers in paths
        for path in (paths[controllers].removesuffix(b" (deleted)"),)
    ]


def _delegated_on_the_way(group: bytes, controllers: bytes) -> bytes | None:
    """Find the outermost directory above a group in which others give names.

    None for none; also where the group is out of sight, as in a container that sees no hierarchy.
    """
    with suppress(OSError):
        mount = mount_of(controllers)
        for directory in [] if mount is None else mount.directories_to(group)[:-1]:
            if not is_vouched_for(os.stat(directory)):  # noqa: PTH116 - no path of ours
                return None if mount is None else mount.group_at(directory)
    return None
