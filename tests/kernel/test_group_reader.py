"""How many control groups GroupReader looks into for a socket."""

from __future__ import annotations

from math import inf

from monitor.kernel.descriptor_tables import DescriptorTables
from monitor.kernel.group_reader import LISTING_COST, GroupReader


def test_every_listing_counts_as_descriptors_that_are_read(monkeypatch):
    listed = []
    reader = GroupReader(DescriptorTables())
    monkeypatch.setattr(reader._groups, "members", lambda group: listed.append(group) or set())
    assert reader.read(range(1, 100), since=inf, most=3 * LISTING_COST) == set()
    assert listed == [1, 2, 3]
