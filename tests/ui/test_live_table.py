from __future__ import annotations

import random
from collections.abc import Hashable
from typing import TypeVar

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.filter import Monochrome
from textual.geometry import Region
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input

from monitor.presentation.view import Role
from monitor.ui.widgets.live_table import LiveTable
from tests.ui.synthetic_view import SyntheticView


class RecordingTable(LiveTable):
    """Notes which of its lines it asks Textual to paint again."""

    painted: list[int]

    def refresh(self, *regions: Region, **options: bool) -> RecordingTable:
        lines = [y for region in regions for y in region.line_range] or list(range(self.size.height))
        self.painted = [*getattr(self, "painted", []), *lines]
        return super().refresh(*regions, **options)


class TableApp(App[None]):
    CSS = ".warm { background: #402000; }"

    def __init__(self) -> None:
        super().__init__()
        self.table = RecordingTable(empty_text="no connections")
        self.table.set_title("2 Connections", ["busiest first"])
        self.messages: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.table
        yield Input()

    def on_mount(self) -> None:
        self.query_one(Input).styles.display = "none"
        self.table.focus()

    def on_live_table_cursor_moved(self, message: LiveTable.CursorMoved) -> None:
        self.messages.append(message)

    def on_live_table_opened(self, message: LiveTable.Opened) -> None:
        self.messages.append(message)

    def on_live_table_sort_asked(self, message: LiveTable.SortAsked) -> None:
        self.messages.append(message)

    def keys_of(self, kind: type[LiveTable.CursorMoved] | type[LiveTable.Opened]) -> list[Hashable]:
        return [message.key for message in self.messages if isinstance(message, kind)]


@pytest.fixture
def app() -> TableApp:
    return TableApp()


def drawn(table: LiveTable) -> list[str]:
    return [strip.text for strip in table.render_lines(table.size.region)]


def line_of_cursor(table: LiveTable) -> int:
    marked = [y for y, text in enumerate(drawn(table)) if text.startswith("▸")]
    assert len(marked) == 1
    return marked[0]


Wheel = TypeVar("Wheel", bound=events.MouseEvent)


def wheel(table: LiveTable, kind: type[Wheel]) -> Wheel:
    return kind(table, 10, 5, 0, 0, 0, shift=False, meta=False, ctrl=False)


async def settle(pilot: Pilot[None], table: RecordingTable) -> None:
    await pilot.pause()
    table.painted = []


async def test_the_rows_on_screen_are_the_only_ones_that_are_made(app: TableApp):
    view = SyntheticView()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(view)
        await pilot.pause()
        assert max(stop for _, stop in view.asked) <= 22
        view.asked.clear()
        app.table.action_cursor_down()
        await pilot.pause()
        assert view.asked == []
        for _ in range(21):
            app.table.action_cursor_down()
        await pilot.pause()
        assert view.asked == [(22, 23)]


async def test_keys_that_come_together_make_one_page_and_tell_one_row(app: TableApp):
    view = SyntheticView()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(view)
        await pilot.pause()
        view.asked.clear()
        app.messages.clear()
        for _ in range(10):
            app.table.action_page_down()
        await pilot.pause()
        assert app.table.cursor_position == 220
        assert view.asked == [(220, 242)]
        assert app.keys_of(LiveTable.CursorMoved) == [("netns", 220)]


