"""What a refresh and a key cost does not grow with the rows that are not on screen: no Python code visits them all."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest

from monitor.model.sample import Interval
from monitor.presentation.alike import TRAITS
from monitor.presentation.connection_columns import CONNECTION_COLUMNS
from monitor.presentation.connections_view import ConnectionsView, pairs, rows_of_process, total_rates
from monitor.presentation.difference_words import difference_lines
from monitor.presentation.filters import mask, parse
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import Groups
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.listeners_view import ListenersView, chosen_entries
from monitor.presentation.losses import losses_of_row
from monitor.presentation.process_sections import ProcessSections
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.sorting import Sort
from monitor.presentation.status_text import state_counts
from monitor.presentation.what_if_lines import what_if_lines
from monitor.presentation.workers import Workers
from monitor.reasoning.holders import pids_of
from tests.presentation import many_rows

FEW, MANY = 600, 6_000
ON_SCREEN = 25
CALLS_PER_CELL = 10
"""A cell is made, its text is, and the number in it is cut and rounded."""

Work = Callable[[Interval], object]


@lru_cache
def interval_of(rows: int) -> Interval:
    return many_rows.interval_of(rows)


def calls(work: Work, rows: int) -> int:
    """Count the functions that Python code calls, its own and those of numpy."""
    interval, count = interval_of(rows), 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    work(interval)
    former = sys.getprofile()
    sys.setprofile(note)
    try:
        work(interval)
    finally:
        sys.setprofile(former)
    return count


def assert_no_row_is_visited(work: Work) -> None:
    # Where rows differ a cell may have another reason; a visit of each would be thousands more.
    assert calls(work, MANY) < 1.3 * calls(work, FEW) + 100


def assert_columns_are_read_once(view) -> None:
    """See that a further line of a page costs its cells' texts, and no reading of columns by itself."""
    few, many = (calls(lambda _, stop=stop: view.lines(0, stop), FEW) for stop in (4, 20))
    assert (many - few) / 16 < CALLS_PER_CELL * len(view.columns)


def everything(interval: Interval) -> np.ndarray:
    return np.ones(len(interval.table), np.bool_)


def use(view) -> None:
    """Do with a view what a screen does."""
    view.lines(0, ON_SCREEN)
    last = view.key_at(view.count - 1)
    assert view.position_of(last) == view.count - 1
    view.marked()


@pytest.mark.parametrize("column", [None, *(shown.column.id for shown in CONNECTION_COLUMNS)])
def test_connections_in_every_order(column):
    def work(interval):
        view = ConnectionsView.make(interval, pairs(interval, with_time_wait=False), Sort(column), 200)
        use(view)
        total_rates(interval, view.order)

    assert_no_row_is_visited(work)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_page_reads_each_column_once(width):
    interval = interval_of(FEW)
    chosen = pairs(interval, with_time_wait=False)
    assert_columns_are_read_once(ConnectionsView.make(interval, chosen, Sort(), width))
    groups = Groups.of(interval, chosen, Grouping.STATE)
    assert_columns_are_read_once(GroupsView.make(groups, {groups.key(0)}, Sort(), width))
    endpoints = ServiceEndpoints.of(interval)
    assert_columns_are_read_once(ListenersView.make(endpoints, np.arange(len(endpoints)), Sort(), width))


def test_connections_that_keep_their_order():
    def work(interval):
        chosen = pairs(interval, with_time_wait=False)
        former = ConnectionsView.make(interval, chosen, Sort("rtt"), 120)
        use(ConnectionsView.make(interval, chosen, Sort(), 120, former=former))

    assert_no_row_is_visited(work)


@pytest.mark.parametrize("by", Grouping)
def test_groups(by):
    def work(interval):
        groups = Groups.of(interval, pairs(interval, with_time_wait=False), by)
        view = GroupsView.make(groups, {groups.key(0)}, Sort(), 200)
        use(view)
        use(GroupsView.make(groups, set(), Sort("idle"), 200, former=view))
        view.rows_at(0)

    assert_no_row_is_visited(work)


def test_listeners():
    def work(interval):
        endpoints = ServiceEndpoints.of(interval)
        use(ListenersView.make(endpoints, chosen_entries(endpoints, parse("estab or listen")), Sort(), 120))

    assert_no_row_is_visited(work)


@pytest.mark.parametrize("by", [None, Grouping.REMOTE_ADDRESS, Grouping.PEER])
def test_the_sockets_of_a_process(by):
    def work(interval):
        use(ProcessSections.make(interval, rows_of_process(interval, many_rows.PID), set(), Sort(), 120, by=by))

    assert_no_row_is_visited(work)


def test_the_workers_of_a_listener():
    def work(interval):
        table = interval.table
        assert Workers.of(interval, table.is_listener & (table.local_port == 8000), everything(interval)).summary

    assert_no_row_is_visited(work)


@pytest.mark.parametrize(
    "line", ["1", "18.0.1", "198.18.0.7:1", "server", "estab", "port 8000", "dst 198.18.0.0/24", "pid 5000", "not in"]
)
def test_filters(line):
    assert_no_row_is_visited(lambda interval: mask(parse(line), interval))


@pytest.mark.parametrize("letter", TRAITS)
def test_what_rows_have_in_common(letter):
    def work(interval):
        row = len(interval.table) - 1
        TRAITS[letter][1](RowTexts(interval), np.array([row]))

    assert_no_row_is_visited(work)


def test_counts_and_holders():
    def work(interval):
        state_counts(interval)
        assert len(pids_of(interval, np.arange(len(interval.table)))) == many_rows.PROCESSES

    assert_no_row_is_visited(work)


def test_connections_that_leave_elsewhere():
    def work(interval):
        assert len(difference_lines(interval, np.flatnonzero(interval.table.is_pair))) == 1

    assert_no_row_is_visited(work)


def test_what_if_something_goes():
    def work(interval):
        losses = losses_of_row(interval, len(interval.table) - 1, None)
        assert what_if_lines(interval, losses, {}, 120)

    assert_no_row_is_visited(work)
