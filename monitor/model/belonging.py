"""Belonging: to whom the sockets of several network namespaces belong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.model.control_group import ControlGroup
from monitor.model.host_facts import DescriptorUse
from monitor.model.owner_table import OwnerTable
from monitor.model.sample import Sample


@dataclass(frozen=True, slots=True, eq=False)
class Belonging:
    """What holds for the sockets of all namespaces; the fields are those of Sample."""

    owners: OwnerTable
    descriptors: Mapping[int, DescriptorUse]
    users: Mapping[int, str]
    control_groups: Mapping[int, ControlGroup]

    def given_to(self, sample: Sample) -> Sample:
        """Put it into the sample of one of them."""
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
