"""How the installed program looks on terminals that lack signs or colours, or have a light ground."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.test_monitor_on_a_terminal import COLOUR

HERE = "127.0.0.1"
NAME = "naïve-名"
"""A program; its last letter is two cells wide."""
SGR = re.compile(rb"\x1b\[([0-9;]*)m")
LIGHT_GROUND = b"48;2;251;252;253"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of a listener of two processes; a connection that it accepted is held by the one of them called NAME."""
    program = shutil.copy(shutil.which("sleep") or "sleep", tmp_path / NAME)
    with closing(socket.create_server((HERE, 0))) as listener:
        address = listener.getsockname()
        with closing(socket.create_connection(address)) as dialled:
            accepted, _ = listener.accept()
            with closing(accepted):
                holder = subprocess.Popen([program, "60"], pass_fds=[listener.fileno(), accepted.fileno()])
            dialled.sendall(b"unread")
            yield address[1]
        holder.terminate()
        holder.wait()


def do(terminal: Terminal, *keys: str, then: str) -> None:
    """Press keys and wait for what they bring."""
    terminal.press(*keys)
    terminal.wait_for(then, timeout=30)


def back(terminal: Terminal, gone: str) -> None:
    """Press Esc and wait until it has worked: a key right behind it would be taken for one with Alt."""
    terminal.press("escape")
    terminal.wait_for(lambda text: gone not in text, timeout=30)


def walk(terminal: Terminal, port: int) -> None:
    """Visit every screen, every pane, and whatever asks for something."""
    do(terminal, "/", *f"local:{port} in", "enter", then=f"filter local:{port}")
    do(terminal, "1", "/", *f":{port}", "enter", then=f"filter :{port}")
    do(terminal, "p", then="2 workers on")
    back(terminal, gone="2 workers on")
    do(terminal, "3", "z", "z", then="[3 Routing")
    do(terminal, "r", then="Route to")
    do(terminal, "ctrl+u", *"198.51.100.7:443", "enter", then="tcp (assumed)")
    do(terminal, "2", then="[2 Connections")
    do(terminal, "t", then="n none")
    do(terminal, "r", then="states / remote")
    do(terminal, "t", "n", "s", then="0 own")
    back(terminal, gone="0 own")
    do(terminal, "/", "é", then=" in?")
    back(terminal, gone=" in?")
    do(terminal, "enter", then="Traffic, last")
    do(terminal, "i", then="hold a descriptor")
    back(terminal, gone="hold a descriptor")
    do(terminal, "enter", then="Accepted 1")
    do(terminal, "?", then="Keys in a process")
    do(terminal, "tab", "tab", "shift+tab", "shift+tab", "shift+tab", then="endpoint")
    do(terminal, "q", then="Accepted 1")
    do(terminal, ":", then="Search for commands")
    do(terminal, *str(os.getpid()), then="process python")
    back(terminal, gone="process python")


@pytest.mark.parametrize(
    ("arguments", "env"),
    [(["--ascii"], {}), ([], {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}), ([], {"TERM": "linux"})],
    ids=["asked for", "by the locale", "by the console"],
)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_ft_09_no_screen_sends_a_sign_beyond_ascii(
    start: Callable[..., Terminal], port: int, arguments: list[str], env: dict[str, str], size: tuple[int, int]
):
    terminal = start(*arguments, size=size, **env)
    walk(terminal, port)
    assert b"na?ve-??" in terminal.raw
    assert bytes(terminal.raw).isascii()


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "vt100"}], ids=["NO_COLOR", "vt100"])
def test_ft_09_without_colour_weight_and_marks_still_tell(
    start: Callable[..., Terminal], port: int, env: dict[str, str]
):
    terminal = start(**env)
    do(terminal, "/", *f"local:{port} in", "enter", then=f"filter local:{port}")
    do(terminal, "space", then="PAUSED")
    lines = terminal.lines()
    screen = terminal.screen
    title = next(y for y, line in enumerate(lines) if "[2 Connections" in line)
    cursor = screen.buffer[title + 2]
    assert lines[title + 2][0] in "▸>"
    assert all(cursor[x].reverse and cursor[x].bold for x in range(3, 60))
    assert not screen.buffer[title + 3][5].reverse
    assert not any(cell.reverse for cell in screen.buffer[title].values())
    paused = lines[0].index("PAUSED")
    assert screen.buffer[0][paused].reverse
    assert not screen.buffer[0][1].reverse
    assert not COLOUR.search(bytes(terminal.raw))


def test_ft_09_a_console_of_sixteen_colours_is_sent_no_others(start: Callable[..., Terminal], port: int):
    terminal = start(TERM="linux")
    walk(terminal, port)
    codes = {code for sgr in SGR.findall(terminal.raw) for code in sgr.split(b";")}
    assert codes & {b"34", b"36", b"96"}
    assert not codes & {b"38", b"48"}


def test_a_light_terminal_is_drawn_light_once_it_says_so_and_keys_are_only_keys(start: Callable[..., Terminal]):
    terminal = start()
    assert b"\x1b]11;?" in terminal.raw
    assert LIGHT_GROUND not in terminal.raw
    terminal.write(b"\x1b]11;rgb:ffff/ff")
    terminal.write(b"ff/ffff\x1b\\")
    terminal.wait_for(LIGHT_GROUND)
    assert "[2 Connections" in terminal.text()


def test_a_theme_that_was_asked_for_asks_nobody(start: Callable[..., Terminal]):
    terminal = start("--theme", "light")
    assert LIGHT_GROUND in terminal.raw
    assert b"\x1b]11" not in terminal.raw


def test_colorfgbg_is_believed(start: Callable[..., Terminal]):
    terminal = start(COLORFGBG="0;15")
    assert LIGHT_GROUND in terminal.raw
    assert b"\x1b]11" not in terminal.raw


def test_the_palette_changes_the_theme(start: Callable[..., Terminal]):
    terminal = start()
    do(terminal, ":", *"light theme", then="light theme")
    terminal.wait_for(lambda text: "dark theme" not in text)
    terminal.press("enter")
    terminal.wait_for(LIGHT_GROUND)
