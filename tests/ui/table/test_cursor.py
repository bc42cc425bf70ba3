from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.ui.table.cursor import RowCursor
from tests.ui.synthetic_view import SyntheticView

HEIGHT = 10
orders = st.lists(st.integers(0, 60), unique=True, min_size=1, max_size=60)


def cursor_on(view: SyntheticView, position: int, height: int = HEIGHT) -> RowCursor:
    cursor = RowCursor()
    cursor.follow(view, height)
    cursor.move_to(view, position, height)
    return cursor


def line_of(cursor: RowCursor) -> int:
    return cursor.position - cursor.top


def test_an_untouched_cursor_stays_on_top_whatever_row_is_there():
    cursor = RowCursor()
    cursor.follow(SyntheticView(range(100)), HEIGHT)
    cursor.follow(SyntheticView(range(99, -1, -1)), HEIGHT)
    assert (cursor.position, cursor.top, cursor.key) == (0, 0, ("netns", 99))


def test_a_moved_cursor_keeps_row_and_line_through_every_order():
    rows = list(range(200))
    cursor = cursor_on(SyntheticView(rows), 57)
    line = line_of(cursor)
    shuffle = random.Random(4).shuffle
    for _ in range(200):
        shuffle(rows)
        cursor.follow(SyntheticView(list(rows)), HEIGHT)
        assert (cursor.key, line_of(cursor)) == (("netns", 57), line)
        assert rows[cursor.position] == 57


def test_the_line_is_kept_even_where_lines_stay_empty_above_the_first_row():
    cursor = cursor_on(SyntheticView(range(50)), 7)
    cursor.follow(SyntheticView([7, 1, 2]), HEIGHT)
    assert (cursor.position, cursor.top) == (0, -7)


def test_a_row_that_is_gone_leaves_the_cursor_at_its_position():
    cursor = cursor_on(SyntheticView(range(50)), 20)
    top = cursor.top
    cursor.follow(SyntheticView([row for row in range(50) if row != 20]), HEIGHT)
    assert (cursor.position, cursor.top, cursor.key) == (20, top, ("netns", 21))


def test_a_row_that_is_gone_from_the_end_leaves_the_cursor_on_the_last_row():
    cursor = cursor_on(SyntheticView(range(50)), 49)
    cursor.follow(SyntheticView(range(5)), HEIGHT)
    assert (cursor.position, cursor.top, cursor.key) == (4, 0, ("netns", 4))


def test_a_view_that_is_empty_for_a_moment_loses_neither_row_nor_line():
    cursor = cursor_on(SyntheticView(range(50)), 20)
    line = line_of(cursor)
    cursor.follow(SyntheticView([]), HEIGHT)
    cursor.follow(SyntheticView(range(49, -1, -1)), HEIGHT)
    assert (cursor.key, line_of(cursor)) == (("netns", 20), line)


def test_pages_keep_the_line_where_the_list_is_long_enough():
    view = SyntheticView(range(100))
    cursor = cursor_on(view, 3)
    cursor.page_by(view, HEIGHT, HEIGHT)
    assert (cursor.position, cursor.top) == (13, 10)
    for _ in range(20):
        cursor.page_by(view, HEIGHT, HEIGHT)
    assert (cursor.position, cursor.top) == (99, 90)
    for _ in range(20):
        cursor.page_by(view, -HEIGHT, HEIGHT)
    assert (cursor.position, cursor.top) == (0, 0)


def test_the_first_row_asked_for_twice_is_let_go():
    view = SyntheticView(range(100))
    cursor = cursor_on(view, 30)
    cursor.move_first(view, HEIGHT)
    assert (cursor.position, cursor.top, cursor.is_following) == (0, 0, True)
    cursor.move_first(view, HEIGHT)
    assert not cursor.is_following


def test_the_first_row_asked_for_once_closes_the_empty_lines_above_it():
    cursor = cursor_on(SyntheticView(range(50)), 7)
    view = SyntheticView([7, 1, 2])
    cursor.follow(view, HEIGHT)
    cursor.move_first(view, HEIGHT)
    assert (cursor.top, cursor.is_following) == (0, True)


def test_a_key_against_the_end_of_the_list_does_not_make_the_cursor_follow():
    view = SyntheticView(range(100))
    cursor = RowCursor()
    cursor.follow(view, HEIGHT)
    cursor.move_by(view, -1, HEIGHT)
    cursor.page_by(view, -HEIGHT, HEIGHT)
    assert not cursor.is_following


