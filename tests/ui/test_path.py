"""The path of a drill-down: where it begins, what it names, and how it is walked back."""

from __future__ import annotations

import pytest

from monitor.ui.drill_down import LIVING_SCREENS
from monitor.ui.screens.process import ProcessScreen
from tests import machine_db1
from tests.ui.stage import Stage, monitor_of

PAIR = "192.0.2.10:8080 ← 198.51.100.7:51834"


async def shows_path(stage: Stage, *names: str) -> None:
    await stage.until(lambda: stage.app.drill_down.path == names)
    await stage.sees(" › ".join(names))


async def test_from_a_connection_to_its_process_and_back():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter")
        await shows_path(stage, "Connections", PAIR)
        await stage.press("enter")
        await shows_path(stage, "Connections", PAIR, "nginx[812]")
        assert stage.lines[0].endswith("as root")
        await stage.press("escape")
        await shows_path(stage, "Connections", PAIR)
        await stage.press("q")
        assert stage.app.drill_down.path == ()
        assert "33 ESTAB" in stage.lines[0]


async def test_p_names_the_row_that_it_was_pressed_on():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("p")
        await shows_path(stage, "Connections", PAIR, "nginx[812]")
        await stage.press("escape", "enter", "p")
        await shows_path(stage, "Connections", PAIR, "nginx[812]")


async def test_a_walk_that_began_in_listeners_says_so():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1")
        await stage.type("/[::]:443")
        await stage.press("enter", "p")
        await stage.sees("4 workers on [::]:443")
        await shows_path(stage, "Listeners", "[::]:443")
        await stage.press("enter")
        await shows_path(stage, "Listeners", "[::]:443", "nginx[814]")
        await stage.press("escape")
        await shows_path(stage, "Listeners", "[::]:443")
        await stage.press("q")
        assert stage.app.drill_down.path == ()


async def test_what_connections_are_narrowed_to_belongs_to_the_path():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "enter", "enter")
        await stage.until(lambda: stage.app.drill_down.path[:1] == ("Connections on 192.0.2.10:6432",))


async def test_the_rows_of_a_group_have_no_name_of_their_own():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("t", "p", "p")
        await shows_path(stage, "Connections", "nginx[812]")


async def test_a_narrow_line_gives_up_the_middle():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("enter", "enter")
        await stage.sees("Connections › … › nginx[812]")


async def test_a_long_walk_keeps_few_screens_and_leads_back_over_every_place():
    async with monitor_of(machine_db1.source()) as stage:
        names = [f"{name}[{pid}]" for _ in range(8) for name, pid in (("nginx", 812), ("proxy", 990))]
        for name in names:
            stage.app.drill_down.show_process(int(name.rpartition("[")[2][:-1]))
            await stage.settle()
        most = len(stage.app.screen_stack)
        assert sum(isinstance(screen, ProcessScreen) for screen in stage.app.screen_stack) == LIVING_SCREENS
        while names:
            await stage.until(lambda: stage.app.drill_down.path == ("Connections", *names))
            assert isinstance(stage.app.screen, ProcessScreen)
            assert stage.lines[0].split(" › ")[-1].startswith(names.pop())
            await stage.press("escape")
            assert len(stage.app.screen_stack) <= most
        assert stage.app.screen is stage.main


@pytest.mark.parametrize("key", ["y", "K"])
async def test_after_a_long_walk_what_is_asked_of_a_place_leads_back_to_it(key: str):
    async with monitor_of(machine_db1.source()) as stage:
        for pid in (812, 990) * LIVING_SCREENS:
            stage.app.drill_down.show_process(pid)
            await stage.settle()
        await stage.sees("up 14d")
        on_top, path = stage.app.screen, stage.app.drill_down.path
        await stage.press(key)
        assert stage.app.screen is not on_top
        await stage.press("escape")
        assert stage.app.screen is on_top
        assert stage.app.drill_down.path == path


async def test_a_line_that_leads_to_the_main_screen_ends_the_walk():
    async with monitor_of(machine_db1.source()) as stage:
        for pid in (812, 990, 1313, 2044, 4411, 640, 702):
            stage.app.drill_down.show_process(pid)
            await stage.settle()
        stage.app.drill_down._back_to_main()
        await stage.settle()
        assert stage.app.screen is stage.main
        stage.app.drill_down.show_process(812)
        await shows_path(stage, "Connections", "nginx[812]")
