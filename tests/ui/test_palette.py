from __future__ import annotations

import pytest

from monitor.model.process import Process
from monitor.ui.keys import KEYS, Where
from monitor.ui.screens.help import HelpScreen
from monitor.ui.screens.process import ProcessScreen
from tests import machine_db1
from tests.scenes import ANY, FixedSource, row, sample_of
from tests.ui.stage import Stage, monitor_of


async def offered(stage: Stage) -> set[str]:
    """What the palette lists before anything is typed."""
    await stage.press("colon")
    await stage.sees("Search for commands")
    commands = stage.app.screen.query_one("#--input").app.screen.query_one("CommandList")
    await stage.until(lambda: commands.option_count > 5)
    return {str(commands.get_option_at_index(index).prompt) for index in range(commands.option_count)}


async def run(stage: Stage, words: str, hit: str) -> None:
    await stage.press("colon")
    await stage.sees("Search for commands")
    await stage.type(words)
    await stage.sees(hit)
    await stage.press("enter")


@pytest.mark.parametrize(("pane", "place"), [("1", Where.LISTENERS), ("2", Where.CONNECTIONS), ("3", Where.ROUTING)])
async def test_it_lists_every_key_of_the_place_and_no_other(pane: str, place: Where):
    async with monitor_of(machine_db1.source(), (120, 60)) as stage:
        await stage.press(pane)
        shown = "\n".join(await offered(stage))
        for key in KEYS:
            if key.action != "command_palette":
                assert (f"{key.help}  ({key.shown})" in shown) is bool(key.where & place), key


async def test_an_action_that_is_chosen_is_done():
    async with monitor_of(machine_db1.source()) as stage:
        await run(stage, "pause", "pause, go on")
        await stage.sees("PAUSED")
        await run(stage, "this help", "this help")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen))


async def test_the_period_can_be_left_to_what_samples_need():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("plus")
        await stage.sees(" live 2s ")
        await run(stage, "auto period", "as long as samples need")
        await stage.sees(" auto 1s ")


async def test_an_action_of_the_list_reaches_the_list():
    async with monitor_of(machine_db1.source()) as stage:
        await run(stage, "last row", "last row  (End G)")
        await stage.until(lambda: stage.main.connections.cursor_position == 44)


async def test_an_action_that_opens_a_field_opens_it():
    async with monitor_of(machine_db1.source()) as stage:
        await run(stage, "filter while", "filter while typing")
        await stage.until(lambda: stage.main.prompt.is_asking)
        await stage.type("sshd")
        assert "filter sshd" in stage.text


async def test_a_process_is_found_by_its_name():
    async with monitor_of(machine_db1.source()) as stage:
        await run(stage, "postgres", "process postgres[702]")
        await stage.until(lambda: isinstance(stage.app.screen, ProcessScreen))
        assert stage.app.screen.pid in {702, 22113, 22114}


async def test_a_process_is_found_by_its_pid_also_one_without_sockets():
    async with monitor_of(machine_db1.source()) as stage:
        await run(stage, "31337", "process 31337")
        await stage.sees("there is no process 31337 (any more)")


async def test_a_pid_with_sockets_is_offered_once_and_by_name():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("colon")
        await stage.sees("Search for commands")
        await stage.type("990")
        await stage.sees("process proxy[990]")
        assert "process 990" not in stage.text


async def test_the_process_whose_pid_is_typed_stands_before_names_that_have_its_digits():
    processes = [Process(22666, 1, b"plain", 0), Process(22668, 1, "\u202eab\u2066c".encode(), 0)]
    rows = [
        row("tcp", f"127.0.0.1:{made.pid}", ANY, "LISTEN", owner=(made.pid, 3), cookie=made.pid) for made in processes
    ]
    async with monitor_of(FixedSource([sample_of(rows, processes=processes)])) as stage:
        await stage.press("colon")
        await stage.sees("Search for commands")
        await stage.type("22666")
        await stage.sees("process plain[22666]")
        commands = stage.app.screen.query_one("CommandList")
        await stage.until(lambda: commands.option_count == 2)
        assert str(commands.get_option_at_index(0).prompt) == "process plain[22666]"


async def test_of_thousands_of_processes_the_likeliest_are_offered_and_the_rest_counted():
    names = [f"worker-{number}" for number in range(3000)]
    processes = [Process(5000 + number, 1, name.encode(), 0) for number, name in enumerate(names)]
    rows = [
        row("udp", f"127.0.0.1:{made.pid}", ANY, "UNCONN", owner=(made.pid, 3), cookie=made.pid) for made in processes
    ]
    async with monitor_of(FixedSource([sample_of(rows, processes=processes)])) as stage:
        await stage.press("colon")
        await stage.sees("Search for commands")
        await stage.type("wrk2999")
        await stage.sees("process worker-2999[7999]")
        await stage.press("home")
        await stage.press("ctrl+k")
        await stage.type("ork")
        commands = stage.app.screen.query_one("CommandList")

        def last() -> str:
            return str(commands.get_option_at_index(commands.option_count - 1).prompt) if commands.option_count else ""

        await stage.until(lambda: "2,950 more processes match" in last())
        assert commands.option_count < 100


async def test_it_opens_and_works_on_the_process_screen():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        shown = "\n".join(await offered(stage))
        assert "back one screen  (q)" in shown
        assert "whole screen for this pane" not in shown
        await stage.press("escape")
        await run(stage, "back one", "back one screen")
        await stage.until(lambda: stage.app.screen is stage.main)
