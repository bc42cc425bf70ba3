from __future__ import annotations

import pytest

from monitor.presentation.finding_meanings import FINDING_MEANINGS
from monitor.ui.keys import KEYS, Where
from monitor.ui.screens.help import HelpScreen, Part, help_parts
from tests import machine_db1
from tests.scenes import FixedSource, row, sample_of
from tests.ui.stage import monitor_of

PLACES = [place for place in Where if place in Where.EVERYWHERE]


def text(part: Part) -> list[str]:
    return ["".join(cell.text for cell in line.left) for line in part.all_lines]


@pytest.mark.parametrize("place", PLACES)
def test_the_keys_of_the_place_come_first_and_the_others_next(place: Where):
    here, elsewhere, *_ = (text(part) for part in help_parts(place, None))
    for key in KEYS:
        works = any(key.shown in line and key.help in line for line in here)
        stands_below = any(key.shown in line and key.help in line for line in elsewhere)
        assert (works, stands_below) == (bool(key.where & place), not key.where & place)


def test_places_are_named_where_a_key_works_elsewhere():
    _, elsewhere, *_ = help_parts(Where.ROUTING, None)
    assert next(line for line in text(elsewhere) if "filter while typing" in line).split()[2:5] == [
        "Lis",
        "Con",
        "proc",
    ]


def test_on_a_plain_console_the_keys_are_ascii():
    for part in help_parts(Where.CONNECTIONS, None, is_ascii=True)[:2]:
        assert all(line.left[0].text.isascii() for line in part.lines)


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_it_opens_from_anywhere_and_its_own_key_closes_it(key: str):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press(key)
        assert isinstance(stage.app.screen, HelpScreen)
        assert stage.lines[1].startswith(" Keys in Connections")
        await stage.press(key)
        assert stage.app.screen is stage.main
        await stage.press("i", key)
        assert stage.lines[1].startswith(" Keys in an explanation")


@pytest.mark.parametrize("key", ["q", "escape", "backspace"])
async def test_keys_that_lead_back(key: str):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("question_mark", key)
        assert stage.app.screen is stage.main
        assert stage.app.is_running


async def test_tab_goes_from_part_to_part_and_round():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("question_mark")
        for title in ("Keys elsewhere", "Signs", "Words", "Findings"):
            await stage.press("tab")
            assert stage.lines[1].startswith(f" {title}")
        await stage.press("shift+tab")
        assert stage.lines[1].startswith(" Words")
        await stage.press("tab", "tab")
        assert " Filter" in stage.text
        await stage.press("tab")
        assert stage.lines[1].startswith(" Keys in Connections")
        await stage.press("shift+tab")
        assert " Filter" in stage.text


async def test_keys_right_behind_the_one_that_opens_it_are_not_lost():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.burst("?\t\t")
        await stage.until(lambda: stage.lines[1].startswith(" Signs"))
        await stage.burst("\t\tjjk")
        await stage.until(lambda: stage.lines[0] and not stage.lines[1].startswith((" Findings", " Signs")))
        await stage.burst("k")
        await stage.until(lambda: stage.lines[1].startswith(" Findings"))


@pytest.mark.parametrize(
    ("down", "up", "presses"), [("space", "pageup", 14), ("pagedown", "pageup", 14), ("G", "g", 1), ("end", "home", 1)]
)
async def test_all_of_it_can_be_reached_by_scrolling(down: str, up: str, presses: int):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("question_mark")
        top = stage.lines
        await stage.press(*[down] * presses)
        assert "in the palette leave it to the terminal." in " ".join(stage.text.split())
        await stage.press(*[up] * presses)
        assert stage.lines == top
        assert not stage.app.is_paused


@pytest.mark.parametrize(("down", "up"), [("j", "k"), ("down", "up")])
async def test_a_key_scrolls_by_a_line(down: str, up: str):
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("question_mark")
        top = stage.lines
        await stage.press(down, down)
        assert stage.lines[1] == top[3]
        await stage.press(up, up, up)
        assert stage.lines == top


async def test_no_line_is_cut():
    for size in ((60, 200), (80, 200), (120, 200)):
        async with monitor_of(machine_db1.source(), size) as stage:
            await stage.press("question_mark")
            assert not any(line.endswith("…") for line in stage.lines if "time-wait" not in line)


async def test_the_words_have_rows_of_this_machine_and_the_palette_opens_them():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("colon")
        await stage.type("endpoint, socket")
        await stage.sees("Words: port, endpoint, socket, connection, listener")
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, HelpScreen) and " Words" in stage.text)
        assert "An address and a port: one side of a pair." in stage.text
        assert "192.0.2.10:8080 ← 198.51.100.7:51836" in stage.text
        assert "8 sockets at one endpoint" in stage.text


async def test_before_the_first_sample_the_words_have_examples_that_are_said_to_be_such():
    async with monitor_of(machine_db1.source(), samples=0) as stage:
        await stage.until(lambda: stage.lines)
        stage.app.interval = None
        stage.app.action_help("Words")
        await stage.sees("Not on this machine now, so with addresses of documentation")


async def test_a_name_among_the_words_does_nothing():
    rows = [row("tcp", "192.0.2.10:443", "0.0.0.0:0", "LISTEN", owner=((812, 3), (813, 3)))]
    processes = [machine_db1.PROCESSES[0].__class__(pid, 1, b"\x1b[31m[/nope]", 0) for pid in (812, 813)]
    async with monitor_of(FixedSource([sample_of(rows, processes=processes)])) as stage:
        stage.app.action_help("Words")
        await stage.sees("\\x1b[31m[/nope] ×2")
        assert all(letter.isprintable() for line in stage.lines for letter in line)


async def test_help_says_of_each_finding_when_it_is_told():
    async with monitor_of(machine_db1.source(), (200, 300)) as stage:
        await stage.press("question_mark")
        shown = " ".join(stage.text.split())
        for kind, meaning in FINDING_MEANINGS.items():
            assert f"{kind} {meaning.split('.')[0]}" in shown
