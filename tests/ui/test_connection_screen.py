"""The connection screen: what it says of one pair, where its lines lead, and what becomes of it."""

from __future__ import annotations

import pytest

from monitor.ui.screens.connection import ConnectionScreen
from monitor.ui.screens.process import ProcessScreen
from tests import machine_db1
from tests.scenes import FixedSource, row, sample_of
from tests.ui.stage import Stage, monitor_of


def connection(stage: Stage) -> ConnectionScreen:
    assert isinstance(stage.app.screen, ConnectionScreen)
    return stage.app.screen


async def open_row(stage: Stage, filter_text: str) -> None:
    await stage.type(f"/{filter_text}")
    await stage.press("enter", "enter")
    await stage.sees("Connections ›")


async def test_enter_on_a_connection_opens_it_with_its_pair_in_the_title():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter")
        await stage.sees("Connections › 192.0.2.10:8080 ← 198.51.100.7:51834")
        assert "03:12:41Z" in stage.lines[0]
        assert stage.lines[1].startswith("─ ESTAB · accepted · idle 0s")
        assert "nginx[812]" in stage.line_with(" Owner")
        assert "eth0 from 192.0.2.10 via 192.0.2.1" in stage.line_with(" Route")


async def test_enter_goes_on_to_the_process_and_esc_walks_back_the_same_way():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter")
        await stage.sees("Owner")
        await stage.press("enter")
        await stage.sees("up 14d")
        assert isinstance(stage.app.screen, ProcessScreen)
        await stage.press("escape")
        assert connection(stage)
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_the_other_end_on_this_host_is_one_enter_away():
    async with monitor_of(machine_db1.source()) as stage:
        await open_row(stage, "127.0.0.1:41882 out")
        assert "postgres[22114]" in stage.line_with(" Other end")
        first = connection(stage).cookie
        await stage.until(lambda: not stage.line_with(" Other end").startswith(" Other end  ▸"))
        while "▸" not in stage.line_with(" Other end"):
            await stage.press("down")
        await stage.press("enter")
        await stage.sees(" › 127.0.0.1:5432 ← 127.0.0.1:41882")
        assert connection(stage).cookie != first


async def test_the_remote_line_narrows_connections_to_that_address():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter")
        await stage.sees(" Remote")
        while "▸" not in stage.line_with(" Remote"):
            await stage.press("down")
        await stage.press("enter")
        assert stage.app.screen is stage.main
        rows = [line for line in stage.lines if "198.51.100.7:" in line and "ESTAB" in line]
        assert rows
        assert not [line for line in stage.lines if "ESTAB" in line and "198.51.100.7:" not in line and "←" in line]


async def test_i_explains_the_line_at_the_cursor_and_esc_takes_it_away():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter")
        await stage.sees("Owner")
        assert "hold a descriptor" not in stage.text
        await stage.press("i")
        await stage.sees("The processes that hold a descriptor of this socket.")
        await stage.press("escape")
        assert connection(stage)
        assert "The processes that hold" not in stage.text


async def test_a_connection_that_has_gone_stays_as_it_was_last():
    async with monitor_of(machine_db1.source(), samples=1) as stage:
        key = int(stage.app.interval.table.cookie[stage.main.connections.row_at_cursor()])
        stage.app.drill_down.show_connection(key)
        await stage.sees("Connections ›")
        before = stage.lines[1]
        stage.app.interval = None
        await stage.next_sample()
        assert stage.lines[1] == before


@pytest.mark.parametrize("size", [(1, 1), (40, 10), (80, 24), (200, 50)])
async def test_every_size_is_survived_and_keys_answer(size):
    async with monitor_of(machine_db1.source(), size) as stage:
        stage.app.drill_down.show_connection(
            int(stage.app.interval.table.cookie[stage.main.connections.row_at_cursor()])
        )
        await stage.settle()
        await stage.press("down", "end", "i", "home", "pagedown", "pageup", "escape", "q")
        assert stage.app.screen is stage.main


async def test_what_was_on_screen_has_curves_from_the_first_moment():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter")
        await stage.sees("Traffic, last 2 min")
        assert "█" in stage.line_with(" out  ")


@pytest.mark.parametrize("cover", ["question_mark", "enter"])
async def test_a_covered_main_screen_speaks_of_the_rows_that_it_shows(cover):
    many = [row("tcp", f"192.0.2.10:{port}", "198.51.100.7:443", "ESTAB", cookie=port) for port in range(2000, 2300)]
    later = [sample_of(many[:3], seconds) for seconds in (1, 9, 15)]
    source = FixedSource([sample_of(many, 0), *later])
    async with monitor_of(source, samples=1) as stage:
        await stage.press("end", cover)
        for _ in later:
            await stage.next_sample()
        assert len(stage.app.interval.table) == 3
        await stage.pilot.resize_terminal(100, 30)
        await stage.settle()
        await stage.pilot.resize_terminal(120, 40)
        await stage.press("escape")
        await stage.press("escape")
        assert stage.main.connections.view.count == 3


async def test_the_route_is_asked_again_when_the_network_has_changed():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter")
        await stage.sees("✓ agrees")
        asked = len(stage.source.questions)
        stage.app.screen._route._generation = -1
        await stage.next_sample()
        await stage.until(lambda: len(stage.source.questions) > asked)
