from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.owner_table import OwnerTable
from monitor.ui.app import Settings
from monitor.ui.screens.process import ProcessScreen
from tests import machine_db1
from tests.scenes import FixedSource, row, sample_of
from tests.ui.stage import Stage, monitor_of


def process(stage: Stage) -> ProcessScreen:
    assert isinstance(stage.app.screen, ProcessScreen)
    return stage.app.screen


async def test_p_opens_the_process_of_the_row():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("p")
        await stage.sees("up 14d")
        assert process(stage).pid == 812
        assert stage.lines[1].startswith("─ nginx[812] · www-data (uid 33) · up 14d 6h · nginx.service ──")
        assert stage.lines[1].endswith("── /usr/sbin/nginx ─")
        assert "03:12:41Z" in stage.lines[0]
        assert "command  nginx: worker process" in stage.text
        assert "[Sockets 6]" in stage.text


def shared_connection() -> FixedSource:
    """One connection that three processes hold, as fork() leaves it."""
    rows = [row("tcp", "192.0.2.10:80", "198.51.100.7:5", "ESTAB", owner=((71, 3), (72, 3), (73, 3)))]
    return FixedSource([sample_of(rows), sample_of(rows, 5.0)])


async def test_of_several_owners_one_is_chosen():
    async with monitor_of(shared_connection()) as stage:
        await stage.press("p")
        await stage.sees("3 processes hold 192.0.2.10:80")
        await stage.press("down", "down", "up", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, ProcessScreen))
        assert process(stage).pid == 72


async def test_a_choice_has_host_clock_and_path_of_the_screen_below():
    async with monitor_of(shared_connection()) as stage:
        await stage.press("enter", "p")
        await stage.sees("3 processes hold 192.0.2.10:80")
        assert stage.lines[0].startswith(" db1 ")
        assert "Connections › 192.0.2.10:80 " in stage.lines[0]
        await stage.pilot.resize_terminal(80, 4)
        await stage.press("down", "down")
        await stage.sees("▸ process-73[73]")


async def test_a_choice_can_be_left_and_can_be_clicked():
    async with monitor_of(shared_connection()) as stage:
        await stage.press("p")
        await stage.sees("3 processes hold")
        await stage.press("q")
        assert stage.app.screen is stage.main
        await stage.press("p")
        await stage.sees("3 processes hold")
        await stage.pilot.click(offset=(5, 4))
        await stage.until(lambda: isinstance(stage.app.screen, ProcessScreen))
        assert process(stage).pid == 73


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
        await stage.sees("up 14d")
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
        await stage.sees("up 14d")
        assert stage.lines[-1].endswith("q back")
        await stage.press(key)
        assert stage.app.screen is stage.main
        assert stage.lines[-1].endswith("q quit")


async def test_esc_drops_the_filter_before_it_leaves():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("p")
        await stage.sees("up 14d")
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
        await stage.sees("up 14d")
        await stage.press("s", "l")
        assert "endpoint▴" in stage.text
        await stage.press("s", "l")
        assert "endpoint▾" in stage.text


async def test_from_a_shared_socket_the_other_owners_are_one_key_away():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(812)
        await stage.sees("up 14d")
        await stage.type("/listen")
        await stage.press("enter", "p")
        await stage.sees("3 processes hold")
        await stage.press("enter")
        await stage.sees("nginx[813]")
        assert process(stage).pid == 813


async def test_on_a_socket_of_its_own_p_says_that_nobody_shares_it():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        await stage.press("p")
        assert stage.lines[-2] == " 192.0.2.10:6432: no other process holds it"


async def test_the_facts_are_asked_for_again_with_every_sample():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        before = stage.source.questions.count(990)
        await stage.next_sample()
        await stage.until(lambda: stage.source.questions.count(990) > before)


async def test_the_message_line_tells_more_of_the_row_at_the_cursor():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        await stage.until(lambda: stage.lines[-2].startswith(" proxy[990] app fd 9 · accept queue 6 of 5"))
        await stage.press("end")
        await stage.until(lambda: stage.lines[-2].startswith(" proxy[990] app fd 30"))


async def test_the_cursor_passes_over_the_headings():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        first = stage.y_of("─ Listens on 1 ─") + 1
        await stage.until(lambda: stage.lines[first].startswith("▸"))
        await stage.press("down")
        assert stage.lines[stage.y_of("─ Accepted 6 ─") + 1].startswith("▸")
        await stage.press("up", "up")
        assert stage.lines[first].startswith("▸")


