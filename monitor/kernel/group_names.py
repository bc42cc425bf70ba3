"""GroupNames: what the control groups of sockets are called, known also after their processes and they have ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np

from monitor.kernel.cgroups import ControlGroups
from monitor.kernel.container_files import ContainerFiles
from monitor.kernel.group_places import Place
from monitor.model.control_group import ControlGroup
from monitor.model.places import distinct
from monitor.model.socket_table import U64

LONGEST_PATH = 512
"""Bytes; a group whose path is longer stays unknown."""
MOST_KNOWN = 10_000
"""Beyond it those are forgotten that no socket has now."""


class GroupNames:
    """Finds each group once: a number is never given to another group, and what a group is called never changes.

    A container that is given another name keeps the one under which it was found.
    """

    def __init__(self, files: ContainerFiles | None = None, clock: Callable[[], float] = monotonic) -> None:
        """Know no group yet.

        Args:
            files: What the container runtimes keep; None for this machine's.
            clock: Seconds that never go back.
        """
        self._groups = ControlGroups(clock)
        self._files = files or this_machine()
        self._missing: set[int] = set()
        self._numbers: U64 = np.zeros(0, np.uint64)
        self._is_complete = True
        self.known: Mapping[int, ControlGroup] = {}
        """By number; another mapping after each change."""

    def learn(self, numbers: U64) -> None:
        """Find the groups of some sockets, 0 for none; one that is nowhere to be seen is not sought again."""
        if self._is_complete and np.array_equal(numbers, self._numbers):
            return
        self._numbers = numbers
        wanted = set(distinct(numbers).tolist()) - {0}
        new = wanted - self.known.keys() - self._missing
        found = self._groups.find(new) if new else {}
        self._is_complete = found.keys() == new
        if not found:
            return
        # Whoever may make groups chooses their paths, and all of them go into one frame.
        places = {number: place for number, place in found.items() if place and len(place.path) <= LONGEST_PATH}
        self._missing = (self._missing & wanted) | (found.keys() - places.keys())
        known = {**self.known, **{number: named_group(place, self._files) for number, place in places.items()}}
        if len(known) > MOST_KNOWN:
            known = {number: group for number, group in known.items() if number in wanted}
        self.known = known


def this_machine() -> ContainerFiles:
    """Read the files of this machine's runtimes, and where it is not root's those of this user."""
    home = os.environ.get("HOME") if os.geteuid() else None
    return ContainerFiles(home=Path(home) if home else None)


def named_group(place: Place, files: ContainerFiles) -> ControlGroup:
    """Put a group's path beside what its container is called."""
    group = ControlGroup(place.path, delegated=place.delegated)
    if group.container is None:
        return group
    label = files.label(group.container)
    return replace(group, container_name=label.name, image=label.image)
