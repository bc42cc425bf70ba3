"""i over a list or Routing: what is at the cursor in words, live, and back to the same row."""

from __future__ import annotations

import pytest

from monitor.ui.screens.connection import ConnectionScreen
from monitor.ui.screens.explain import ExplainScreen
from monitor.ui.screens.process import ProcessScreen
from tests import machine_db1
from tests.scenes import FixedSource, row, sample_of, traffic
from tests.ui.stage import Stage, monitor_of

PAIR = ("192.0.2.10:443", "198.51.100.7:51834")


async def explain(stage: Stage, *keys: str) -> None:
    await stage.press(*keys, "i")
    assert isinstance(stage.app.screen, ExplainScreen)


async def reach(stage: Stage, label: str) -> None:
    while not stage.cursor_line.startswith(f" {label}"):
        before = stage.cursor_line
        await stage.press("down")
        assert stage.cursor_line != before, f"no line {label}"


async def test_a_listener_in_trouble_starts_on_its_mark_and_says_its_limit():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await explain(stage, "1")
        assert stage.cursor_line.split()[:3] == ["mark", "▸", "!"]
        assert "192.0.2.10:6432 drops new clients, since" in stage.text
        assert "Trouble: a finding is about it" in stage.text
        assert "6 finished handshakes wait; the limit is 5," in stage.text


async def test_the_meaning_follows_the_cursor_and_nothing_else_moves():
    async with monitor_of(machine_db1.source()) as stage:
        await explain(stage)
        y = stage.y_of(" idle  ")
        await reach(stage, "rtt")
        assert "Time from a segment to its acknowledgement, smoothed." in stage.text
        await reach(stage, "sndq")
        assert "Bytes that our program wrote and that have not left" in stage.text
        assert stage.y_of(" idle  ") == y


@pytest.mark.parametrize("key", ["escape", "q", "i", "backspace"])
async def test_it_leads_back_to_the_same_row(key: str):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("down", "down", "down")
        line = stage.cursor_line
        await explain(stage)
        await stage.press(key)
        assert stage.app.screen is stage.main
        assert stage.cursor_line == line


async def test_a_row_that_the_cursor_only_happened_to_be_on_is_kept_too():
    other = ("192.0.2.10:443", "198.51.100.8:40000")

    def sample(first: int, second: int, seconds: float):
        return sample_of(
            [row("tcp", *PAIR, "ESTAB", **traffic(sent=first)), row("tcp", *other, "ESTAB", **traffic(sent=second))],
            seconds,
        )

    sent = ((0, 0, 0), (9_000, 10, 1), (9_000, 999_999, 9), (9_000, 9_999_999, 20))
    source = FixedSource([sample(*each) for each in sent])
    async with monitor_of(source) as stage:
        assert PAIR[1] in stage.cursor_line
        await explain(stage)
        stage.clock.now += 60
        await stage.next_sample()
        await stage.next_sample()
        assert PAIR[1] in stage.lines[1]
        await stage.press("escape")
        assert PAIR[1] in stage.cursor_line


async def test_it_follows_the_samples():
    def sample(sent: int, seconds: float):
        return sample_of([row("tcp", *PAIR, "ESTAB", **traffic(sent=sent, rtt_ms=9))], seconds)

    async with monitor_of(FixedSource([sample(0, 0), sample(1_000, 1), sample(900_000, 2)]), samples=1) as stage:
        await explain(stage)
        assert "a rate needs two samples, and this is the first" in stage.line_with(" ↑/s")
        await stage.next_sample()
        assert "1.0K since opened" in stage.line_with(" ↑/s")
        await stage.next_sample()
        assert "900K since opened" in stage.line_with(" ↑/s")


