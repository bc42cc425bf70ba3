"""Belongings: to whom the sockets of several network namespaces belong.

Who holds a socket, users and control groups are the machine's and not a namespace's: they are read once for all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.kernel.descriptor_limits import DescriptorLimits
from monitor.kernel.group_names import GroupNames
from monitor.kernel.owners import OwnerReader
from monitor.kernel.users import UserNames
from monitor.model.control_group import ControlGroup
from monitor.model.host_facts import DescriptorUse
from monitor.model.owner_table import OwnerTable
from monitor.model.places import distinct
from monitor.model.sample import Sample
from monitor.model.socket_table import U64


@dataclass(frozen=True, slots=True, eq=False)
class Belonging:
    """What holds for the sockets of all namespaces."""

    owners: OwnerTable
    descriptors: Mapping[int, DescriptorUse]
    users: Mapping[int, str]
    control_groups: Mapping[int, ControlGroup]

    def given_to(self, sample: Sample) -> Sample:
        """Put it into the sample of one of them, or what another tells of it."""
        return replace(
            sample,
            owners=self.owners,
            descriptors=self.descriptors,
            users=self.users,
            control_groups=self.control_groups,
        )

    @classmethod
    def told_by(cls, sample: Sample) -> Belonging:
        """Take it from a sample that it was given to."""
        return cls(sample.owners, sample.descriptors, sample.users, sample.control_groups)


class Belongings:
    """Reads it; used by one thread, in any network namespace.

    Args:
        names_groups_later: Look up what control groups are called in audit(), for the next time, so that none waits.
    """

    def __init__(self, *, names_groups_later: bool = False) -> None:
        self._names_groups_later = names_groups_later
        self._owners = OwnerReader()
        self._limits = DescriptorLimits()
        self._groups = GroupNames()
        self._users = UserNames()
        self._cgroups: U64 = np.zeros(0, np.uint64)

    def of(self, samples: Sequence[Sample]) -> Belonging:
        """Read it for all sockets of one or more samples."""
        tables = [sample.table for sample in samples]
        self._cgroups = np.concatenate([table.cgroup for table in tables])
        owners = self._owners.read(np.concatenate([table.inode for table in tables]), self._cgroups)
        descriptors = self._limits.use(self._owners.open_descriptors(), owners.processes)
        users = self._users.names_of(distinct(np.concatenate([table.uid for table in tables])).tolist())
        if not self._names_groups_later:
            self._groups.learn(self._cgroups)
        return Belonging(owners, descriptors, users, self._groups.known)

    def prepare(self) -> None:
        """Import and open what the first reading could do without."""
        self._owners.prepare()

    def audit(self) -> None:
        """See whether owners are still who they were, and what control groups are called."""
        self._owners.audit()
        self._groups.learn(self._cgroups)

    def close(self) -> None:
        """Give back what owners are read by."""
        self._owners.close()
