"""A process' sockets by role: each row exactly once, with the process at the other end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.presentation.connections_view import rows_of_process
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.process_sections import ProcessSections
from monitor.presentation.sorting import Sort
from monitor.presentation.view import Role
from monitor.reasoning.roles import socket_roles
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.presentation.random_intervals import intervals
from tests.scenes import ANY, row, sample_of, traffic


def sections_of(interval, pid=None, opened=frozenset(), *, width=120, former=None):
    chosen = np.ones(len(interval.table), np.bool_) if pid is None else rows_of_process(interval, pid)
    return ProcessSections.make(interval, chosen, opened, Sort(), width, former=former)


def keys(view):
    return [view.key_at(position) for position in range(view.count)]


def all_open(interval, **asked):
    closed = sections_of(interval, **asked)
    return sections_of(interval, opened=frozenset(keys(closed)), **asked)


def texts(view):
    return [[cell.text for cell in line.cells] for line in view.lines(0, view.count)]


@pytest.fixture
def db1():
    interval = None
    for sample in machine_db1.samples():
        interval = advance(interval, sample)
    return interval


@settings(max_examples=60)
@given(intervals(), st.sampled_from((None, 812, 813, 990)))
def test_every_row_stands_in_exactly_one_section_and_that_of_its_role(interval, pid):
    view = all_open(interval, pid=pid)
    chosen = np.arange(len(interval.table)) if pid is None else np.flatnonzero(rows_of_process(interval, pid))
    roles, shown, role = socket_roles(interval), [], None
    for position, key in enumerate(keys(view)):
        if isinstance(key, tuple) and key[0] == "section":
            role = next(section.role for section in view.sections if section.key == key)
            assert view.rows_at(position).tolist() == []
        elif isinstance(key, int):
            (place,) = view.rows_at(position).tolist()
            assert roles[place] == role
            shown.append(place)
    assert sorted(shown) == chosen.tolist()
    assert sum(section.sockets for section in view.sections) == len(chosen)


@settings(max_examples=60)
@given(intervals(), st.data())
def test_every_line_has_a_key_that_leads_back_to_it(interval, data):
    closed = sections_of(interval)
    opened = data.draw(st.sets(st.sampled_from(keys(closed)))) if closed.count else set()
    view = sections_of(interval, opened=frozenset(opened))
    assert [view.position_of(key) for key in keys(view)] == list(range(view.count))
    lines = view.lines(0, view.count)
    assert [view.lines(position, position + 1)[0] for position in range(view.count)] == lines
    assert all(len(line.cells) == len(view.columns) for line in lines)


@settings(max_examples=60)
@given(intervals(), st.data())
def test_opening_and_closing_brings_back_what_was(interval, data):
    view = sections_of(interval)
    if not view.count:
        return
    key = data.draw(st.sampled_from(keys(view)))
    opened = sections_of(interval, opened=view.toggled(key), former=view)
    closed = sections_of(interval, opened=opened.toggled(key), former=opened)
    assert set(keys(view)) <= set(keys(opened))
    assert keys(closed) == keys(view)


def test_headings_count_and_name_the_roles(db1):
    headings = [line for line in sections_of(db1, 990).lines(0, 99) if line.role is Role.HEADING]
    assert [(line.cells[1].text, line.cells[3].text) for line in headings] == [
        ("Listens on 1", "by endpoint"),
        ("Accepted 6", "by remote address"),
        ("Connects to 5", "by remote endpoint"),
    ]


def test_a_listener_tells_its_reach_connections_and_queue(db1):
    assert texts(sections_of(db1, 990))[1][:5] == ["▸ tcp4", "192.0.2.10:6432", "", "net 7 conns 6/5", "not shared"]


def test_a_listener_tells_who_shares_it(db1):
    shared = {line[1]: line[4] for line in texts(sections_of(db1, 812))}
    assert shared["[::]:443"] == "nginx ×4"
    group = {line[1]: line[4] for line in texts(sections_of(db1, 2044))}
    assert group["192.0.2.10:8443"] == "8 sockets"


def test_a_group_and_its_rows_name_the_process_at_the_other_end(db1):
    lines = texts(all_open(db1, pid=4411))
    named = [(line[3], line[4]) for line in lines if "127.0.0.1:5432" in (line[1], line[3])]
    assert named == [
        ("2 ESTAB", "2 processes"),
        ("127.0.0.1:5432", "postgres[22114]"),
        ("127.0.0.1:5432", "postgres[22113]"),
    ]


def loopback(port, owner):
    return [
        row("tcp", f"127.0.0.1:{port}", "127.0.0.1:5432", "ESTAB", owner=(990, 5), **traffic(is_dialled=True)),
        *([row("tcp", "127.0.0.1:5432", f"127.0.0.1:{port}", "ESTAB", owner=owner)] if owner else []),
    ]


def peer(*rows):
    lines = texts(sections_of(advance(None, sample_of(rows)), 990))
    return next(line[4] for line in lines if line[0].startswith("▸"))


def test_a_group_with_one_process_at_all_other_ends_names_it():
    assert peer(*loopback(1, (702, 3)), *loopback(2, (702, 4))) == "process-702[702]"


def test_a_group_says_how_many_other_ends_are_on_this_host():
    assert peer(*loopback(1, (702, 3)), *loopback(2, None)) == "1 of 2 process-702[702]"


def test_a_group_whose_other_ends_are_elsewhere_names_nobody():
    assert peer(*loopback(1, None)) == ""


def test_a_key_outside_of_groups_opens_nothing():
    bound = row("tcp", "192.0.2.10:8444", ANY, "BOUND", owner=(990, 5))
    view = sections_of(advance(None, sample_of([bound])), 990)
    assert keys(view) == [("section", "OTHER"), bound.columns["cookie"]]
    assert [view.toggled(key) for key in keys(view)] == [frozenset(), frozenset()]


def test_a_process_without_sockets_has_no_sections(db1):
    view = sections_of(db1, 1)
    assert (view.count, view.lines(0, 5), view.position_of(("section", "OTHER"))) == (0, [], None)
    assert view.columns


def test_former_sections_keep_their_order_while_rates_change():
    def sample(first, second, seconds):
        told = {"owner": (990, 5)}
        return sample_of(
            [
                row("tcp", "192.0.2.10:1", "198.51.100.1:443", "ESTAB", **told, **traffic(sent=first, is_dialled=True)),
                row(
                    "tcp", "192.0.2.10:2", "198.51.100.2:443", "ESTAB", **told, **traffic(sent=second, is_dialled=True)
                ),
            ],
            seconds,
        )

    one = advance(advance(None, sample(0, 0, 0.0)), sample(9_000, 10, 5.0))
    two = advance(one, sample(9_000, 99_000, 10.0))
    before = sections_of(one, 990)
    assert keys(sections_of(two, 990)) != keys(before)
    assert keys(sections_of(two, 990, former=before)) == keys(before)


@pytest.mark.parametrize("width", [80, 120, 200])
def test_group_parts_share_the_columns_of_the_whole(db1, width):
    view = sections_of(db1, 990, width=width)
    ids = [column.id for column in view.columns]
    for section in view.sections:
        assert isinstance(section.part, GroupsView)
        assert [column.id for column in section.part.columns] == ids
