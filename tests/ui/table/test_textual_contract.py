"""What the table takes from Textual beyond its documented interface; a failure here means that a release changed it."""

from __future__ import annotations

from inspect import isfunction

import pytest
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI
from textual.app import App, ComposeResult
from textual.color import Color
from textual.containers import VerticalScroll
from textual.filter import ANSIToTruecolor, DimFilter, LineFilter, Monochrome, NoColor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from monitor.ui.palette import COLOURLESS, DARK, LIGHT, Palette
from monitor.ui.table.canvas import LineCanvas
from monitor.ui.table.kept_lines import KeptLines
from monitor.ui.widgets.live_table import LiveTable
from tests.ui.synthetic_view import SyntheticView


class CropRecorder(LiveTable):
    crops: list[Region]

    def render_lines(self, crop: Region) -> list[Strip]:
        self.crops = [*getattr(self, "crops", []), crop]
        return super().render_lines(crop)


class ScrolledApp(App[None]):
    CSS = "LiveTable { width: 100; height: 40; }"

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield CropRecorder()


async def test_the_compositor_asks_render_lines_for_a_region_of_the_widget():
    app = ScrolledApp()
    async with app.run_test(size=(60, 20)) as pilot:
        table = app.query_one(CropRecorder)
        table.show(SyntheticView())
        table.crops = []
        app.query_one(VerticalScroll).scroll_to(y=7, animate=False, immediate=True)
        await pilot.pause()
        table.refresh()
        await pilot.pause()
        crop = table.crops[-1]
        assert crop.y == 7
        strips = table.render_lines(crop)
        assert len(strips) == crop.height
        assert {strip.cell_length for strip in strips} == {crop.width}
        assert "198.51.100.5:5" in strips[0].text


async def test_the_compositor_paints_the_strips_that_render_lines_gave():
    app = ScrolledApp()
    async with app.run_test(size=(60, 20)) as pilot:
        table = app.query_one(CropRecorder)
        table.show(SyntheticView(texts={0: "seen"}))
        await pilot.pause()
        painted = app.screen._compositor.render_strips()
        assert painted[2].text[:40] == table.render_lines(table.size.region)[2].text[:40]


async def test_a_change_of_theme_is_told_by_notify_style_update():
    class Told(LiveTable):
        times = 0

        def notify_style_update(self) -> None:
            self.times += 1
            super().notify_style_update()

    class ThemeApp(App[None]):
        def compose(self) -> ComposeResult:
            yield Told()

    app = ThemeApp()
    async with app.run_test() as pilot:
        table = app.query_one(Told)
        before = table.times
        app.theme = "textual-light"
        await pilot.pause()
        assert table.times > before


@pytest.mark.parametrize("palette", [DARK, LIGHT, COLOURLESS])
@pytest.mark.parametrize("line_filter", [ANSIToTruecolor(DIMMED_MONOKAI), Monochrome(), NoColor(), DimFilter()])
def test_a_line_filter_sees_each_segment_alone_and_changes_only_its_style(line_filter: LineFilter, palette: Palette):
    background = Color(10, 20, 30)
    ground = Style.parse("#d0d0d0 on #101010")
    line = [Segment(f"text {role} ", ground + style) for role, style in palette.roles.items()]
    together = line_filter.apply(line, background)
    alone = [line_filter.apply([Segment("x", segment.style)], background)[0] for segment in line]
    assert [segment.text for segment in together] == [segment.text for segment in line]
    assert [segment.style for segment in together] == [segment.style for segment in alone]


async def test_the_filters_of_no_color_are_among_those_of_the_widget(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = ScrolledApp()
    async with app.run_test():
        assert app.no_color
        assert any(isinstance(one, Monochrome | NoColor) for one in app.query_one(CropRecorder).get_line_filters())


def test_the_table_hides_no_private_attribute_of_textuals_widget():
    table, widget = LiveTable(), Widget()
    fields = vars(table).keys() - vars(widget).keys()
    methods = {
        name for kind in (LiveTable, LineCanvas, KeptLines) for name, value in vars(kind).items() if isfunction(value)
    }
    private = {name for name in fields | methods if name.startswith("_") and not name.startswith("__")}
    assert len(private) > 10
    assert not {name for name in private if hasattr(widget, name)}
