"""GroupReader: reads anew the processes of control groups, where a socket that nobody is known to hold may be found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from time import monotonic

from monitor.kernel.cgroups import ControlGroups
from monitor.kernel.descriptor_tables import DescriptorTables

LISTING_COST = 8
"""Descriptors that are read in the time of listing the processes of a group."""


class GroupReader:
    """Brings the descriptors of the processes in some groups up to date."""

    def __init__(self, tables: DescriptorTables, clock: Callable[[], float] = monotonic) -> None:
        """Read into these tables from now on."""
        self._tables = tables
        self._groups = ControlGroups(clock)

    def read(self, groups: Iterable[int], since: float, most: float = inf) -> set[int]:
        """Read those of their processes that were not read since a moment.

        Args:
            groups: Numbers of control groups; one that is not known has no processes.
            since: The moment, by the tables' clock.
            most: Descriptors that it may take in all; a group that has more left to read is passed over.

        Returns:
            The pids whose sockets differ from before, as DescriptorTables.follow() does.
        """
        chosen: set[int] = set()
        for group in groups:
            if most <= 0:
                break
            descriptors = self._tables.read_before(since, self._groups.members(group))
            cost = sum(descriptors.values())
            if cost <= most:
                chosen |= descriptors.keys()
                most -= cost
            most -= LISTING_COST
        return self._tables.read_whole(chosen)
