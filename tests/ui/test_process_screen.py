from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.owner_table import OwnerTable
from monitor.ui.app import Settings
from monitor.ui.screens.process import ProcessScreen
from tests import machine_db1
from tests.scenes import ANY, FixedSource, row, sample_of
from tests.ui.stage import Stage, monitor_of


def process(stage: Stage) -> ProcessScreen:
    assert isinstance(stage.app.screen, ProcessScreen)
    return stage.app.screen


async def test_p_opens_the_process_of_the_row():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("p")
        await stage.sees("nginx.service")
        assert process(stage).pid == 812
        assert stage.lines[1].startswith("─ nginx[812] ──")
        assert stage.lines[1].endswith("─")
        assert "03:12:41Z" in stage.lines[0]
        assert "command  nginx: worker process" in stage.text
        assert "[Sockets 6]" in stage.text


async def test_of_several_owners_one_is_chosen():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1")
        await stage.type("/[::]:443")
        await stage.press("enter", "p")
        await stage.sees("4 processes hold [::]:443")
        await stage.press("down", "down", "up", "enter")
        await stage.sees("nginx.service")
        assert process(stage).pid == 813


async def test_a_choice_can_be_left_and_can_be_clicked():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1")
        await stage.type("/[::]:443")
        await stage.press("enter", "p")
        await stage.sees("4 processes hold")
        await stage.press("q")
        assert stage.app.screen is stage.main
        await stage.press("p")
        await stage.sees("4 processes hold")
        await stage.pilot.click(offset=(5, 5))
        await stage.sees("nginx.service")
        assert process(stage).pid == 815


async def test_the_sockets_of_a_reuseport_group_offer_all_their_owners():
    rows = [
        row("tcp", "192.0.2.10:80", ANY, "LISTEN", owner=(pid, 3), queue=(0, 8), cookie=pid) for pid in (71, 72, 73)
    ]
    async with monitor_of(FixedSource([sample_of(rows), sample_of(rows, 5.0)])) as stage:
        await stage.press("1", "p")
        await stage.sees("3 processes hold 192.0.2.10:80")


async def test_where_no_owner_is_known_the_reason_is_said():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.type("/last-ack")
        await stage.press("enter", "p")
        assert stage.lines[-2] == " 192.0.2.10:8080: the kernel's own, no process"
        assert stage.app.screen is stage.main


async def test_a_hidden_owner_is_said_to_be_hidden():
    rows = [row("tcp", "192.0.2.10:80", "192.0.2.7:4000", "ESTAB", uid=33)]
    samples = [sample_of(rows, seconds, hidden=12, users={33: "www-data"}) for seconds in (0.0, 5.0)]
    async with monitor_of(FixedSource(samples)) as stage:
        assert "(www-data)" in stage.cursor_line
        await stage.press("p")
        assert "owner hidden" in stage.lines[-2]


async def test_pid_on_the_command_line_opens_the_screen_at_the_start():
    async with monitor_of(machine_db1.source(), settings=Settings(pid=990)) as stage:
        await stage.sees("proxy.service")
        assert process(stage).pid == 990
        await stage.press("q")
        assert stage.app.screen is stage.main


async def test_a_process_that_is_not_there_is_said():
    async with monitor_of(machine_db1.source(), settings=Settings(pid=999)) as stage:
        await stage.sees("there is no process 999 (any more)")


@pytest.mark.parametrize("key", ["q", "escape", "backspace"])
async def test_keys_that_lead_back(key: str):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("p")
        await stage.sees("nginx.service")
        assert stage.lines[-1].endswith("q back")
        await stage.press(key)
        assert stage.app.screen is stage.main
        assert stage.lines[-1].endswith("q quit")


async def test_esc_drops_the_filter_before_it_leaves():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("p")
        await stage.sees("nginx.service")
        await stage.type("/8080")
        await stage.press("enter")
        assert "Sockets 3 of 6" in stage.text
        await stage.press("escape")
        assert "Sockets 6" in stage.text
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_the_sockets_sort_by_key():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("p")
        await stage.sees("nginx.service")
        await stage.press("s", "l")
        assert "endpoint▴" in stage.text
        await stage.press("s", "l")
        assert "endpoint▾" in stage.text


async def test_from_a_shared_socket_the_other_owners_are_one_key_away():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(812)
        await stage.sees("nginx.service")
        await stage.type("/listen")
        await stage.press("enter", "down", "p")
        await stage.sees("3 processes hold")
        await stage.press("enter")
        await stage.sees("nginx[813]")
        assert process(stage).pid == 813


async def test_on_a_socket_of_its_own_p_says_that_nobody_shares_it():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("proxy.service")
        await stage.press("down", "p")
        assert stage.lines[-2] == " 192.0.2.10:6432: no other process holds it"


async def test_the_facts_are_asked_for_again_with_every_sample():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("proxy.service")
        before = stage.source.questions.count(990)
        await stage.next_sample()
        await stage.until(lambda: stage.source.questions.count(990) > before)


async def test_the_message_line_tells_more_of_the_row_at_the_cursor():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("proxy.service")
        assert stage.lines[-2] == ""
        await stage.press("down", "enter", "down")
        await stage.sees(" proxy[990] app fd 9 · accept queue 6 of 5")
        await stage.press("home")
        await stage.until(lambda: stage.lines[-2] == "")


async def test_rows_keep_their_owners_name_before_owners_are_read():
    samples = [replace(sample, owners=OwnerTable.unread()) for sample in machine_db1.samples()]
    async with monitor_of(FixedSource(samples, machine_db1.route_to)) as stage:
        assert "(www-data)" in stage.cursor_line
        await stage.press("p")
        assert "owner not looked up yet" in stage.lines[-2]
