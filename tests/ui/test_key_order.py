"""Keys typed in one go, as behind a slow line, do what they do one by one."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static

from monitor.ui import key_order
from monitor.ui.key_order import opened
from monitor.ui.screens.connection import ConnectionScreen
from monitor.ui.screens.help import HelpScreen
from monitor.ui.screens.main import MainScreen
from monitor.ui.screens.process import ProcessScreen
from tests import machine_db1
from tests.ui.stage import monitor_of


@pytest.mark.parametrize(
    ("keys", "screens"),
    [
        ("\r?", [MainScreen, ConnectionScreen, HelpScreen]),
        ("\r\r", [MainScreen, ConnectionScreen, ProcessScreen]),
        ("\r?qq", [MainScreen]),
        ("\rpq", [MainScreen, ConnectionScreen]),
        ("\rjji\x1b", [MainScreen, ConnectionScreen]),
        ("tpj\rj\r\r", [MainScreen, ConnectionScreen, ProcessScreen]),
        ("ip?", [MainScreen, ProcessScreen, HelpScreen]),
        (":990\r", [MainScreen, ProcessScreen]),
    ],
)
async def test_a_key_behind_one_that_opens_a_screen_belongs_to_that_screen(keys: str, screens: list[type]):
    async with monitor_of(machine_db1.source()) as stage:
        await stage.burst(keys)
        await stage.until(lambda: [type(screen) for screen in stage.app.screen_stack[1:]] == screens)


class Waiting(App[None]):
    """Its widget waits for the app, and so does the app for its widget."""

    def compose(self) -> ComposeResult:
        yield Static()

    async def on_event(self, event: events.Event) -> None:
        await super().on_event(event)
        if isinstance(event, events.Key):
            never = asyncio.Event()
            self.screen.call_later(never.wait)
            await opened(self.screen)
            never.set()


async def test_what_is_never_done_holds_up_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(key_order, "_PATIENCE_S", 0.01)
    app = Waiting()
    async with app.run_test() as pilot:
        await pilot.press("x")
        assert app.is_running


async def test_what_was_chosen_last_is_undone_first():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.burst("/nginx\rtp\x1b")
        await stage.until(lambda: "filter nginx" in stage.text)
        assert stage.main.connections.grouping is None
