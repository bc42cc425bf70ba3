"""The rows of the Connections pane: which, in which order, with which marks, and where a row stands now."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.series import Series
from monitor.presentation.connection_columns import CONNECTION_COLUMNS
from monitor.presentation.connections_view import (
    ConnectionsView,
    first_press,
    pairs,
    rows_of_process,
    total_rates,
)
from monitor.presentation.filters import mask, parse
from monitor.presentation.row_marks import ELSEWHERE, MARKED_S, NEW, NO_MARK, row_marks
from monitor.presentation.sorting import Sort
from monitor.presentation.view import Role
from monitor.sampling.history import HostHistory
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.agreeing import agreed
from tests.scenes import ANY, row, sample_of, traffic


def interval_of(*samples):
    interval = None
    for sample in samples:
        interval = advance(interval, sample)
    return interval


def db1():
    return interval_of(*machine_db1.samples())


def view_of(interval, sort=None, width=120, **more):
    return ConnectionsView.make(interval, pairs(interval, with_time_wait=False), sort or Sort(), width, **more)


def marks_of(interval):
    return row_marks(interval, np.arange(len(interval.table)))


def cells(view, column):
    place = next(at for at, shown in enumerate(view.columns) if shown.id == column)
    return [line.cells[place].text for line in view.lines(0, view.count)]


def moving(port, rate, state="ESTAB", **more):
    """One connection before and after a second."""
    local, remote = "192.0.2.10:443", f"198.51.100.7:{port}"
    return [row("tcp", local, remote, state, **traffic(sent=sent), **more) for sent in (0, rate)]


def busy(*described):
    before, after = zip(*described, strict=True)
    return interval_of(sample_of(before), sample_of(after, 1.0))


def test_the_busiest_stands_first():
    interval = busy(moving(1, 10), moving(2, 30), moving(3, 0), moving(4, 20))
    assert cells(view_of(interval), "remote") == [f"198.51.100.7:{port}" for port in (2, 4, 1, 3)]


def test_among_idle_rows_trouble_stands_first_then_process_then_remote():
    interval = busy(
        moving(1, 0, owner=(9, 1)),
        moving(2, 0, owner=(8, 1)),
        moving(4, 0, owner=(8, 2)),
        moving(3, 0, owner=(8, 3)),
        moving(5, 0, "CLOSE-WAIT"),
        moving(6, 0),
    )
    assert cells(view_of(interval), "remote") == [f"198.51.100.7:{port}" for port in (5, 2, 3, 4, 1, 6)]


def test_rows_with_two_endpoints_are_shown_and_time_wait_where_it_is_wanted():
    rows = [
        row("tcp", "0.0.0.0:443", ANY, "LISTEN"),
        row("udp", "0.0.0.0:53", ANY, "UNCONN"),
        row("tcp", "192.0.2.10:443", "198.51.100.7:1", "ESTAB"),
        row("udp", "192.0.2.10:5000", "192.0.2.53:53", "ESTAB"),
        row("tcp", "192.0.2.10:443", "198.51.100.7:2", "TIME-WAIT"),
        row("tcp", "192.0.2.10:8444", ANY, "BOUND"),
    ]
    interval = interval_of(sample_of(rows, has_time_wait=True))
    assert np.flatnonzero(pairs(interval, with_time_wait=False)).tolist() == [2, 3]
    assert np.flatnonzero(pairs(interval, with_time_wait=True)).tolist() == [2, 3, 4, 5]


@pytest.mark.parametrize("column", [shown.column.id for shown in CONNECTION_COLUMNS])
@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("width", [80, 120, 200])
def test_every_order_holds_every_row_once_and_finds_it_again(column, is_descending, width):
    view = view_of(db1(), Sort(column, is_descending), width)
    keys = [view.key_at(position) for position in range(view.count)]
    assert len(set(keys)) == view.count == int(np.count_nonzero(pairs(view.interval, with_time_wait=False)))
    assert [view.position_of(key) for key in keys] == list(range(view.count))
    assert [row for at in range(view.count) for row in view.rows_at(at).tolist()] == view.order.tolist()
    assert {len(line.cells) for line in view.lines(0, view.count)} == {len(view.columns)}


def test_descending_turns_addresses_round():
    up, down = (view_of(db1(), Sort("remote", is_descending)).cookies.tolist() for is_descending in (False, True))
    same = {int(cookie) for cookie in up} - set(down)
    assert not same
    assert down[0] == up[-1]


@pytest.mark.parametrize("stranger", [None, "x", (1, 2), -1, 1 << 64, 1.5])
def test_a_key_of_nobody_is_found_nowhere(stranger):
    assert view_of(db1()).position_of(stranger) is None


def test_a_row_that_is_filtered_out_has_no_position():
    interval = db1()
    listener = int(interval.table.cookie[np.flatnonzero(interval.table.is_listener)[0]])
    assert view_of(interval).position_of(listener) is None


@given(st.permutations(range(1, 7)), st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True))
def test_a_kept_order_moves_no_known_row(former, ports):
    interval = busy(*(moving(port, port * 10, cookie=port) for port in ports))
    before = view_of(busy(*(moving(port, port, cookie=port) for port in reversed(range(1, 7)))))
    places = [before.cookies.tolist().index(cookie) for cookie in former]
    kept = view_of(interval, former=replace(before, order=before.order[places])).cookies.tolist()
    stays = [cookie for cookie in former if cookie in ports]
    assert kept == stays + sorted(set(ports) - set(former), reverse=True)


def test_a_new_row_carries_its_mark_for_three_seconds():
    new = row("tcp", "192.0.2.10:443", "198.51.100.7:1", "ESTAB")
    seconds = (1.0, 1.0 + MARKED_S - 0.1, 1.0 + MARKED_S)
    marks = [marks_of(interval_of(sample_of([]), sample_of([new], 1.0), sample_of([new], at))) for at in seconds]
    assert marks == [[NEW], [NEW], [NO_MARK]]


def test_rows_of_the_first_sample_are_not_new():
    assert {line.marks for line in view_of(interval_of(*machine_db1.samples()[:1])).lines(0, 99)} == {" "}


def test_a_closed_row_carries_its_mark_and_stays_in_its_place():
    interval = db1()
    view = view_of(interval)
    closed = view.lines(view.position_of(machine_db1.FINISHED.columns["cookie"]), view.count)[0]
    assert (closed.marks, closed.role) == ("×", Role.CLOSED)


def test_a_row_that_was_missed_once_carries_no_mark():
    gone = row("tcp", "192.0.2.10:443", "198.51.100.7:1", "ESTAB")
    assert marks_of(interval_of(sample_of([gone]), sample_of([], 1.0))) == [NO_MARK]


def rates_of(view):
    return total_rates(view.interval, view.order)


def test_the_title_sums_the_rates_of_the_rows_that_are_shown():
    interval = busy(moving(1, 1_000), moving(2, 2_000))
    assert rates_of(view_of(interval)) == "↓ 0/s ↑ 3.0K/s"
    one = ConnectionsView.make(interval, interval.table.remote_port == 1, Sort(), 120)
    assert rates_of(one) == "↓ 0/s ↑ 1.0K/s"


def test_a_sum_over_all_rows_has_its_curve_once_there_are_two_readings():
    interval = busy(moving(1, 1_000), moving(2, 2_000))
    times = np.array([880.0, 940.0, 1_000.0])
    silent, rising = Series(times, np.zeros(3)), Series(times, np.array([np.nan, 1_000.0, 3_000.0]))

    def said(receive: Series, send: Series) -> str:
        view = view_of(interval)
        return total_rates(view.interval, view.order, HostHistory(receive, send, Series.empty(), {}))

    assert said(silent, rising) == "↓ ▁▁▁▁▁▁▁▁▁▁▁▁ 0/s ↑ ▃▃▃▃▃▃██████ 3.0K/s"
    assert said(Series.empty(), Series(times[:1], np.ones(1))) == "↓ 0/s ↑ 3.0K/s"


def test_there_is_no_sum_of_what_is_not_known():
    assert rates_of(view_of(interval_of(sample_of([moving(1, 1)[0]])))) == ""
    assert rates_of(view_of(interval_of(sample_of([])))) == ""


def test_the_rows_of_a_process_are_those_that_it_holds_with_others_and_those_that_wait_for_it():
    rows = [
        row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=[(812, 6), (813, 6)], queue=(1, 5)),
        row("tcp", "192.0.2.10:443", "198.51.100.7:1", "ESTAB", owner=(812, 7)),
        row("tcp", "192.0.2.10:443", "198.51.100.7:2", "ESTAB", owner=[(811, 8), (813, 8), (814, 8)]),
        row("tcp", "192.0.2.10:443", "198.51.100.7:3", "ESTAB", inode=0),
        row("tcp", "192.0.2.10:9", "198.51.100.7:4", "ESTAB"),
    ]
    interval = interval_of(sample_of(rows))
    assert np.flatnonzero(rows_of_process(interval, 813)).tolist() == [0, 2, 3]
    assert not rows_of_process(interval, 1).any()


def test_a_first_press_shows_the_largest_rate_and_the_first_address():
    assert first_press("receive") == Sort("receive", is_descending=True)
    assert first_press("remote") == Sort("remote")
    assert first_press("nothing") == Sort()


@pytest.mark.parametrize("width", [20, 80, 109, 110, 120, 179, 180, 200, 400])
def test_columns_have_a_title_a_width_and_fixed_ones_stand_first(width):
    columns = view_of(interval_of(sample_of([])), width=width).columns
    assert all(column.width > 0 for column in columns)
    fixed = [column.is_fixed for column in columns]
    assert fixed == sorted(fixed, reverse=True)
    assert len({column.id for column in columns}) == len(columns)


def db1_without_alternatives():
    """The machine as it would be without its second default route: the filebeat's address is that route's."""
    first, second = machine_db1.samples()
    interval = advance(advance(None, first), second)
    return agreed(interval, lambda flow: replace(machine_db1.route_to(flow), alternatives=()))


def test_rows_that_would_leave_elsewhere_today_are_marked_and_can_be_filtered():
    interval = db1_without_alternatives()
    (chosen,) = np.flatnonzero(mask(parse("elsewhere estab"), interval)).tolist()
    assert str(interval.table.local(chosen)).startswith("203.0.113.10:")
    assert row_marks(interval, np.array([chosen])) == [ELSEWHERE]
    others = row_marks(interval, np.flatnonzero(mask(parse("not elsewhere estab"), interval)))
    assert others
    assert ELSEWHERE not in others


def test_before_ways_are_known_nothing_is_elsewhere_and_nothing_is_not():
    interval = replace(db1_without_alternatives(), egress=None)
    assert not mask(parse("elsewhere"), interval).any()
    assert not mask(parse("not elsewhere"), interval).any()
