"""`S`: what is on the screen as a file that this user alone can read."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests import machine_db1
from tests.scenes import FixedSource, row, sample_of
from tests.ui.stage import Stage, monitor_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def save(stage: Stage, *keys: str) -> str:
    await stage.press("S", *keys, "enter")
    (made,) = Path.cwd().iterdir()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    return made.read_text()


async def test_a_list_is_saved_whole_under_a_name_that_says_where_and_when():
    rows = [row("tcp", f"192.0.2.10:{port}", "198.51.100.7:443", "ESTAB") for port in range(1000, 1100)]
    async with monitor_of(FixedSource([sample_of(rows)]), (80, 24), samples=1) as stage:
        saved = await save(stage)
        assert [path.name for path in Path.cwd().iterdir()] == ["fourtuple-db1-20261123T031241Z-connections.txt"]
        assert saved.startswith("Connections\n\n")
        assert saved.count("198.51.100.7:443") == 100
        assert saved.endswith("\ndb1 2026-11-23T03:12:41Z, as root\n")
        assert "saved 101 lines to fourtuple-db1-" in stage.lines[-2]
        assert "saved 101 lines" in stage.app.journal.entries[-1].text


async def test_no_value_is_cut_and_columns_stand_below_each_other():
    async with monitor_of(machine_db1.source(), (80, 24)) as stage:
        saved = (await save(stage)).splitlines()
        table = saved[2:-2]
        assert not [line for line in table if "…" in line]
        remote = table[0].index("remote")
        assert all(line[remote - 1] == " " for line in table)


async def test_the_log_is_saved():
    async with monitor_of(machine_db1.source()) as stage:
        stage.app.tell_action("something was done")
        await stage.press("6")
        assert "action something was done" in await save(stage)


async def test_a_screen_of_words_is_saved_with_its_path():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("enter")
        await stage.sees("Owner")
        saved = await save(stage)
        assert saved.startswith("Connections › 192.0.2.10:8080 ← 198.51.100.7:51834\n")
        assert "nginx[812]" in saved


async def test_routing_is_saved():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("3")
        assert "192.0.2.1" in await save(stage)


async def test_a_file_that_exists_is_left_alone_and_that_is_said():
    async with monitor_of(machine_db1.source()) as stage:
        Path("kept").write_text("before")
        await stage.press("S", "ctrl+u", *"kept", "enter")
        assert Path("kept").read_text() == "before"
        assert "kept: File exists" in stage.lines[-2]


async def test_esc_saves_nothing():
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("S", "escape")
        assert not list(Path.cwd().iterdir())
        await stage.press("down")
        assert stage.main.connections.is_following


async def test_a_home_directory_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path.resolve()))
    async with monitor_of(machine_db1.source()) as stage:
        await stage.press("S", "ctrl+u", *"~/made", "enter")
        assert (tmp_path / "made").exists()


async def test_a_hostile_host_makes_no_hostile_name():
    async with monitor_of(FixedSource([sample_of([], host="../;x\n$(y)")]), samples=1) as stage:
        await save(stage)
        (made,) = Path.cwd().iterdir()
        assert set(made.name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


async def test_what_was_there_when_the_key_was_pressed_is_saved():
    first = row("tcp", "192.0.2.10:1", "198.51.100.7:443", "ESTAB")
    later = row("tcp", "192.0.2.10:2", "198.51.100.8:443", "ESTAB")
    async with monitor_of(FixedSource([sample_of([first]), sample_of([later], 5)]), samples=1) as stage:
        await stage.press("S")
        await stage.next_sample()
        await stage.press("enter")
        (made,) = Path.cwd().iterdir()
        assert "198.51.100.7" in made.read_text()