async def test_keys_that_come_together_scroll_a_column_each(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        for _ in range(2):
            app.table.action_scroll_right()
            await pilot.pause()
        one_by_one = drawn(app.table)[1]
        for _ in range(2):
            app.table.action_scroll_left()
            await pilot.pause()
        assert drawn(app.table)[1] != one_by_one
        app.table.action_scroll_right()
        app.table.action_scroll_right()
        assert drawn(app.table)[1] == one_by_one


async def test_a_hidden_table_makes_no_row_before_it_is_seen(app: TableApp):
    view = SyntheticView()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.display = False
        await pilot.pause()
        app.table.show(view)
        await pilot.pause()
        assert view.asked == []
        app.table.display = True
        await pilot.pause()
        assert view.asked == [(0, 22)]


async def test_title_header_and_rows_stand_below_each_other(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView(range(3)))
        await pilot.pause()
        lines = drawn(app.table)
        assert lines[0].startswith("─[2 Connections]─ busiest first ──")
        assert lines[1].startswith("   state      local")
        assert lines[2].startswith("▸  CLOSE-WAIT 192.0.2.10:443")
        assert lines[5].strip() == ""
        assert len(lines) == 24
        app.table.has_title = False
        assert drawn(app.table)[0].startswith("   state")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (20, 5)])
async def test_the_cursors_row_keeps_its_line_through_shuffles_sorts_and_filters(app: TableApp, size: tuple[int, int]):
    rows = list(range(500))
    shuffle = random.Random(1).shuffle
    async with app.run_test(size=size) as pilot:
        table = app.table
        table.show(SyntheticView(rows))
        table.action_last()
        table.action_page_up()
        table.action_cursor_up()
        await pilot.pause()
        key, line = table.cursor_key, line_of_cursor(table)
        app.messages.clear()
        for number in range(60):
            shuffle(rows)
            kept = [row for row in rows if row % 7 or ("netns", row) == key] if number % 3 == 0 else rows
            table.show(SyntheticView(list(kept), is_descending=number % 2 == 0))
            assert (table.cursor_key, line_of_cursor(table)) == (key, line)
        await pilot.pause()
        assert app.messages == []


async def test_a_row_that_is_gone_is_told_once_and_the_position_is_kept(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView(range(100)))
        app.table.action_page_down()
        await pilot.pause()
        app.messages.clear()
        position, line = app.table.cursor_position, line_of_cursor(app.table)
        without = SyntheticView([row for row in range(100) if row != position])
        app.table.show(without)
        app.table.show(without)
        await pilot.pause()
        assert (app.table.cursor_position, line_of_cursor(app.table)) == (position, line)
        assert app.keys_of(LiveTable.CursorMoved) == [("netns", position + 1)]


async def test_an_untouched_table_stays_on_top_and_tells_which_row_is_there(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView(range(100)))
        await pilot.pause()
        app.table.show(SyntheticView(range(99, -1, -1)))
        await pilot.pause()
        assert not app.table.is_following
        assert (app.table.cursor_position, app.table.top_position) == (0, 0)
        assert app.keys_of(LiveTable.CursorMoved) == [("netns", 0), ("netns", 99)]


