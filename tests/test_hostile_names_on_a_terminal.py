"""Names that strangers chose, on every screen of a real terminal: they are shown, and they do nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.presentation.safe_text import safe_text
from tests import servers
from tests.cli.running import PROGRAM
from tests.living import HELP
from tests.servers import HeldSocket
from tests.terminal import Terminal

NAMES = {
    "plain": b"plain",
    "sequences": b"\x1b[5m\x1b]52;c;QQ==\x07\x1b]0;owned\x07\x1b[2J\x1b[8m",
    "controls": b"a\nb\rc\td\x0b\x08\x7f\x0e\x1bc\xc2\x9b5m\x9b5m\xff\xed\xa0\x80\xc2\x85",
    "hidden": "\u202eab\u2066c\u200b\u2029\ufeff\U000e0041".encode(),
    "marks": ("e" + "\u0301" * 30).encode(),
    "wide": "漢字宽한글ｗ👩‍👩‍👧🇩🇪❤️".encode(),
    "markup": b"[@click=app.leave_program]x[red][-nope]",
    "impostor": b"sshd[1] fd 3 \xe2\x86\x92 " + b"x" * 238,
}
"""File names: any bytes but NUL and slash."""
INTERFACE = b"\x1b[5m\xe2\x80\xae\x9b"
USER = b"\x1b[5m[red]\xe2\x80\xae\xff"
HOST = b"\x1b[5m[red]\xe2\x80\xae\xff"

OURS = re.compile(
    rb"\x1b\[(?: [0-9;]*m | [0-9]+;[0-9]+H | \?(?:7|25|1000|1003|1006|1049|2004|2026)[hl]"
    rb"| \?2026\$p | >1u | <u ) | \x1b\]11;\?\x07",
    re.VERBOSE,
)
"""All that the monitor itself may send beside text."""
NEVER = re.compile(rb"\x1b\[(?:[0-9;]*;)?[58]m")
"""Blinking and hidden text: only names ask for it."""
END_OF_FRAME = b"\x1b[?2026l"


def assert_only_text_of_theirs(raw: bytes) -> None:
    """Hold that what was sent is the monitor's own sequences and printable text."""
    assert not NEVER.search(raw)
    text = OURS.sub(b"", raw).replace(b"\r\n", b"").decode()
    odd = {letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")}
    assert not odd, ascii(odd)
    assert not re.search("\u0301{3}", text)


def grid(terminal: Terminal) -> list[str]:
    """Give the screen with one character per cell, whatever stands in it."""
    return ["".join(cell[:1] or " " for cell in line) for line in terminal.cells()]


@pytest.fixture
def zoo(namespace: object, tmp_path: Path) -> Iterator[dict[str, HeldSocket]]:
    """A machine of its own on which every name is hostile; each process has a listener and a connection."""
    interface = os.fsdecode(INTERFACE)
    for change in (("lo", "down"), ("lo", "name", interface), (interface, "up")):
        subprocess.run(["ip", "link", "set", *change], check=True)
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(servers.hostile_executable(data, tmp_path, connections=1))
            for name, data in NAMES.items()
        }


@pytest.fixture
def argv(tmp_path: Path) -> list[str]:
    """The words before a program's own by which it runs where user and host are called so too."""
    passwd = tmp_path / "passwd"
    passwd.write_bytes(USER + b":x:0:0::/:/bin/sh\n")
    (tmp_path / "host").write_bytes(HOST)
    script = 'mount --bind "$1/passwd" /etc/passwd && cat "$1/host" >/proc/sys/kernel/hostname && shift && exec "$@"'
    return ["unshare", "--mount", "--uts", "sh", "-c", script, "sh", str(tmp_path)]


@pytest.fixture
def start(argv: list[str], program: Callable[[str], str]) -> Iterator[Callable[..., Terminal]]:
    """Give a function that starts the monitor in the zoo and waits until every row has its owner."""
    for needed in ("unshare", "mount"):
        program(needed)
    with ExitStack() as stack:

        def start(*, size: tuple[int, int], wanted: str = "plain") -> Terminal:
            terminal = stack.enter_context(Terminal([*argv, PROGRAM, "--period", "2"], size))
            terminal.press("1")
            terminal.wait_for(wanted, timeout=30)
            terminal.press("2")
            return terminal

        yield start


