from __future__ import annotations

import pytest

from monitor.ui.keys import KEYS
from monitor.ui.screens.help import HelpScreen, help_lines
from tests import machine_db1
from tests.ui.stage import monitor_of


def text(*, is_ascii: bool = False) -> list[str]:
    return ["".join(cell.text for cell in line.left) for line in help_lines(is_ascii=is_ascii)]


def test_every_key_of_the_table_stands_in_it_with_its_words():
    for key in KEYS:
        assert any(key.shown in line and key.help in line for line in text())


def test_places_are_named_where_a_key_does_not_work_everywhere():
    assert next(line for line in text() if "which way to a remote" in line).split()[1:4] == ["Lis", "Con", "Rou"]
    assert next(line for line in text() if "whole screen" in line).split()[1:4] == ["Lis", "Con", "Rou"]


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_it_opens_from_anywhere_and_its_own_key_closes_it(key: str):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press(key)
        assert isinstance(stage.app.screen, HelpScreen)
        await stage.press(key)
        assert stage.app.screen is stage.main


@pytest.mark.parametrize("key", ["q", "escape", "backspace"])
async def test_keys_that_lead_back(key: str):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("question_mark", key)
        assert stage.app.screen is stage.main
        assert stage.app.is_running


async def test_all_of_it_can_be_reached_by_scrolling():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        await stage.press("question_mark")
        assert "Signs" in stage.text
        await stage.press(*["space"] * 8)
        assert "--no-mouse leaves the mouse to the terminal." in " ".join(stage.text.split())
        await stage.press(*["k"] * 80)
        assert "Signs" in stage.text
        assert not stage.app.is_paused


async def test_no_line_is_cut():
    for size in ((60, 100), (80, 100), (120, 100)):
        async with monitor_of(machine_db1.source(), size) as stage:
            await stage.press("question_mark")
            assert "… " not in stage.text.replace("time-wait, …", "")
            assert not any(line.endswith("…") for line in stage.lines if "time-wait" not in line)
