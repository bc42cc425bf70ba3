"""`--read-only`: what acts is not there, in no list of keys, by no key; and that it is so is on every screen."""

from __future__ import annotations

import pytest

from monitor.ui.app import Settings
from monitor.ui.keys import KEYS, Where, footer, keys_in
from tests import machine_db1
from tests.ui.stage import monitor_of

READ_ONLY = Settings(is_read_only=True)
ACTS = {"K", "X", "D", "m", "M"}


def test_the_keys_that_act_are_those():
    assert {key.shown.split()[0] for key in KEYS if key.acts} == ACTS


@pytest.mark.parametrize("place", list(Where))
def test_they_are_in_no_list_of_keys(place: Where):
    shown = {key.shown.split()[0] for key in keys_in(place, is_read_only=True)}
    assert not shown & ACTS
    assert not {name for name, _ in footer(place, 200, is_read_only=True)} & ACTS


@pytest.mark.parametrize("key", ["K", "f9", "X", "m"])
@pytest.mark.parametrize("pane", ["1", "2"])
async def test_no_key_leads_to_an_action(key: str, pane: str):
    async with monitor_of(machine_db1.source(), settings=READ_ONLY) as stage:
        before = stage.source.questions.count("sample")
        await stage.press(pane, key)
        assert stage.app.screen is stage.main
        assert not stage.main.connections.marked
        assert stage.source.questions.count("sample") == before


async def test_neither_from_a_connection_a_process_nor_routing():
    async with monitor_of(machine_db1.source(), settings=READ_ONLY) as stage:
        await stage.press("3", "D")
        assert stage.app.screen is stage.main
        await stage.press("2", "enter")
        on_top = stage.app.screen
        await stage.press("K", "X")
        assert stage.app.screen is on_top


async def test_the_letters_still_say_all_but_those():
    async with monitor_of(machine_db1.source(), settings=READ_ONLY) as stage:
        await stage.type("/XKDm")
        assert stage.main.prompt._field.value == "XKDm"


async def test_help_footer_and_palette_do_not_name_them():
    async with monitor_of(machine_db1.source(), (200, 50), READ_ONLY) as stage:
        assert "signal" not in stage.lines[-1]
        assert "close…" not in stage.lines[-1]
        await stage.press("colon", *"signal")
        await stage.settle()
        assert "signal the process" not in stage.text
        await stage.press("escape", "question_mark")
        texts = [cell.text for line in stage.app.screen._text.lines for cell in line.left]
        assert not [text for text in texts if text.startswith(("signal the process", "close the connection", "dial"))]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_it_stands_in_the_status_line_of_every_screen(size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size, READ_ONLY) as stage:
        assert "read-only" in stage.lines[0]
        await stage.press("enter")
        await stage.sees("Owner")
        assert "read-only" in stage.lines[0]


async def test_without_it_they_are_there():
    async with monitor_of(machine_db1.source()) as stage:
        assert "read-only" not in stage.lines[0]
        await stage.press("m")
        assert stage.main.connections.marked