async def test_a_refresh_that_changes_nothing_paints_nothing(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        await settle(pilot, app.table)
        app.table.show(SyntheticView())
        app.table.set_title("2 Connections", ["busiest first"])
        await pilot.pause()
        assert app.table.painted == []


async def test_only_the_lines_that_changed_are_painted(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        await settle(pilot, app.table)
        app.table.show(SyntheticView(texts={3: "changed", 4: "changed", 9: "changed", 500: "off the screen"}))
        await pilot.pause()
        assert app.table.painted == [5, 6, 11]
        assert "changed" in drawn(app.table)[5]
        await settle(pilot, app.table)
        app.table.action_cursor_down()
        await pilot.pause()
        assert app.table.painted == [2, 3]
        await settle(pilot, app.table)
        app.table.set_title("2 Connections 943")
        await pilot.pause()
        assert app.table.painted == [0]


async def test_a_frame_asks_for_all_lines_but_makes_only_new_ones(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        await pilot.pause()
        before = app.table.render_lines(app.table.size.region)
        app.table.show(SyntheticView(texts={3: "changed"}))
        after = app.table.render_lines(app.table.size.region)
        assert [y for y, (old, new) in enumerate(zip(before, after, strict=True)) if old is not new] == [5]


async def test_scrolling_by_a_line_makes_three_strips(app: TableApp):
    async with app.run_test(size=(80, 24)):
        app.table.show(SyntheticView())
        for _ in range(21):
            app.table.action_cursor_down()
        before = app.table.render_lines(app.table.size.region)
        app.table.action_cursor_down()
        after = app.table.render_lines(app.table.size.region)
        # The new row, the one that the cursor has left, and the one that came under the scrollbar's thumb.
        assert len({id(strip) for strip in after} - {id(strip) for strip in before}) == 3
        assert [strip.text[:-1] for strip in after[2:-2]] == [strip.text[:-1] for strip in before[3:-1]]


async def test_sideways_scrolling_moves_all_but_the_fixed_columns(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        await pilot.pause()
        assert "process" in drawn(app.table)[1]
        assert "idle" not in drawn(app.table)[1]
        for _ in range(9):
            app.table.action_scroll_right()
        await pilot.pause()
        header = drawn(app.table)[1]
        assert header.split()[:3] == ["state", "local", "remote"]
        assert "process" not in header
        assert "idle" in header
        app.table.action_scroll_left()
        app.table.action_scroll_left()
        app.table.action_scroll_left()
        assert "process" in drawn(app.table)[1]


async def test_a_click_moves_the_cursor_and_a_double_click_opens_the_row(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        await pilot.pause()
        await pilot.click(app.table, offset=(10, 7))
        assert app.table.cursor_key == ("netns", 5)
        assert app.table.is_following
        assert app.keys_of(LiveTable.Opened) == []
        await pilot.click(app.table, offset=(10, 8), times=2)
        assert app.keys_of(LiveTable.Opened) == [("netns", 6)]
        assert app.messages[-1].control is app.table


async def test_a_click_beside_the_rows_does_nothing(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView(range(3)))
        await pilot.pause()
        app.messages.clear()
        await pilot.click(app.table, offset=(10, 20))
        await pilot.click(app.table, offset=(10, 0))
        assert not app.table.is_following
        assert app.messages == []


async def test_a_click_on_a_columns_name_asks_to_sort_by_it(app: TableApp):
    async with app.run_test(size=(120, 40)) as pilot:
        app.table.show(SyntheticView())
        await pilot.pause()
        header = drawn(app.table)[1]
        app.messages.clear()
        for name in ("remote", "rtt", "idle"):
            await pilot.click(app.table, offset=(header.index(name), 1))
        # "idle" cannot be sorted by.
        assert [message.column_id for message in app.messages if isinstance(message, LiveTable.SortAsked)] == [
            "remote",
            "rtt",
        ]


async def test_the_wheel_scrolls_the_rows(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        await pilot.pause()
        for _ in range(2):
            app.table.on_mouse_scroll_down(wheel(app.table, events.MouseScrollDown))
        app.table.on_mouse_scroll_up(wheel(app.table, events.MouseScrollUp))
        assert app.table.top_position == 3
        assert app.table.cursor_position == 6


async def test_enter_has_nothing_to_open_in_an_empty_table(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView([]))
        app.table.action_open()
        for action in ("cursor_down", "page_up", "first", "last", "half_page_down", "scroll_left"):
            await app.table.run_action(action)
        await pilot.pause()
        assert app.messages == []
        assert drawn(app.table)[2].strip() == "no connections"
        app.table.empty_text = "none match"
        assert drawn(app.table)[2].strip() == "none match"
        assert app.table.cursor_key is None


async def test_an_opened_row_is_named_by_its_key(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        app.table.action_cursor_down()
        app.table.action_open()
        await pilot.pause()
        assert app.keys_of(LiveTable.Opened) == [("netns", 1)]


async def test_without_focus_the_title_has_no_brackets_and_an_untouched_table_no_cursor(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        app.query_one(Input).styles.display = "block"
        app.query_one(Input).focus()
        await pilot.pause()
        lines = drawn(app.table)
        assert lines[0].startswith("─ 2 Connections ─")
        assert not any(line.startswith("▸") for line in lines)
        app.table.action_cursor_down()
        assert line_of_cursor(app.table) == 3


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 3), (4, 1), (1, 40), (10, 4), (500, 3), (500, 1000)])
async def test_no_size_raises_and_every_line_is_as_wide_as_the_screen(app: TableApp, size: tuple[int, int]):
    async with app.run_test(size=size) as pilot:
        table = app.table
        actions = [name for name in dir(LiveTable) if name in vars(LiveTable) and name.startswith("action_")]
        assert len(actions) == 11
        for view in (SyntheticView(), SyntheticView([]), SyntheticView(range(2), columns=())):
            table.show(view)
            for action in actions:
                getattr(table, action)()
            await pilot.pause()
            for strip in table.render_lines(table.size.region):
                assert sum(segment.cell_length for segment in strip) == size[0] == strip.cell_length


async def test_a_resize_keeps_the_cursor_on_screen_and_draws_in_the_new_size(app: TableApp):
    async with app.run_test(size=(120, 40)) as pilot:
        app.table.show(SyntheticView())
        for _ in range(30):
            app.table.action_cursor_down()
        key = app.table.cursor_key
        for size in ((80, 24), (40, 6), (1, 1), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.table.cursor_key == key
            assert size[1] < 3 or line_of_cursor(app.table) < size[1]
            assert [strip.cell_length for strip in app.table.render_lines(app.table.size.region)] == [size[0]] * size[1]


async def test_hostile_text_reaches_neither_the_terminal_nor_markup(app: TableApp):
    hostile = "\x1b]0;owned\x07[/nope][@click=app.quit]x[/]\u202e\x9b31m\n"
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView(texts={0: hostile, 1: hostile}, marks={0: "\x1b"}))
        app.table.set_title(hostile, [hostile], tail=hostile)
        app.table.empty_text = hostile
        await pilot.click(app.table, offset=(60, 3))
        await pilot.pause()
        assert app.is_running
        assert all(line.isprintable() for line in drawn(app.table))
        app.table.show(SyntheticView([]))
        assert all(line.isprintable() for line in drawn(app.table))


async def test_rows_shown_before_the_table_is_on_screen_are_drawn_when_it_is(app: TableApp):
    app.table.show(SyntheticView(range(5)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert drawn(app.table)[2].startswith("▸  CLOSE-WAIT")


async def test_no_color_leaves_no_colour_and_the_cursor_in_reverse(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.theme = "ansi-dark"
        app.table.show(SyntheticView(roles={2: Role.TROUBLE}))
        await pilot.pause()
        strips = app.table.render_lines(app.table.size.region)
        styles = [segment.style for strip in strips for segment in strip if segment.style is not None]
        assert styles
        for style in styles:
            assert style.color is None or style.color.is_default
            assert style.bgcolor is None or style.bgcolor.is_default
        assert next(iter(strips[2])).style.reverse
        assert not next(iter(strips[3])).style.reverse


async def test_another_theme_draws_in_its_own_colours(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        await pilot.pause()
        dark = [strip._segments for strip in app.table.render_lines(app.table.size.region)]
        app.theme = "textual-light"
        await pilot.pause()
        light = [strip._segments for strip in app.table.render_lines(app.table.size.region)]
        assert all(one != other for one, other in zip(dark, light, strict=True))
        assert [strip.text for strip in app.table.render_lines(app.table.size.region)] == [
            "".join(segment.text for segment in segments) for segments in dark
        ]


async def test_a_css_class_changes_the_ground_of_every_line(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        await pilot.pause()
        app.table.add_class("warm")
        await pilot.pause()
        grounds = {strip._segments[-1].style.bgcolor.name for strip in app.table.render_lines(app.table.size.region)}
        assert grounds == {"#402000"}


async def test_a_line_filter_that_is_switched_on_reaches_every_line(app: TableApp):
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.show(SyntheticView())
        await pilot.pause()
        app._filters.append(Monochrome())
        for strip in app.table.render_lines(app.table.size.region):
            for segment in strip:
                assert len(set(segment.style.color.triplet)) == 1