def is_straight(terminal: Terminal) -> bool:
    """Tell whether what stands right of the names stands in one column, whatever they are."""
    lines = grid(terminal)
    headings = next((line for line in lines if "idle" in line), "")
    end = headings.find("idle") + len("idle")
    rows = [line for line in lines if "ESTAB" in line and ("→ 1" in line or "← 1" in line)]
    bars = [line.index("┬") for line in lines if "┬" in line]
    listeners = [line for line in lines if bars and " tcp4 " in line]
    return (
        bool(rows)
        and all(re.search(r" [0-9]+[smh]$", row[:end]) for row in rows)
        and all(listener[bars[0]] == "│" for listener in listeners)
    )


def wait_until_straight(terminal: Terminal) -> None:
    """Wait until all columns stand; a frame may have come in part only."""
    terminal.wait_for(lambda _: is_straight(terminal))


def settle(terminal: Terminal) -> None:
    """Wait until all keys so far have been answered: help comes after them, and goes again."""
    terminal.press("?")
    terminal.wait_for(HELP)
    terminal.press("q")
    terminal.wait_for(lambda text: HELP not in text and "? help" in text)


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("size", "visited"), [((120, 40), ["sequences", "controls", "wide"]), ((80, 24), ["hidden", "marks", "markup"])]
)
def test_names_are_text_on_every_screen(zoo, start, size, visited):
    terminal = start(size=size)
    wait_until_straight(terminal)
    # Every row's own detail: Routing with the interface, the strip, the message line.
    terminal.press("1", *["j"] * len(NAMES), "2", *["j"] * 2 * len(NAMES))
    settle(terminal)
    wait_until_straight(terminal)
    for key in "puvl":
        terminal.press("t", key, "g", *"ljjljj")
        settle(terminal)
    terminal.press("t", "n", "g")
    for name in visited:
        terminal.press(":", *str(zoo[name].pid))
        # Others may fit as well, by digits of their names; what Enter opens stands first.
        terminal.wait_for(lambda text, pid=zoo[name].pid: re.findall(r" process .*\[(\d+)\]", text)[:1] == [str(pid)])
        terminal.press("enter")
        shown = unicodedata.normalize("NFC", safe_text(NAMES[name])[:40])
        terminal.wait_for(lambda text, shown=shown: f"─ {shown}" in text and "Accepted 1" in text)
        terminal.press("G", "enter", "G")
        settle(terminal)
        wait_until_straight(terminal)
        terminal.press("enter", *"ijijij", "home", "p")
        settle(terminal)
        terminal.press("/", *"[red]", "enter", *"qqq")
        terminal.wait_for("2 Connections")
    assert_only_text_of_theirs(terminal.raw[: terminal.raw.rindex(END_OF_FRAME)])
    assert not terminal.screen.title
    terminal.press("Q")
    assert terminal.exit_code() == 0


@pytest.mark.kernel
def test_the_workers_of_an_endpoint_show_names_as_text(namespace, tmp_path, scene, start):
    names = [NAMES["sequences"], NAMES["controls"]]
    port = 0
    for name in names:
        port = scene.enter_context(servers.hostile_executable(name, tmp_path, reuse_port=True, port=port)).port
    terminal = start(size=(80, 24), wanted="2 sockets")
    terminal.press("1", "p")
    terminal.wait_for(lambda text: "workers on" in text and all(safe_text(name)[:16] in text for name in names))
    assert_only_text_of_theirs(terminal.raw[: terminal.raw.rindex(END_OF_FRAME)])


@pytest.mark.kernel
def test_what_commands_print_of_names_is_text(zoo, argv):
    for words in (["list"], ["process", str(zoo["sequences"].pid)], ["route", "127.0.0.1:80"]):
        said = subprocess.run([*argv, PROGRAM, *words], capture_output=True, check=True).stdout
        assert_only_text_of_theirs(said.replace(b"\n", b""))
        written = subprocess.run([*argv, PROGRAM, *words, "--json"], capture_output=True, check=True).stdout
        assert json.loads(written)["schema"]
        assert_only_text_of_theirs(written.removesuffix(b"\n"))
