from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Cell, Role
from monitor.ui.table.kept_lines import WritesLine
from monitor.ui.table.styles import LineStyles
from monitor.ui.widgets.text_lines import TextLines


class RecordingLines(TextLines):
    """Notes which lines it has painted, and which of them it writes anew."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[int] = []
        self.written: list[int] = []

    def refresh(self, *regions: Region, **options: bool) -> RecordingLines:
        self.painted = [*getattr(self, "painted", []), *(y for region in regions for y in region.line_range)]
        return super().refresh(*regions, **options)

    def line_writer(self, styles: LineStyles) -> WritesLine:
        write = super().line_writer(styles)

        def noted(y: int):
            self.written.append(y)
            return write(y)

        return noted


class LinesApp(App[None]):
    CSS = "TextLines { height: 4; } .warm { background: #402000; }"

    def __init__(self) -> None:
        super().__init__()
        self.text = RecordingLines()
        self.text.show(plain(f"line {y}") for y in range(3))

    def compose(self) -> ComposeResult:
        yield self.text


@pytest.fixture
def app() -> LinesApp:
    return LinesApp()


async def settle(pilot: Pilot[None], text: RecordingLines) -> None:
    await pilot.pause()
    text.painted.clear()
    text.written.clear()


def drawn(app: LinesApp) -> list[str]:
    return [strip.text.rstrip() for strip in app.text.render_lines(app.text.size.region)]


async def test_lines_that_say_the_same_are_neither_painted_nor_written(app: LinesApp):
    async with app.run_test(size=(40, 10)) as pilot:
        await settle(pilot, app.text)
        app.text.show(plain(f"line {y}") for y in range(3))
        await pilot.pause()
        assert (app.text.painted, app.text.written) == ([], [])


async def test_only_the_lines_that_say_another_thing_are_painted_and_written(app: LinesApp):
    async with app.run_test(size=(40, 10)) as pilot:
        await settle(pilot, app.text)
        app.text.show([plain("line 0"), plain("other"), plain("line 2"), plain("more")])
        await pilot.pause()
        assert drawn(app) == ["line 0", "other", "line 2", "more"]
        assert (app.text.painted, app.text.written) == ([1, 3], [1, 3])


async def test_a_frame_for_another_reason_writes_no_line(app: LinesApp):
    async with app.run_test(size=(40, 10)) as pilot:
        await settle(pilot, app.text)
        app.screen.refresh()
        await pilot.pause()
        assert app.text.written == []


async def test_lines_that_are_no_longer_said_are_blank(app: LinesApp):
    async with app.run_test(size=(40, 10)) as pilot:
        await settle(pilot, app.text)
        app.text.show([plain("line 0")])
        await pilot.pause()
        assert drawn(app) == ["line 0", "", "", ""]


async def test_another_width_theme_and_ground_write_every_line_anew(app: LinesApp):
    async with app.run_test(size=(40, 10)) as pilot:
        app.text.show([TextLine((Cell("left"),), (Cell("right", Role.NOTE),))])
        await pilot.resize_terminal(20, 10)
        await pilot.pause()
        assert drawn(app)[0] == "left           right"
        await settle(pilot, app.text)
        app.theme = "textual-light"
        await pilot.pause()
        assert sorted(set(app.text.written)) == [0, 1, 2, 3]
        app.text.add_class("warm")
        await pilot.pause()
        strips = app.text.render_lines(app.text.size.region)
        grounds = {segment.style.bgcolor.name for strip in strips for segment in strip}
        assert grounds == {"#402000"}


async def test_a_part_of_the_lines_is_cut_out_of_them(app: LinesApp):
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        strips = app.text.render_lines(Region(2, 1, 5, 2))
        assert [strip.text for strip in strips] == ["ne 1 ", "ne 2 "]