async def test_a_row_that_goes_stays_as_it_was_and_it_is_said():
    rows = [row("tcp", *PAIR, "ESTAB", owner=(812, 3))]
    gone = [sample_of([], seconds, closed=[rows[0].columns["cookie"]]) for seconds in (1, 9)]
    async with monitor_of(FixedSource([sample_of(rows), *gone]), samples=1) as stage:
        await explain(stage)
        await stage.next_sample()
        await stage.next_sample()
        assert "it is not in the list any more" in stage.text
        assert PAIR[1] in stage.line_with(" remote")
        await stage.press("down", "up", "enter", "escape")
        assert stage.app.is_running


async def test_enter_on_a_value_goes_where_it_leads_and_esc_comes_back_to_the_row():
    async with monitor_of(machine_db1.source()) as stage:
        await explain(stage, "down")
        await stage.press("escape")
        line = stage.cursor_line
        await explain(stage)
        await reach(stage, "process")
        await stage.press("enter")
        assert isinstance(stage.app.screen, ProcessScreen)
        await stage.press("escape")
        assert stage.app.screen is stage.main
        assert stage.cursor_line == line


async def test_the_connections_of_a_listener_are_one_enter_away():
    async with monitor_of(machine_db1.source()) as stage:
        await explain(stage, "1")
        await reach(stage, "conns")
        await stage.press("enter")
        assert stage.app.screen is stage.main
        assert "on 192.0.2.10:6432" in stage.text


async def test_p_opens_the_process_behind_the_line():
    async with monitor_of(machine_db1.source()) as stage:
        await explain(stage, "1")
        await stage.press("p")
        await stage.until(lambda: isinstance(stage.app.screen, ProcessScreen))
        assert stage.app.screen.pid == 990


async def test_groups_headings_and_rows_of_a_process_are_explained():
    async with monitor_of(machine_db1.source()) as stage:
        await explain(stage, "t", "r")
        assert "grouped by remote address" in stage.text
        await stage.press("escape")
        stage.app.drill_down.show_process(812)
        await stage.sees("up 14d")
        await explain(stage)
        assert "2 sockets: it listens there" in stage.text
        assert "finished handshakes wait" in stage.text
        await stage.press("escape")
        assert isinstance(stage.app.screen, ProcessScreen)


async def test_routing_explains_its_lines():
    async with monitor_of(machine_db1.source()) as stage:
        await explain(stage, "3")
        await reach(stage, "rule")
        assert "the kernel does not name it" in stage.text
        await reach(stage, "today")
        assert "a new one would get" in stage.text


async def test_on_the_connection_screen_it_is_the_line_that_is_explained():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter", "i")
        await stage.sees("The processes that hold a descriptor of this socket.")
        assert isinstance(stage.app.screen, ConnectionScreen)


async def test_where_there_is_no_row_there_is_nothing_to_explain():
    async with monitor_of(FixedSource([sample_of([])])) as stage:
        await stage.press("i")
        assert stage.app.screen is stage.main
        await stage.press("1", "i", "3", "i")
        assert stage.app.is_running


@pytest.mark.parametrize("size", [(1, 1), (40, 10), (60, 12), (80, 24), (200, 50)])
async def test_every_size_is_survived_and_every_line_can_be_reached(size):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("i")
        await stage.pilot.resize_terminal(80, 24)
        await stage.settle()
        await stage.press("end", "home", "pagedown", "pageup", "G")
        assert "idle" in stage.text
        await stage.pilot.resize_terminal(*size)
        await stage.settle()
        await stage.press("escape")
        assert stage.app.screen is stage.main


async def test_a_name_is_shown_and_does_nothing():
    hostile = "\x1b]0;x\x07[bold]\u202e"
    rows = [row("tcp", *PAIR, "ESTAB", uid=33)]
    async with monitor_of(FixedSource([sample_of(rows, users={33: hostile}, hidden=1)])) as stage:
        await explain(stage)
        assert "\\x1b]0;x\\x07[bold]\\u202e" in stage.line_with(" process")
        assert all(letter.isprintable() for line in stage.lines for letter in line)
