"""The installed program with a configuration: what it names and what holds, from the first picture to the last word."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import PROGRAM
from tests.terminal import Terminal

CONFIGURATION = """\
colour = "red"
period = 5
mouse = false
remember = true
[panes]
start = "listeners"
[keys]
leave_program = ["ctrl+x"]
"""
MOUSE_ON = b"\x1b[?1000h"


def test_a_configuration_holds_and_its_mistake_is_said_before_the_screen_opens_and_inside(tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_text(CONFIGURATION)
    arguments = ["--config", str(file), "--period", "2"]
    with Terminal([PROGRAM, *arguments], (120, 40), {"XDG_STATE_HOME": str(tmp_path / "state")}) as monitor:
        monitor.wait_for("[1 Listeners", timeout=30)
        monitor.wait_for(" live 2s ", timeout=30)
        said = f"{file}: unknown and ignored: colour".encode()
        opened = bytes(monitor.raw).index(b"\x1b[?1049h")
        assert said in bytes(monitor.raw)[:opened]
        assert MOUSE_ON not in bytes(monitor.raw)
        monitor.press("6")
        monitor.wait_for("unknown and ignored: colour", timeout=30)
        monitor.press(":", *"mouse on", "enter")
        monitor.wait_for("the mouse is ours", timeout=30)
        assert MOUSE_ON in bytes(monitor.raw)
        monitor.press("ctrl+x")
        assert monitor.exit_code(timeout=30) == 0
    assert 'start = "log"' in (tmp_path / "state/fourtuple/state.toml").read_text()
