"""Belongings: reads to whom the sockets of several network namespaces belong.

Who holds a socket, users and control groups are the machine's and not a namespace's: they are read once for all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitor.kernel.descriptor_limits import DescriptorLimits
from monitor.kernel.group_names import GroupNames
from monitor.kernel.owners import OwnerReader
from monitor.kernel.users import UserNames
from monitor.model.belonging import Belonging
from monitor.model.places import distinct
from monitor.model.sample import Sample
from monitor.model.socket_table import U64


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
