"""Groups open in place: what is shown has one identity each, and opening and closing keeps it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.presentation.connections_view import columns_for
from monitor.presentation.group_cells import GROUP_CELLS
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import Groups
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.sorting import Sort
from monitor.sampling.intervals import advance
from tests.presentation.random_intervals import intervals
from tests.scenes import row, sample_of, traffic

WIDTHS = (80, 120, 200)
SORTS = st.builds(Sort, st.sampled_from((None, *GROUP_CELLS)), st.booleans())


def view_of(  # noqa: PLR0913 - what is shown, and how
    interval, by=Grouping.REMOTE_ADDRESS, opened=frozenset(), sort=None, *, width=120, former=None
):
    groups = Groups.of(interval, np.ones(len(interval.table), np.bool_), by)
    return GroupsView.make(groups, opened, sort or Sort(), width, former=former)


def keys(view):
    return [view.key_at(position) for position in range(view.count)]


@st.composite
def views(draw):
    interval, by, sort = draw(intervals()), draw(st.sampled_from(Grouping)), draw(SORTS)
    closed = view_of(interval, by, sort=sort)
    opened = draw(st.sets(st.sampled_from(keys(closed)))) if closed.count else set()
    return view_of(interval, by, frozenset(opened), sort, width=draw(st.sampled_from(WIDTHS)))


@settings(max_examples=60)
@given(views())
def test_every_line_has_a_key_that_leads_back_to_it(view):
    assert [view.position_of(key) for key in keys(view)] == list(range(view.count))


@settings(max_examples=60)
@given(views())
def test_the_rows_of_opened_groups_stand_beneath_them_and_no_others_do(view):
    below = {}
    for position, key in enumerate(keys(view)):
        if view.is_group_at(position):
            below[key] = []
            group = key
        else:
            below[group].append(key)
            assert view.group_key_of(key) == group
    cookies = view.interval.table.cookie
    for key, rows in below.items():
        members = cookies[view.groups.members(view.groups.entry_of(key))].tolist()
        assert sorted(rows) == (sorted(members) if key in view.opened else [])


@settings(max_examples=60)
@given(views())
def test_lines_are_the_same_one_by_one_as_all_at_once(view):
    lines = view.lines(0, view.count)
    assert [view.lines(position, position + 1)[0] for position in range(view.count)] == lines
    assert all(len(line.cells) == len(view.columns) for line in lines)
    assert view.lines(view.count, view.count + 5) == []


@settings(max_examples=60)
@given(views(), st.data())
def test_opening_and_closing_moves_nothing_else(view, data):
    if not view.count:
        return
    key = data.draw(st.sampled_from(keys(view)))
    group = view.group_key_of(key)
    again = GroupsView.make(view.groups, view.toggled(key), view.rows.sort, 120, former=view)
    others = [other for other in keys(view) if view.group_key_of(other) != group]
    assert [other for other in keys(again) if again.group_key_of(other) != group] == others
    assert again.toggled(group) == view.opened


def connection(remote, sent=0, cookie=None):
    told = traffic(sent=sent, is_dialled=True)
    return row("tcp", "192.0.2.10:40000", remote, "ESTAB", cookie=cookie, owner=(990, 5), **told)


def two_samples(*pairs):
    first = advance(None, sample_of([connection(remote) for remote, _ in pairs]))
    return advance(first, sample_of([connection(remote, sent) for remote, sent in pairs], 5.0))


def titles(view):
    return [view.lines(position, position + 1)[0].cells[1].text for position in range(view.count)]


def test_the_busiest_group_stands_first_then_the_largest():
    interval = two_samples(
        ("198.51.100.1:443", 0), ("198.51.100.2:443", 0), ("198.51.100.2:80", 0), ("198.51.100.3:443", 500)
    )
    assert titles(view_of(interval)) == ["198.51.100.3", "198.51.100.2", "198.51.100.1"]


def test_among_idle_groups_what_waits_stands_first():
    waiting = row("tcp", "192.0.2.10:40001", "203.0.113.77:443", "SYN-SENT")
    interval = advance(None, sample_of([connection("198.51.100.1:443"), connection("198.51.100.1:80"), waiting]))
    assert titles(view_of(interval)) == ["203.0.113.77", "198.51.100.1"]


def test_a_column_sorts_groups_and_the_rows_in_them():
    interval = two_samples(("198.51.100.1:443", 10), ("198.51.100.1:80", 90), ("198.51.100.2:443", 50))
    opened = frozenset(keys(view_of(interval)))
    shown = view_of(interval, opened=opened, sort=Sort("send", is_descending=False))
    remotes = [line.cells[3].text for line in shown.lines(0, shown.count)]
    assert titles(shown)[0] == "198.51.100.2"
    assert remotes[3:] == ["198.51.100.1:443", "198.51.100.1:80"]


def test_a_former_view_keeps_its_order_and_new_groups_follow():
    before = view_of(two_samples(("198.51.100.1:443", 100), ("198.51.100.2:443", 50)))
    after = two_samples(("198.51.100.3:443", 900), ("198.51.100.2:443", 500), ("198.51.100.1:443", 1))
    assert titles(view_of(after)) == ["198.51.100.3", "198.51.100.2", "198.51.100.1"]
    assert titles(view_of(after, former=before)) == ["198.51.100.1", "198.51.100.2", "198.51.100.3"]


def test_a_former_view_of_another_grouping_keeps_no_order():
    interval = two_samples(("198.51.100.1:443", 100), ("198.51.100.2:443", 50))
    former = view_of(interval, Grouping.STATE)
    assert titles(view_of(interval, former=former)) == ["198.51.100.1", "198.51.100.2"]


def test_an_opened_group_that_went_is_open_when_it_comes_back():
    interval = two_samples(("198.51.100.1:443", 100))
    opened = frozenset(keys(view_of(interval)))
    gone = view_of(two_samples(("198.51.100.2:443", 1)), opened=opened)
    assert gone.count == 1
    assert view_of(interval, opened=gone.opened).count == 2


def test_a_group_says_how_many_and_in_which_states():
    rows = [connection("198.51.100.1:443"), connection("198.51.100.1:80")]
    rows.append(row("tcp", "192.0.2.10:40002", "198.51.100.1:443", "CLOSE-WAIT", owner=(991, 5)))
    view = view_of(advance(None, sample_of(rows)))
    cells = [cell.text for cell in view.lines(0, 1)[0].cells]
    assert cells[:5] == ["▸ 3", "198.51.100.1", "", "2 ESTAB 1 CLOSE-WAIT", "2 processes"]
    assert view_of(view.interval, opened=view.toggled(view.key_at(0))).lines(0, 1)[0].cells[0].text == "▾ 3"


def test_a_closed_row_is_counted_apart():
    gone = connection("198.51.100.1:443", cookie=5)
    first = advance(None, sample_of([gone, connection("198.51.100.1:80")]))
    interval = advance(first, sample_of([connection("198.51.100.1:80")], 1.0, closed=[5]))
    assert view_of(interval).lines(0, 1)[0].cells[3].text == "1 ESTAB 1 ×"


def test_a_line_stands_for_its_rows():
    view = view_of(two_samples(("198.51.100.1:443", 1), ("198.51.100.1:80", 2)))
    opened = view_of(view.interval, opened=view.toggled(view.key_at(0)))
    assert [opened.rows_at(position).tolist() for position in range(3)] == [[0, 1], [1], [0]]


@pytest.mark.parametrize("width", WIDTHS)
def test_columns_are_as_wide_as_the_connections(width):
    view = view_of(two_samples(("198.51.100.1:443", 1)), width=width)
    assert [(column.id, column.width) for column in view.columns] == [
        (shown.column.id, shown.column.width) for shown in columns_for(width)
    ]


def test_only_what_groups_have_can_sort_them():
    view = view_of(two_samples(("198.51.100.1:443", 1)), width=200)
    assert {column.id for column in view.columns if not column.is_sortable} == {
        "direction", "remote", "process", "user", "unit", "via", "limited", "age",
    }  # fmt: skip


def test_no_rows_make_an_empty_view():
    view = view_of(advance(None, sample_of([])), opened={("group", "remote address", 1, 2, 3)})
    assert (view.count, view.lines(0, 10), view.position_of(7), view.position_of(None)) == (0, [], None, None)
