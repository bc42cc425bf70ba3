"""What a view lists as marked are the lines that it marks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.model.egress import Egress, Reason
from monitor.presentation.connections_view import ConnectionsView, rows_of_process
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import Groups
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.listeners_view import ListenersView
from monitor.presentation.process_sections import ProcessSections
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.sorting import Sort
from monitor.sampling.intervals import advance
from tests import machine_db1


@pytest.fixture(scope="module")
def interval():
    """db1, where every third row leaves elsewhere and every seventh has no way."""
    made = None
    for sample in machine_db1.samples():
        made = advance(made, sample)
    egress = Egress.unasked(len(made.table))
    egress.reason[::3] = Reason.OTHER_DEVICE
    egress.reason[::7] = Reason.REFUSED
    return replace(made, egress=egress)


def marked_lines(view):
    return [place for place, line in enumerate(view.lines(0, view.count)) if line.marks in ("!", "~")]


def views(interval):
    everything = np.ones(len(interval.table), np.bool_)
    endpoints = ServiceEndpoints.of(interval)
    yield ConnectionsView.make(interval, everything, Sort(), 120)
    yield ListenersView.make(endpoints, np.arange(len(endpoints)), Sort(), 120)
    groups = Groups.of(interval, everything, Grouping.STATE)
    yield GroupsView.make(groups, {groups.key(place) for place in range(len(groups)) if place != 1}, Sort(), 120)
    for pid in (812, 990):
        rows = rows_of_process(interval, pid)
        closed = ProcessSections.make(interval, rows, frozenset(), Sort(), 120)
        opened = {closed.key_at(place) for place in range(closed.count)} - {part.key for part in closed.sections}
        yield ProcessSections.make(interval, rows, opened, Sort(), 120)


def test_marked_positions_are_those_of_the_marked_lines(interval):
    found = [view.marked().tolist() for view in views(interval)]
    assert found == [marked_lines(view) for view in views(interval)]
    assert all(found)


def test_nothing_is_marked_before_the_ways_are_known(interval):
    unasked = replace(interval, egress=None)
    assert [view.marked().tolist() for view in views(unasked)] == [marked_lines(view) for view in views(unasked)]
