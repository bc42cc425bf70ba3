"""The panes' names on one line, where there is room for one pane at a time: they say what the panes hold now."""

from __future__ import annotations

from tests import machine_db1
from tests.ui.stage import Stage, monitor_of

NARROW = (80, 24)


def tabs(stage: Stage) -> str:
    return stage.lines[1]


async def test_they_count_what_the_filter_leaves_while_it_is_typed():
    async with monitor_of(machine_db1.source(), NARROW) as stage:
        assert "[2 Connections 44]" in tabs(stage)
        await stage.press("slash", *"nginx")
        assert "[2 Connections 8/44]" in tabs(stage)
        assert "filter nginx" in tabs(stage)
        await stage.press("escape")
        assert "[2 Connections 44]" in tabs(stage)


async def test_they_name_what_routing_is_about_while_it_is_typed():
    async with monitor_of(machine_db1.source(), NARROW) as stage:
        await stage.press("r", *"198.51.100.99:443")
        assert "→ 198.51.100.99:443 (typed)" in tabs(stage)
        await stage.press("escape", "3")
        assert "(typed)" not in tabs(stage)


async def test_they_name_the_row_that_routing_is_about_when_it_comes_to_the_screen():
    async with monitor_of(machine_db1.source(), NARROW) as stage:
        await stage.press("down", "down", "3")
        assert stage.main.routing.subject in tabs(stage)
        await stage.press("2", "down", "down", "3")
        assert stage.main.routing.subject in tabs(stage)


async def test_a_click_on_a_name_goes_there_unless_something_is_typed():
    async with monitor_of(machine_db1.source(), NARROW) as stage:
        await stage.pilot.click("#tabs", offset=(tabs(stage).index("Log"), 0))
        assert stage.main.current == "log"
        await stage.pilot.click("#tabs", offset=(tabs(stage).index("Lis"), 0))
        assert stage.main.current == "listeners"
        await stage.press("slash")
        await stage.pilot.click("#tabs", offset=(tabs(stage).index("Con"), 0))
        assert stage.main.current == "listeners"
