"""Findings on screen: the pane, where its rows lead, what is acknowledged, and what other screens say of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.host_facts import HostFacts
from monitor.ui.screens.process import ProcessScreen
from tests import machine_db1
from tests.scenes import ANY, FixedSource, row, sample_of
from tests.ui.stage import monitor_of

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
QUEUE = "192.0.2.10:6432 drops new clients"
SYN = "java[1313] gets no answer from 203.0.113.77:443"
LEAK = "proxy[990] does not close connections"


@SIZES
@pytest.mark.parametrize("key", ["5", "exclamation_mark"])
async def test_a_key_shows_them_trouble_first_and_the_one_at_the_cursor_in_full(size, key):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press(key)
        assert "[5 Findings 2!]" in stage.text
        assert stage.cursor_line.startswith(f"▸! {QUEUE}")
        assert stage.y_of(f" ! {SYN}") < stage.y_of(f"   {LEAK}")
        assert "the program does not accept; clients hang and time out" in stage.text
        await stage.press("down")
        assert "filtered, or nobody is there." in stage.text


@SIZES
async def test_enter_narrows_listeners_to_its_rows_and_esc_shows_all_again(size):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("5", "enter")
        assert stage.app.focused is stage.main.listeners
        assert "[1 Listeners 1" in stage.text
        assert QUEUE in stage.text
        assert stage.main.listeners.view.count == 1
        await stage.press("escape")
        assert stage.main.listeners.view.count == 11


async def test_enter_narrows_connections_to_its_rows_and_the_title_says_to_what():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("5", "down", "enter")
        assert f"[2 Connections 2 of 44]─ {SYN}" in stage.text
        await stage.press("escape")
        assert "[2 Connections 44]" in stage.text


async def test_keys_typed_in_one_go_do_what_they_do_when_typed_slowly():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.burst("!j\r\r")
        assert "SYN-SENT" in stage.text
        assert f" ! {SYN}" in stage.text
        assert stage.app.screen is not stage.main


async def test_p_opens_the_process_that_it_is_about():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("5", "down", "down", "p")
        assert isinstance(stage.app.screen, ProcessScreen)
        assert stage.app.screen.pid == 990


async def test_a_acknowledges_and_what_is_known_calls_no_more():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("5", "a")
        assert "[5 Findings 1!]" in stage.text
        assert f"✓ {QUEUE}" in stage.text
        assert stage.lines[-2].startswith(f" ! {SYN}")
        assert stage.line_with("6/5").startswith("  ")
        await stage.press("end", "a")
        assert "[5 Findings 2!]" in stage.text
        assert stage.line_with("6/5").startswith(" !")


async def test_acknowledged_stays_so_with_the_next_sample_and_nothing_is_left_to_say():
    samples = [*machine_db1.samples(), replace(machine_db1.samples()[-1], boot_time=1_234_568.0)]
    async with monitor_of(FixedSource(samples, machine_db1.route_to)) as stage:
        await stage.burst("!aga")
        await stage.next_sample()
        assert "[5 Findings 6]" in stage.text
        assert "! shows" not in stage.lines[-2]


async def test_in_findings_a_is_no_time_wait_and_elsewhere_it_acknowledges_nothing():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("5", "a", "2")
        assert "no TIME-WAIT" in stage.text
        await stage.press("a")
        assert "with TIME-WAIT" in stage.text
        await stage.press("5")
        assert "5 Findings 1!" in stage.text


async def test_n_goes_from_trouble_to_trouble_here_and_in_the_lists():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("5", "end", "n")
        assert QUEUE in stage.cursor_line
        await stage.press("n")
        assert SYN in stage.cursor_line
        await stage.press("2", "n")
        assert stage.cursor_line.startswith("▸!") or stage.cursor_line.startswith("▸~")


async def test_filter_and_sort_are_no_keys_of_findings():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("5")
        before = stage.text
        await stage.press("slash", "s", "f", "t")
        assert stage.text == before


async def test_i_says_when_such_a_thing_is_told():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("5", "i")
        assert QUEUE in stage.text
        await stage.press("down")
        assert "Told when an accept queue holds more than its backlog for 2s" in " ".join(stage.text.split())


@SIZES
async def test_the_message_line_says_what_calls_without_a_key(size):
    async with monitor_of(machine_db1.source(), size) as stage:
        assert stage.lines[-2].startswith(f" ! {QUEUE}")
        assert stage.lines[-2].endswith("! shows both")


async def test_the_status_line_marks_the_states_that_are_part_of_trouble():
    async with monitor_of(machine_db1.source()) as stage:
        assert "2 SYN-SENT! " in stage.lines[0]
        assert "5 CLOSE-WAIT " in stage.lines[0]


async def test_a_connection_and_a_process_say_on_top_what_is_found_about_them():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("5", "down", "enter", "enter")
        assert stage.lines[2].startswith(f" ! {SYN} since before the first sample: 2 in SYN-SENT")
        await stage.press("p")
        assert f" ! {SYN}" in stage.text
        await stage.press("q", "q")
        await stage.press("escape", "enter")
        assert " ! " not in "\n".join(stage.lines[2:4])


async def test_the_foot_says_what_the_host_has_lost_and_by_how_much_that_rose():
    samples = [
        sample_of([], float(second), host_facts=HostFacts(counters={"TcpExt.ListenOverflows": 100 + 12 * second}))
        for second in range(2)
    ]
    async with monitor_of(FixedSource(samples)) as stage:
        await stage.press("5")
        assert "nothing found so far" in stage.text
        assert "accept queues overflowed 112 (+12); + since 03:12:41Z" in stage.text


async def test_trouble_that_ends_goes_from_pane_marks_and_message_line():
    full = [row("tcp", "192.0.2.10:80", ANY, "LISTEN", queue=(6, 5))]
    empty = [row("tcp", "192.0.2.10:80", ANY, "LISTEN", queue=(0, 5))]
    samples = [sample_of(rows, 5.0 * place) for place, rows in enumerate((full, full, empty))]
    async with monitor_of(FixedSource(samples)) as stage:
        assert "5 Findings 1!" in stage.text
        assert stage.line_with("6/5").startswith((" !", "▸!"))
        await stage.next_sample()
        assert "5 Findings 0" in stage.text
        assert stage.line_with("0/5").startswith("  ")
        assert "! shows" not in stage.text


async def test_where_a_narrowing_leaves_no_room_the_other_tabs_are_short():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("5", "down", "enter")
        assert "[2 Connections 2/44]" in stage.lines[1]
        assert "5 Fin 2!" in stage.lines[1]
        assert "java[1313] gets" in stage.lines[1]


@pytest.mark.parametrize(
    ("size", "last"), [((80, 24), "look at  "), ((80, 14), "⋮ 7 more lines"), ((120, 40), "host  ")]
)
async def test_what_there_is_no_room_for_is_counted_and_the_foot_goes_first(size, last):
    async with monitor_of(machine_db1.source(), size) as stage:
        await stage.press("5")
        below = stage.lines[stage.y_of("─ accept-queue ") : -2]
        assert any(last in line for line in below)
        assert any("host  " in line for line in below) == (last != "⋮ 7 more lines")
