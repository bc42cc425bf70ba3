"""Curves stand at the end of wide rows only; each is of its own row, and blank where nothing was kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.presentation.connection_curves import with_curves
from monitor.presentation.connections_view import ConnectionsView
from monitor.presentation.fitting import cell_width
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import Groups
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.line_explanation import explain_position
from monitor.presentation.sorting import Sort
from monitor.sampling.history import History
from monitor.sampling.intervals import advance
from tests.scenes import row, sample_of, traffic


def rows(sent):
    return [
        row("tcp", "192.0.2.10:443", f"198.51.100.7:{port}", "ESTAB", cookie=port, **traffic(sent=sent * share))
        for port, share in ((1, 1), (2, 0))
    ]


def watched(cookies=(1, 2)):
    """Six samples, a second apart, of a busy and a quiet connection."""
    history, interval = History(), None
    for second in range(6):
        interval = advance(interval, sample_of(rows(1_000 * second), float(second)))
        history.watch([(interval.table.namespace, cookie) for cookie in cookies])
        history.add(interval)
    return interval, history


def view(interval, width):
    return ConnectionsView.make(interval, np.ones(len(interval.table), np.bool_), Sort(), width)


def curves(view):
    return {line.cells[1].text + line.cells[3].text: line.cells[-1].text for line in view.lines(0, view.count)}


def test_each_row_has_the_curve_of_its_own_rates():
    interval, history = watched()
    drawn = list(curves(with_curves(view(interval, 220), history, 220)).values())
    assert [text.strip() for text in drawn] == ["██", "▁▁"]


def test_what_was_not_on_screen_is_blank():
    interval, history = watched(cookies=(1,))
    assert list(curves(with_curves(view(interval, 220), history, 220)).values())[1].strip() == ""


@pytest.mark.parametrize("width", [80, 120, 196])
def test_there_is_no_room_for_curves_at(width):
    interval, history = watched()
    made = with_curves(view(interval, width), history, width)
    assert [column.id for column in made.columns] == [column.id for column in view(interval, width).columns]


def test_before_there_is_a_history_rows_are_as_ever():
    interval, _ = watched()
    made = view(interval, 200)
    assert with_curves(made, None, 200) is made


@pytest.mark.parametrize("width", [212, 220, 240])
def test_all_columns_fit_the_pane(width):
    interval, history = watched()
    made = with_curves(view(interval, width), history, width)
    assert sum(column.width + 1 for column in made.columns) + 3 <= width + 1
    assert {cell_width(line.cells[-1].text) for line in made.lines(0, 2)} == {12}
    assert made.columns[-1].is_sortable is False


def test_the_curves_follow_the_rows_to_newer_numbers():
    interval, history = watched()
    made = with_curves(view(interval, 220), history, 220)
    assert curves(made.at(interval)) == curves(made)


def test_a_curve_says_what_it_is_like_every_other_value():
    interval, history = watched()
    explained = explain_position(with_curves(view(interval, 220), history, 220), 0)
    assert (explained.values[-1].label, explained.values[-1].why.meaning) == ("last 1m", "curve")


def test_groups_have_no_curve_and_their_rows_do():
    interval, history = watched()
    groups = Groups.of(interval, np.ones(2, np.bool_), Grouping.REMOTE_ADDRESS)
    made = GroupsView.make(groups, {groups.key(0)}, Sort(), 220)
    made = replace(made, rows=with_curves(made.rows, history, 220))
    assert [line.cells[-1].text.strip() for line in made.lines(0, 3)] == ["", "██", "▁▁"]
    assert explain_position(made, 0).values[-1].why.reason == "only single rows have one"