def test_scrolling_takes_the_cursor_along_only_at_the_edge():
    view = SyntheticView(range(100))
    cursor = cursor_on(view, 5)
    cursor.scroll_by(view, 3, HEIGHT)
    assert (cursor.position, cursor.top) == (5, 3)
    cursor.scroll_by(view, 3, HEIGHT)
    assert (cursor.position, cursor.top) == (6, 6)


def test_selecting_a_row_on_screen_moves_no_line_even_among_empty_ones():
    cursor = cursor_on(SyntheticView(range(50)), 7)
    view = SyntheticView([7, 1, 2])
    cursor.follow(view, HEIGHT)
    cursor.move_to(view, 2, HEIGHT)
    assert cursor.top == -7


@pytest.mark.parametrize("height", [0, 1, 2, 10, 1000])
@given(
    steps=st.lists(st.tuples(st.sampled_from(["by", "page", "scroll", "first", "to"]), st.integers(-70, 70))),
    rows=orders,
)
def test_the_cursor_never_leaves_list_or_screen(height: int, steps: list[tuple[str, int]], rows: list[int]):
    view = SyntheticView(rows)
    cursor = RowCursor()
    cursor.follow(view, height)
    for step, number in steps:
        match step:
            case "by":
                cursor.move_by(view, number, height)
            case "page":
                cursor.page_by(view, number, height)
            case "scroll":
                cursor.scroll_by(view, number, height)
            case "first":
                cursor.move_first(view, height)
            case "to":
                cursor.move_to(view, number, height)
        assert 0 <= cursor.position < view.count
        assert cursor.key == view.key_at(cursor.position)
        assert 0 <= line_of(cursor) < max(1, height)


@given(before=orders, after=orders, position=st.integers(0, 59), height=st.integers(1, 30), new=st.integers(0, 30))
def test_refresh_and_resize_leave_the_cursor_on_a_row_of_the_list(
    before: list[int], after: list[int], position: int, height: int, new: int
):
    cursor = cursor_on(SyntheticView(before), position, height)
    key, line = cursor.key, line_of(cursor)
    view = SyntheticView(after)
    cursor.follow(view, height)
    assert cursor.key == view.key_at(cursor.position)
    if view.position_of(key) is not None:
        assert (cursor.key, line_of(cursor)) == (key, line)
    cursor.resize(view, new)
    assert 0 <= line_of(cursor) < max(1, new)
    assert cursor.key == view.key_at(cursor.position)


class Parted(SyntheticView):
    """Rows of which every fourth is a heading, the first one among them."""

    def is_heading_at(self, position: int) -> bool:
        return position % 4 == 0


def test_an_untouched_cursor_stands_on_the_first_row_beneath_the_heading():
    cursor = RowCursor()
    cursor.follow(Parted(range(12)), HEIGHT)
    assert (cursor.position, cursor.top) == (1, 0)


def test_moving_passes_over_headings_both_ways_and_shows_them_with_their_row():
    view = Parted(range(40))
    cursor = cursor_on(view, 3, 4)
    cursor.move_by(view, 1, 4)
    assert cursor.position == 5
    cursor.move_by(view, -1, 4)
    assert cursor.position == 3
    for _ in range(9):
        cursor.move_by(view, -1, 4)
    assert (cursor.position, cursor.top) == (1, 0)


@given(st.integers(2, 15), st.lists(st.integers(-12, 12), max_size=30))
def test_whatever_is_pressed_the_cursor_is_on_a_row_on_screen(height, moves):
    view = Parted(range(43))
    cursor = cursor_on(view, 20, height)
    for rows in moves:
        (cursor.scroll_by if rows % 2 else cursor.page_by)(view, rows, height)
        assert not view.is_heading_at(cursor.position)
        assert cursor.top <= cursor.position < cursor.top + height


def test_a_heading_that_is_clicked_gives_the_row_beneath():
    assert cursor_on(Parted(range(12)), 8).position == 9


def test_home_twice_lets_go_also_beneath_a_heading():
    view = Parted(range(12))
    cursor = cursor_on(view, 6)
    cursor.move_first(view, HEIGHT)
    assert (cursor.position, cursor.top, cursor.is_following) == (1, 0, True)
    cursor.move_first(view, HEIGHT)
    assert not cursor.is_following
