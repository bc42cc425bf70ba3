"""Columns that were asked for stand in the order asked for, at every width; without a choice nothing changes."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.presentation.column_choice import CURVE, ColumnChoice, Density
from monitor.presentation.column_names import COLUMN_NAMES
from monitor.presentation.connection_columns import CONNECTION_COLUMNS
from monitor.presentation.connection_curves import with_curves
from monitor.presentation.connections_view import ConnectionsView, columns_for
from monitor.presentation.event_columns import EVENT_COLUMNS
from monitor.presentation.group_keys import Grouping
from monitor.presentation.groups import Groups
from monitor.presentation.groups_view import GroupsView
from monitor.presentation.listener_columns import LISTENER_COLUMNS
from monitor.presentation.listener_columns import columns_for as listener_columns_for
from monitor.presentation.sorting import Sort
from monitor.sampling.history import History
from monitor.sampling.intervals import advance
from tests import machine_db1

TABLES = {"listeners": LISTENER_COLUMNS, "connections": CONNECTION_COLUMNS, "events": EVENT_COLUMNS}


def ids(columns):
    return [shown.column.id for shown in columns]


@pytest.mark.parametrize("pane", TABLES)
def test_every_column_of_a_table_has_a_name_and_every_name_a_column(pane):
    assert [name for name in COLUMN_NAMES[pane] if name != CURVE] == ids(TABLES[pane])


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_what_was_asked_for_stands_there_in_its_order(width):
    choice = ColumnChoice(("remote", "age", "state", "unheard-of"))
    assert ids(columns_for(width, choice)) == ["remote", "age", "state"]
    assert ids(listener_columns_for(width, ColumnChoice(("user", "local")))) == ["user", "local"]


def test_behind_a_column_that_is_scrolled_none_stays_in_place():
    shown = columns_for(80, ColumnChoice(("state", "idle", "local")))
    assert [one.column.is_fixed for one in shown] == [True, False, False]


@pytest.mark.parametrize("width", [80, 120, 200])
def test_a_density_takes_the_columns_of_another_screen(width):
    assert ids(columns_for(width, ColumnChoice(density=Density.COMPACT))) == ids(columns_for(80))
    assert ids(columns_for(width, ColumnChoice(density=Density.FULL))) == ids(columns_for(200))
    assert columns_for(width, ColumnChoice()) == columns_for(width)


def test_a_curve_is_drawn_where_it_was_asked_for_and_nowhere_else():
    interval = advance(None, machine_db1.samples()[-1])
    every = np.ones(len(interval.table), np.bool_)

    def last(choice, width):
        view = ConnectionsView.make(interval, every, Sort(), width, choice=choice)
        return with_curves(view, History(), width, choice).columns[-1].id

    assert last(ColumnChoice(("state", CURVE)), 80) == CURVE
    assert last(ColumnChoice(("state", "idle")), 200) == "idle"
    assert last(ColumnChoice(), 220) == CURVE


def test_groups_keep_the_columns_in_which_they_say_what_they_are():
    interval = advance(None, machine_db1.samples()[-1])
    groups = Groups.of(interval, np.ones(len(interval.table), np.bool_), Grouping.REMOTE_ADDRESS)
    view = GroupsView.make(groups, (), Sort(), 80, choice=ColumnChoice(("idle", "remote")))
    assert [column.id for column in view.columns] == ["state", "local", "direction", "idle", "remote"]
