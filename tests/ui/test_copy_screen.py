"""`y`: what is at the cursor in the forms of other programs, shown in full and sent to the terminal's clipboard."""

from __future__ import annotations

import base64
import json
from unittest.mock import patch

import pytest

from monitor.ui.screens.copy import MOST_BYTES, CopyScreen
from tests import machine_db1
from tests.scenes import ANY, FixedSource, row, sample_of
from tests.ui.stage import Stage, monitor_of

SELECTED = "'src = 192.0.2.10:8080 and dst = 198.51.100.7:51834'"


async def open_copies(stage: Stage) -> None:
    await stage.press("y")
    assert isinstance(stage.app.screen, CopyScreen)
    await stage.sees("r text")


async def test_every_form_stands_on_the_screen_for_terminals_without_a_clipboard():
    async with monitor_of(machine_db1.source(), (200, 50)) as stage:
        await open_copies(stage)
        assert stage.lines[1].startswith("─ Copy as ─")
        assert "192.0.2.10:8080 ← 198.51.100.7:51834" in stage.lines[1]
        assert f"ss filter    ss -tanpe {SELECTED}" in stage.text
        assert "kill -TERM 812" in stage.line_with("kill")
        assert "ip route get 198.51.100.7 from 192.0.2.10" in stage.text


@pytest.mark.parametrize(
    ("key", "begins"),
    [
        ("s", "ss -tanpe"),
        ("t", "tcpdump -n"),
        ("i", "ip route get"),
        ("k", "kill -TERM 812"),
        ("x", "ss -K"),
        ("r", "db1 "),
    ],
)
async def test_a_letter_copies_goes_back_and_says_so(key: str, begins: str):
    async with monitor_of(machine_db1.source()) as stage:
        await open_copies(stage)
        await stage.press(key)
        assert stage.app.screen is stage.main
        assert stage.app.clipboard.startswith(begins)
        assert f"sent to the terminal's clipboard: {begins}" in stage.lines[-2]


async def test_the_clipboard_gets_one_sequence_of_base64():
    async with monitor_of(machine_db1.source()) as stage:
        written: list[str] = []
        await open_copies(stage)
        with patch.object(stage.app._driver, "write", written.append):
            await stage.press("j")
        (sent,) = [text for text in written if "\x1b]52;" in text]
        assert sent.startswith("\x1b]52;c;")
        assert sent.endswith("\a")
        document = json.loads(base64.b64decode(sent[len("\x1b]52;c;") : -1], validate=True))
        assert document["remote"] == "198.51.100.7:51834"


async def test_enter_copies_the_form_at_the_cursor():
    async with monitor_of(machine_db1.source()) as stage:
        await open_copies(stage)
        await stage.press("down", "down", "enter")
        assert stage.app.clipboard == f"ss -tanpe {SELECTED}"


async def test_what_there_is_none_of_says_why_and_stays():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("1")
        await open_copies(stage)
        assert "nothing here has a remote endpoint" in stage.line_with("ip route get")
        await stage.press("i")
        assert isinstance(stage.app.screen, CopyScreen)
        assert "ip route get: nothing here has a remote endpoint" in stage.lines[-2]
        assert stage.app.clipboard == ""


async def test_it_works_on_a_connection_a_process_and_a_finding():
    async with monitor_of(machine_db1.source(earlier=24), samples=26) as stage:
        await stage.press("enter", "y", "s")
        assert stage.app.clipboard == f"ss -tanpe {SELECTED}"
        await stage.press("escape")
        stage.app.drill_down.show_process(990)
        await stage.sees("up 14d")
        await stage.press("y", "k")
        assert stage.app.clipboard == "kill -TERM 990"
        await stage.press("escape", "5", "y", "s")
        assert stage.app.clipboard.startswith("ss -tanpe '")


async def test_keys_that_come_at_once_copy_what_was_meant():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.burst("yk")
        assert stage.app.clipboard == "kill -TERM 812"


async def test_the_row_at_the_moment_of_the_key_is_copied_whatever_samples_come():
    pair = row("tcp", "192.0.2.10:443", "198.51.100.7:5", "ESTAB")
    other = row("tcp", "192.0.2.10:443", "198.51.100.8:6", "ESTAB", bytes_sent=999_999)
    async with monitor_of(FixedSource([sample_of([pair]), sample_of([other], 5)]), samples=1) as stage:
        await open_copies(stage)
        await stage.next_sample()
        await stage.press("s")
        assert "198.51.100.7:5" in stage.app.clipboard


async def test_an_empty_list_has_nothing_to_copy():
    async with monitor_of(FixedSource([sample_of([row("tcp", "0.0.0.0:22", ANY, "LISTEN")])]), samples=1) as stage:
        await stage.press("y")
        assert stage.app.screen is stage.main
        assert "there is no socket here to copy" in stage.lines[-2]


async def test_what_is_too_long_for_clipboards_is_not_sent():
    async with monitor_of(machine_db1.source()) as stage:
        await open_copies(stage)
        with patch("monitor.ui.screens.copy.MOST_BYTES", 10):
            await stage.press("s")
        assert "are more than terminals take" in stage.lines[-2]
        assert stage.app.clipboard == ""
        assert MOST_BYTES > 10


async def test_the_linux_console_is_sent_nothing(monkeypatch: pytest.MonkeyPatch):
    async with monitor_of(machine_db1.source()) as stage:
        await open_copies(stage)
        monkeypatch.setenv("TERM", "linux")
        await stage.press("s")
        assert "the console has no clipboard" in stage.lines[-2]
        assert stage.app.clipboard == ""


@pytest.mark.parametrize("size", [(40, 10), (80, 24)])
async def test_every_size_is_survived(size: tuple[int, int]):
    async with monitor_of(machine_db1.source(), size) as stage:
        await open_copies(stage)
        await stage.press("end", "home", "escape")
        assert stage.app.screen is stage.main
