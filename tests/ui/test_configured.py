"""What is configured is what the monitor starts with; what is chosen on the screen holds at once."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from monitor.config.loading import load
from monitor.config.settings import Configuration
from monitor.presentation.column_choice import Density
from monitor.ui.app import Settings
from tests import machine_db1
from tests.scenes import ANY, FixedSource, row, sample_of
from tests.ui.stage import monitor_of


def configured(complaints: tuple[str, ...] = (), **options: object) -> Settings:
    return Settings(configuration=Configuration(**options), complaints=complaints)


async def test_panes_columns_orders_and_keys_are_those_of_the_configuration():
    settings = configured(
        panes_start="listeners",
        panes_upper=("listeners",),
        listeners_columns=("local", "user"),
        connections_sort="idle reversed",
        connections_density=Density.COMPACT,
        keys={"zoom": ("x",), "pause": ("Z",)},
    )
    async with monitor_of(machine_db1.source(), settings=settings) as stage:
        assert stage.line_with("[1 Listeners").endswith("─")
        assert "Routing" not in stage.text
        assert stage.lines[2].split() == ["local", "user"]
        assert "idle▴" in stage.text
        assert " via " not in stage.line_with("idle▴")
        await stage.press("3")
        await stage.sees("[3 Routing")
        await stage.press("2")
        assert "Routing" not in stage.text
        await stage.press("z", "space", "x")
        assert "Listeners 11 ─" not in stage.text
        assert "PAUSED" not in stage.text
        assert "Z pause" in stage.lines[-1]
        await stage.press("Z")
        await stage.sees("PAUSED")
        await stage.type("/x")
        assert stage.main.connections.filter_text == "x"


async def test_what_does_not_count_is_said_and_stands_in_the_log():
    settings = configured(("config.toml: unknown and ignored: \x1b[31m", "second"), keys={"pause": ("zz",)})
    async with monitor_of(machine_db1.source(), settings=settings) as stage:
        assert r"config.toml: unknown and ignored: \x1b[31m; 2 more in the Log" in stage.text
        await stage.press("6")
        assert 'keys.pause: "zz" is no key' in stage.text


async def test_the_hint_is_gone_after_the_first_key():
    calm = FixedSource([sample_of([row("tcp", "192.0.2.10:443", ANY, "LISTEN")])])
    async with monitor_of(calm, (80, 24)) as stage:
        assert " ? shows every key · : finds every action · ⏎ goes deeper · esc goes back" in stage.lines
        await stage.press("down")
        assert "shows every key" not in stage.text


async def test_columns_are_chosen_on_the_screen():
    async with monitor_of(machine_db1.source()) as stage:
        pane = stage.main.connections
        shown = [column.id for column in pane.view.columns]
        await stage.press("c", "down", "space", "down", "greater_than_sign")
        assert [column.id for column in pane.view.columns] == ["state", "remote", "direction", *shown[4:]]
        assert "[ ] local" in stage.text
        await stage.press("d", "d")
        assert "age" in [column.id for column in pane.view.columns]
        assert "all; h and l scroll" in stage.text
        await stage.press("0", "escape")
        assert [column.id for column in pane.view.columns] == shown
        await stage.press("1", "f2")
        await stage.sees("Columns of Listeners")
        await stage.press("q")
        assert stage.app.screen is stage.main


async def test_filters_are_kept_by_name_and_taken():
    async with monitor_of(machine_db1.source(), settings=configured(filters={"web": ":443"})) as stage:
        await stage.press("F")
        await stage.press("a")
        await stage.sees("there is no filter in force")
        await stage.press("enter")
        assert stage.main.connections.filter_text == ":443"
        await stage.press("escape")
        assert stage.main.connections.filter_text == ""
        await stage.type("/nginx")
        await stage.press("enter", "F", "a")
        await stage.type("mine")
        await stage.press("enter")
        assert stage.app.configuration.filters == {"web": ":443", "mine": "nginx"}
        await stage.press("x")
        assert stage.app.configuration.filters == {"mine": "nginx"}
        await stage.sees("dropped while the monitor runs")


@pytest.mark.parametrize("is_asked_by_key", [True, False])
async def test_what_is_to_be_remembered_holds_at_the_next_start(tmp_path: Path, *, is_asked_by_key: bool):
    environment = {"HOME": str(tmp_path), "XDG_STATE_HOME": ""}
    with patch.dict(os.environ, environment):
        async with monitor_of(machine_db1.source(), settings=configured(remember=not is_asked_by_key)) as stage:
            await stage.press("1", "s", "c", "c", "space")
            if is_asked_by_key:
                await stage.press("S")
                await stage.sees("kept for the next start in ")
            stage.app.exit()
        kept, complaints, _ = load(environment, None)
    assert complaints == ()
    assert (kept.panes_start, kept.listeners_sort, kept.hint) == ("listeners", "connections", False)
    assert "protocol" not in kept.listeners_columns
    assert "local" in kept.listeners_columns


async def test_nothing_is_remembered_unasked(tmp_path: Path):
    with patch.dict(os.environ, {"HOME": str(tmp_path), "XDG_STATE_HOME": ""}):
        async with monitor_of(machine_db1.source()) as stage:
            await stage.press("c", "space")
            stage.app.exit()
    assert list(tmp_path.iterdir()) == []
