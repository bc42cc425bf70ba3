"""`f` and a letter: only rows like this one, as a filter line that could have been typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import machine_db1
from tests.scenes import ANY, FixedSource, row, sample_of
from tests.ui.stage import Stage, monitor_of


def title(stage: Stage) -> str:
    return stage.line_with("2 Connections")


@pytest.mark.parametrize(
    ("letter", "line"),
    [
        ("p", "filter pid 812 ─"),
        ("r", "filter remote 198.51.100.7 ─"),
        ("o", "filter remote :51834 ─"),
        ("l", "filter local 192.0.2.10:8080 ─"),
        ("v", "filter iface eth0 ─"),
        ("u", "filter user www-data ─"),
        ("c", "filter close-wait ─"),
        ("C", "filter not close-wait ─"),
        ("R", "filter not remote 198.51.100.7 ─"),
    ],
)
async def test_f_and_a_letter_filter_by_the_row_at_the_cursor(letter: str, line: str):
    async with monitor_of(machine_db1.source(), (200, 50)) as stage:
        await stage.press("f", letter)
        assert line in title(stage)
        assert " of 44" in title(stage)


async def test_what_f_adds_is_taken_back_one_by_one_in_the_order_of_all_steps():
    async with monitor_of(machine_db1.source(), (200, 50)) as stage:
        await stage.type("/8080")
        await stage.press("enter", "f", "e", "f", "e", "t", "r", "f", "R")
        assert "filter 8080 estab not remote " in title(stage)
        await stage.press("escape")
        assert "filter 8080 estab ─ grouped by" in title(stage)
        await stage.press("escape")
        assert "filter 8080 estab ─ no TIME-WAIT" in title(stage)
        await stage.press("escape")
        assert "filter 8080 ─" in title(stage)
        await stage.press("escape")
        assert "filter" not in title(stage)
        before = stage.text
        await stage.press("escape")
        assert stage.text == before


async def test_what_f_wrote_is_edited_like_a_typed_line():
    async with monitor_of(machine_db1.source(), (200, 50)) as stage:
        await stage.press("f", "p", "slash")
        assert stage.main.prompt.query_one("Input").value == "pid 812"
        await stage.press("escape", "escape")
        assert "2 Connections 44]" in title(stage)
        await stage.press("f", "p")
        await stage.type("/ or proc sshd")
        await stage.press("enter")
        assert "filter pid 812 or proc sshd" in title(stage)
        await stage.press("escape")
        assert "2 Connections 44]" in title(stage)


async def test_on_a_group_f_takes_what_all_its_rows_have_and_says_where_they_differ():
    async with monitor_of(machine_db1.source(), (200, 50)) as stage:
        await stage.press("t", "p")
        await stage.until(lambda: "grouped by process" in title(stage))
        await stage.type("/nginx")
        await stage.press("enter", "f", "u")
        assert "filter nginx user www-data" in title(stage)
        await stage.press("f", "r")
        await stage.sees("rows of this group have different remote addresses")
        assert "filter nginx user www-data ─" in title(stage)


async def test_in_listeners_f_offers_what_listeners_have():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1", "f")
        assert "p process  l local  v via  u user" in stage.lines[-2]
        assert "ESTAB" not in stage.lines[-2]
        await stage.press("u")
        assert "1 Listeners 4 of 11]─ filter user app" in stage.text
        await stage.press("escape")
        assert "1 Listeners 11]" in stage.text


async def test_f_works_on_the_process_screen_and_esc_takes_it_back():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("p")
        await stage.sees("[Sockets 6]")
        await stage.press("f", "e")
        assert "of 6]─ filter estab" in stage.text
        await stage.press("escape")
        assert "[Sockets 6]" in stage.text


async def test_f_w_shows_the_time_wait_rows_that_it_asks_for():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("f", "w")
        await stage.until(lambda: "2 of 47" in title(stage))
        assert "with TIME-WAIT" in title(stage)


async def test_what_the_row_lacks_stands_on_the_message_line():
    rows = [row("tcp", "192.0.2.10:80", "198.51.100.7:50000", "TIME-WAIT", inode=0)]
    async with monitor_of(FixedSource([replace(sample_of(rows, 0.0), has_time_wait=True)]), samples=1) as stage:
        await stage.press("a")
        await stage.press("f", "p")
        assert stage.lines[-2] == " the kernel's own, no process"
        assert "filter" not in title(stage)


async def test_without_rows_there_is_nothing_to_be_alike():
    rows = [row("tcp", "192.0.2.10:80", ANY, "LISTEN", queue=(0, 8))]
    async with monitor_of(FixedSource([sample_of(rows, 0.0)]), samples=1) as stage:
        await stage.press("f", "r")
        assert stage.lines[-2] == " there is no socket at the cursor"


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
@pytest.mark.parametrize(("key", "last"), [("f", "w TIME-WAIT"), ("s", "0 own"), ("t", "n none")])
async def test_every_question_for_a_letter_is_whole_and_moves_nothing(size: tuple[int, int], key: str, last: str):
    async with monitor_of(machine_db1.source(), size) as stage:
        before = stage.lines[:-2]
        await stage.press(key)
        asked = stage.lines[-2] if last in stage.lines[-2] else stage.lines[-1]
        assert asked.endswith(last)
        assert stage.lines[:-2] == before
        await stage.next_sample()
        assert asked in stage.lines[-2:]
        footer = "? help"
        await stage.press("escape")
        assert footer in stage.lines[-1]
        assert last not in stage.text
