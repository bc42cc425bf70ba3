"""The plots of the last two minutes: opened by the palette, drawn anew with every sample, left by q and Esc."""

from __future__ import annotations

import pytest

from monitor.ui.screens.main import MainScreen
from monitor.ui.screens.plots import PlotsScreen
from monitor.ui.screens.process import ProcessScreen
from tests import machine_db1
from tests.ui.stage import Stage, monitor_of


async def open_plots(stage: Stage, of: str) -> None:
    await stage.press("colon")
    await stage.type(f"plots of {of}")
    await stage.sees(f"plots of {of}")
    await stage.press("enter")
    await stage.until(lambda: isinstance(stage.app.screen, PlotsScreen))


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_host_is_plotted_at_every_size(size):
    async with monitor_of(machine_db1.source(earlier=6), size, samples=8) as stage:
        await open_plots(stage, "the host")
        await stage.sees("db1: the last 2 min")
        assert all(name in stage.text for name in ("↑ out", "ESTAB", "CLOSE-WAIT", "TIME-WAIT", "most"))


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_it_follows_the_samples_and_is_left_for_where_one_came_from(key):
    async with monitor_of(machine_db1.source(), samples=1) as stage:
        await open_plots(stage, "the host")
        before = stage.text
        await stage.next_sample()
        await stage.until(lambda: stage.text != before)
        await stage.press(key)
        await stage.until(lambda: isinstance(stage.app.screen, MainScreen))


async def test_the_pause_that_its_last_line_offers_stops_it_and_lets_it_go_on():
    async with monitor_of(machine_db1.source(), samples=1) as stage:
        await open_plots(stage, "the host")
        await stage.press("space")
        await stage.until(lambda: stage.app.is_paused)
        await stage.press("space")
        await stage.until(lambda: not stage.app.is_paused)


async def test_of_a_process_its_own_are_plotted():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        await open_plots(stage, "this process")
        await stage.sees("proxy[990]: the last 2 min")
        assert "CLOSE-WAIT" in stage.text
        assert "SYN-SENT" not in stage.text
        await stage.press("q")
        await stage.until(lambda: isinstance(stage.app.screen, ProcessScreen))
