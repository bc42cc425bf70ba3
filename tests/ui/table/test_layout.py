from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.presentation.view import Align, Column
from monitor.ui.table.layout import lay_out, thumb_lines
from tests.ui.synthetic_view import COLUMNS

any_columns = st.lists(
    st.builds(
        Column,
        id=st.text("abcdef", min_size=1, max_size=3),
        title=st.just("x"),
        width=st.integers(1, 40),
        align=st.sampled_from(Align),
        is_fixed=st.booleans(),
    ),
    max_size=12,
).map(lambda columns: sorted(columns, key=lambda column: not column.is_fixed))


def ids(width: int, scrolled: int = 0) -> list[str]:
    return [placed.column.id for placed in lay_out(COLUMNS, width, scrolled=scrolled).placed]


def test_all_columns_stand_where_there_is_room():
    layout = lay_out(COLUMNS, 120)
    assert len(layout.placed) == len(COLUMNS)
    assert not layout.has_more


def test_a_narrow_screen_shows_the_fixed_columns_and_whole_others():
    assert ids(80) == ["state", "local", "remote", "process", "down"]
    assert lay_out(COLUMNS, 80).has_more
    widths = {placed.column.id: placed.width for placed in lay_out(COLUMNS, 80).placed}
    assert widths["down"] == 5


def test_scrolling_sideways_brings_the_last_columns_and_leaves_the_fixed_ones():
    assert ids(80, scrolled=1) == ["state", "local", "remote", "down", "up", "rtt"]
    # No further than needed: the last column is on screen.
    assert ids(80, scrolled=99)[-1] == "idle"
    assert ids(80, scrolled=99)[:3] == ["state", "local", "remote"]
    assert lay_out(COLUMNS, 80, scrolled=99).scrolled < len(COLUMNS) - 3
    assert not lay_out(COLUMNS, 80, scrolled=99).has_more


def test_a_table_that_fits_cannot_be_scrolled():
    assert lay_out(COLUMNS, 200, scrolled=3).scrolled == 0


def test_room_that_is_left_goes_to_the_last_left_aligned_column():
    widths = {placed.column.id: placed.width for placed in lay_out(COLUMNS, 120).placed}
    assert widths["process"] > 15
    assert widths["idle"] == 4


def test_room_that_is_left_goes_to_the_column_that_is_named():
    widths = {placed.column.id: placed.width for placed in lay_out(COLUMNS, 120, stretch="remote").placed}
    assert widths["remote"] > 21
    assert widths["process"] == 15


def test_on_a_very_wide_screen_the_row_stays_together():
    layout = lay_out(COLUMNS, 500, stretch="remote")
    assert {placed.column.id: placed.width for placed in layout.placed}["remote"] == 72
    assert layout.spare > 200


def test_a_click_finds_the_column_under_it():
    layout = lay_out(COLUMNS, 120)
    for placed in layout.placed:
        assert layout.column_at(placed.x) == placed.column
        assert layout.column_at(placed.x + placed.width - 1) == placed.column
    assert layout.column_at(0) is None
    assert layout.column_at(119) is None


@given(columns=any_columns, width=st.integers(0, 300), scrolled=st.integers(-2, 15))
def test_columns_never_overlap_and_never_leave_the_line(columns: list[Column], width: int, scrolled: int):
    layout = lay_out(columns, width, scrolled=scrolled)
    x = layout.lead
    for placed in layout.placed:
        assert placed.x == x
        assert placed.width >= 1
        x = placed.x + placed.width + 1
    assert x - 1 <= layout.body or not layout.placed
    assert layout.body <= max(width, layout.lead)
    if layout.placed:
        assert layout.spare >= -1


@given(columns=any_columns.filter(bool), width=st.integers(8, 300))
def test_every_column_can_be_reached_by_scrolling(columns: list[Column], width: int):
    fixed = sum(column.width + 1 for column in columns if column.is_fixed)
    if width - 4 - fixed < 2:
        return
    seen = {placed.index for n in range(len(columns) + 1) for placed in lay_out(columns, width, scrolled=n).placed}
    assert seen == set(range(len(columns)))


@pytest.mark.parametrize(
    ("height", "count", "top", "thumb"),
    [
        (10, 10, 0, range(0)),
        (10, 0, 0, range(0)),
        (0, 100, 0, range(0)),
        (10, 100, 0, range(1)),
        (10, 100, 90, range(9, 10)),
        (10, 20, 0, range(5)),
        (10, 20, 10, range(5, 10)),
        (10, 20, -7, range(5)),
        (10, 20, 19, range(5, 10)),
        (10, 1_000_000, 600_000, range(5, 6)),
    ],
)
def test_the_thumb_tells_where_the_window_is(height: int, count: int, top: int, thumb: range):
    assert thumb_lines(height, count, top) == thumb