async def test_t_groups_the_connections_anew_and_esc_brings_back_the_own_groups():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(4411)
        await stage.sees("up 14d")
        await stage.press("t")
        assert "0 own" in stage.text
        await stage.press("p")
        assert "─ Connects to 3 ─ by process at the other end ─" in stage.text
        assert "not on this host" in stage.text
        assert "postgres[22114]" in stage.text
        assert "─ Listens on 1 ─ by endpoint ─" in stage.text
        await stage.press("t", "n")
        assert "─ Connects to 3 ───" in stage.text
        await stage.press("escape")
        assert "─ Connects to 3 ─ by remote endpoint ─" in stage.text
        assert process(stage)
        await stage.press("t", "s", "t", "0")
        assert "─ Connects to 3 ─ by remote endpoint ─" in stage.text


async def test_esc_undoes_groups_and_filter_in_the_order_in_which_they_were_made():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        await stage.type("/estab")
        await stage.press("enter", "t", "s")
        assert "Sockets 6 of 12" in stage.text
        await stage.press("escape")
        assert "Sockets 6 of 12" in stage.text
        assert "grouped by" not in stage.text
        await stage.press("escape")
        assert "Sockets 12" in stage.text
        assert process(stage)


async def test_a_shows_the_whole_command_line_and_hides_it_again():
    secret = replace(machine_db1.FACTS[990].process, command_line=b"proxy\0--token\0hunter2\0" + b"word " * 60)
    facts = {990: replace(machine_db1.FACTS[990], process=secret)}
    async with monitor_of(FixedSource(machine_db1.samples(), machine_db1.route_to, facts)) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("--token •••")
        assert "(masked; A shows all)" in stage.line_with("command")
        await stage.press("A")
        assert "--token hunter2" in stage.line_with("command")
        assert stage.text.count("word") == 60
        await stage.press("A")
        assert "hunter2" not in stage.text


async def test_the_last_facts_stay_when_the_process_has_gone():
    facts = dict(machine_db1.FACTS)
    async with monitor_of(FixedSource(machine_db1.samples(), machine_db1.route_to, facts)) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        stage.source._facts = {}
        stage.source._samples.append(sample_of([], 60.0))
        await stage.next_sample()
        await stage.sees(" ! gone since 03:13:41Z, these are its last facts")
        assert stage.lines[1].startswith("─ proxy[990] · gone · app (uid 1001) · ran 14d 6h")
        assert "144/1,024" in stage.line_with(" fds")
        assert "(tcp 6, udp 0)" in stage.line_with(" fds")


async def test_another_process_that_was_given_the_pid_is_not_taken_for_it():
    facts = dict(machine_db1.FACTS)
    async with monitor_of(FixedSource(machine_db1.samples(), machine_db1.route_to, facts)) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        other = replace(facts[990].process, start_time=7_000_000, name=b"sleep")
        stage.source._facts = {990: replace(facts[990], process=other)}
        await stage.next_sample()
        await stage.sees("pid 990 is another process now")
        assert "sleep" not in stage.text


async def test_a_process_without_sockets_says_what_it_has_instead():
    facts = {1: replace(machine_db1.FACTS[1], fd_kinds={"socket": 3, "file": 2})}
    async with monitor_of(
        FixedSource(machine_db1.samples(), machine_db1.route_to, facts), settings=Settings(pid=1)
    ) as stage:
        await stage.sees("none of its 3 sockets is a TCP or UDP socket that this network namespace lists")


async def test_where_descriptors_are_hidden_no_socket_is_not_said():
    facts = {1: replace(machine_db1.FACTS[1], fd_kinds=None, unread=("fd_kinds",))}
    async with monitor_of(
        FixedSource(machine_db1.samples(), machine_db1.route_to, facts), settings=Settings(pid=1)
    ) as stage:
        await stage.sees("which sockets it holds is not known")
        assert "– (this user may not read it)" in stage.line_with(" fds")
        assert "↓ –" in stage.line_with(" cpu")


async def test_narrow_facts_stand_in_two_lines():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        assert stage.lines[2].endswith("· from systemd[1]")
        assert stage.lines[3].startswith(" fds 144/1,024 ")
        assert "retr 0" in stage.lines[3]


async def test_rows_keep_their_owners_name_before_owners_are_read():
    samples = [replace(sample, owners=OwnerTable.unread()) for sample in machine_db1.samples()]
    async with monitor_of(FixedSource(samples, machine_db1.route_to)) as stage:
        assert "(www-data)" in stage.cursor_line
        await stage.press("p")
        assert "owner not looked up yet" in stage.lines[-2]
