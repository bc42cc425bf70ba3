"""Closed connections among the living: after them, once each, with what they came to."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from monitor.model.event_list import Ending, EventKind
from monitor.model.sample import Interval
from monitor.model.tcp import TcpState
from monitor.presentation.closed_cells import closed_last
from monitor.presentation.closed_interval import with_closed
from monitor.presentation.closed_reasons import closed_line
from monitor.presentation.connections_view import ConnectionsView, first_press, pairs
from monitor.presentation.filters import mask, parse
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import Groups
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.line_explanation import explain_position
from monitor.presentation.sorting import Sort
from monitor.sampling.intervals import advance
from tests.event_scene import CURL, NGINX, event, listed, of_db1
from tests.machine_db1 import samples
from tests.presentation.connection_scene import db1_interval
from tests.scenes import row, sample_of

PAIR = ("192.0.2.10:40000", "198.51.100.20:5432")


def view_of(interval: Interval, sort: Sort | None = None, filter_text: str = "") -> ConnectionsView:
    chosen = pairs(interval, with_time_wait=True) & mask(parse(filter_text), interval)
    return ConnectionsView.make(interval, chosen, sort or Sort(), 120)


def line_of(view, key):
    position = view.position_of(key)
    (line,) = view.lines(position, position + 1)
    return line, dict(zip([column.id for column in view.columns], [cell.text for cell in line.cells], strict=True))


def test_closed_connections_stand_after_the_living_in_every_order():
    living = db1_interval()
    interval = with_closed(living, of_db1())
    for sort in (Sort(), first_press("local"), first_press("send"), Sort("rtt", is_descending=True)):
        order = view_of(interval, sort).order
        assert np.array_equal(order, closed_last(interval, order, is_own_order=False))
        assert order[-1] >= interval.first_closed == len(living.table)


def test_new_sockets_come_before_closed_ones_also_where_the_order_rests():
    before = with_closed(advance(None, samples()[0]), of_db1())
    after = with_closed(db1_interval(), of_db1())
    kept = ConnectionsView.make(after, pairs(after, with_time_wait=True), Sort(), 120, former=view_of(before))
    assert np.array_equal(kept.order, closed_last(after, kept.order, is_own_order=True))


def test_a_closed_connection_says_how_it_ended_how_long_it_lived_and_what_it_carried():
    close = event(EventKind.CLOSED, 1, *PAIR, CURL, ending=Ending.RESET_THERE, lived_s=75, cookie=9, received=612)
    line, said = line_of(view_of(with_closed(db1_interval(), listed([close]))), 9)
    assert line.marks == "×"
    assert (said["state"], said["receive"], said["send"], said["process"]) == ("reset 1m", "Σ612", "Σ0", "curl[4411]")
    assert (said["recv_q"], said["send_q"], said["idle"]) == ("", "", "")


def test_what_the_kernel_did_not_count_is_not_zero():
    close = event(EventKind.CLOSED, 1, *PAIR, cookie=9, info_length=0, is_short=True)
    _, said = line_of(view_of(with_closed(db1_interval(), listed([close]))), 9)
    assert (said["state"], said["receive"], said["process"]) == ("ended", "–", "–")


@pytest.mark.parametrize("ending", Ending)
@pytest.mark.parametrize("lived_s", [0.04, 59, 14 * 3_600, 999 * 86_400, math.nan])
def test_an_end_has_room_in_its_column(ending, lived_s):
    close = event(EventKind.CLOSED, 1, *PAIR, ending=ending, lived_s=lived_s, cookie=9)
    events = listed([close], since_s=-14 * 3_600)
    _, said = line_of(view_of(with_closed(db1_interval(), events)), 9)
    assert 0 < len(said["state"]) <= 10


def test_in_the_own_order_the_newest_close_stands_first():
    interval = with_closed(db1_interval(), of_db1())
    order = view_of(interval).order
    closed_at = interval.closed_at[order[order >= interval.first_closed]]
    assert closed_at.tolist() == sorted(closed_at.tolist(), reverse=True)


def test_a_socket_that_still_stands_is_not_listed_twice():
    living = db1_interval()
    cookie = int(living.table.cookie[living.table.is_pair][0])
    interval = with_closed(living, listed([event(EventKind.CLOSED, 1, *PAIR, cookie=cookie)]))
    assert len(interval.table) == len(living.table)


def test_a_time_wait_entry_gives_way_to_its_closed_connection():
    rows = [row("tcp", *PAIR, "TIME-WAIT", cookie=9), row("tcp", "192.0.2.10:40001", PAIR[1], "TIME-WAIT", cookie=10)]
    living = advance(None, sample_of(rows, has_time_wait=True))
    interval = with_closed(living, listed([event(EventKind.CLOSED, 1, *PAIR, cookie=9)]))
    view = view_of(interval)
    assert sorted(map(view.key_at, range(view.count))) == [9, 10]
    assert view.order[view.position_of(9)] == interval.first_closed
    assert living.table.cookie.tolist() == [9, 10]


def test_openings_failures_and_listeners_are_not_closed_connections():
    events = [
        event(EventKind.OPENED, 1, *PAIR, cookie=7),
        event(EventKind.FAILED, 1, *PAIR, cookie=8),
        event(EventKind.CLOSED, 1, "192.0.2.10:443", "0.0.0.0:0", cookie=9, last_state=TcpState.LISTEN),
    ]
    living = db1_interval()
    assert len(with_closed(living, listed(events)).table) == len(living.table)


def test_a_process_with_living_and_closed_connections_is_one_group():
    living = db1_interval()
    nginx = next(process for process in living.owners.processes.values() if process.pid == 812)
    events = listed([event(EventKind.CLOSED, 1, *PAIR, NGINX, cookie=9)])
    interval = with_closed(living, replace(events, processes={NGINX: nginx}))
    groups = Groups.of(interval, mask(parse("pid:812"), interval), Grouping.PROCESS)
    closed = interval.table.row_of_cookie(9)
    assert any(closed in groups.members(entry) and len(groups.members(entry)) > 1 for entry in range(len(groups)))


def test_a_process_that_had_the_pid_of_another_stays_another():
    events = listed([event(EventKind.CLOSED, 1, *PAIR, NGINX, cookie=9)])
    interval = with_closed(db1_interval(), events)
    groups = Groups.of(interval, mask(parse("pid:812"), interval), Grouping.PROCESS)
    closed = interval.table.row_of_cookie(9)
    assert [closed] in [groups.members(entry).tolist() for entry in range(len(groups))]


@pytest.mark.parametrize(("line", "is_found"), [("curl", True), (":5432", True), ("nginx", False), ("out", True)])
def test_filters_choose_among_closed_connections_as_among_the_living(line, is_found):
    interval = with_closed(db1_interval(), listed([event(EventKind.CLOSED, 1, *PAIR, CURL, cookie=9)]))
    assert (view_of(interval, filter_text=line).position_of(9) is not None) == is_found


def test_groups_count_closed_connections_apart_from_states():
    interval = with_closed(db1_interval(), of_db1())
    chosen = pairs(interval, with_time_wait=True)
    view = GroupsView.make(Groups.of(interval, chosen, Grouping.REMOTE_ADDRESS), frozenset(), Sort(), 120)
    texts = [cell.text for line in view.lines(0, view.count) for cell in line.cells]
    assert "1 ESTAB 8 ×" in texts


def test_every_value_of_a_closed_line_is_explained():
    interval = with_closed(db1_interval(), of_db1())
    view = view_of(interval)
    explained = explain_position(view, view.count - 1)
    assert len(explained.values) == len(view.columns) + 1
    assert any("closed at 2026-11-23T03:12:" in value.why.reason for value in explained.values)


def test_the_line_beside_it_says_what_became_of_it():
    close = event(EventKind.CLOSED, 1, *PAIR, CURL, ending=Ending.RESET_THERE, lived_s=75, cookie=9, received=612)
    interval = with_closed(db1_interval(), listed([close]))
    line = closed_line(interval, interval.first_closed)
    assert "".join(cell.text for cell in line.left) == " curl[4411] · reset by peer after 1m · 612 in, 0 out"
    assert closed_line(interval, 0) is None
