"""The monitor under a terminal of the test's own, with a fault planted into it where the test wants one."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.terminal import Terminal

SHOWN = "Listeners"
HELP = "next row"
PATIENCE_S = 20.0
_START = "import sys; from monitor.cli.main import run; sys.exit(run(sys.argv[1:]))"

_IN_APP = """
import os, signal, sys, threading, time
from monitor.ui.app import MonitorApp
from textual.screen import Screen
shown = MonitorApp.on_mount
def on_mount(app):
    shown(app)
    app.set_timer(0.01, app.plant)
MonitorApp.on_mount = on_mount
def fail(*_):
    secret = "".join(["hid", "den"])
    raise RuntimeError("plan" + "ted \\x1b[31m")
"""


@contextmanager
def monitor(
    *arguments: str, planted: str = "", size: tuple[int, int] = (80, 24), env: dict[str, str] | None = None
) -> Iterator[Terminal]:
    """Run the monitor, with something planted into it."""
    source = f"{_IN_APP}{planted}\n{_START}" if planted else _START
    with Terminal([sys.executable, "-I", "-c", source, *arguments], size, env) as terminal:
        yield terminal


LATE_ANSWER = "^[[?2026;2$y"
"""The emulator's answer to the program's question, as the tty echoes it where the program has ended before it came."""


def last_words(terminal: Terminal) -> str:
    """What was written after the screen was left, by the program itself."""
    return bytes(terminal.raw).rpartition(b"\x1b[?25h")[2].decode().removeprefix(LATE_ANSWER)


def assert_restored(terminal: Terminal) -> None:
    modes = terminal.private_modes()
    assert not modes & {1000, 1002, 1003, 1006, 1004, 1049, 2004, 2026}, modes
    assert modes >= {7, 25}
    assert terminal.raw.count(b"\x1b[<u") >= terminal.raw.count(b"\x1b[>1u") > 0
    assert terminal.is_cooked()


def _children(pid: int) -> list[int]:
    started = [thread.joinpath("children").read_text() for thread in Path(f"/proc/{pid}/task").iterdir()]
    return [int(child) for of_thread in started for child in of_thread.split()]


@contextmanager
def all_gone(terminal: Terminal) -> Iterator[list[int]]:
    """Give a pidfd of the collector, which runs now, and hold that it has ended afterwards."""
    collectors = [os.pidfd_open(pid) for pid in _children(terminal.pid)]
    assert collectors
    try:
        yield collectors
        for collector in collectors:
            assert select.select([collector], [], [], PATIENCE_S)[0], "the collector stayed behind"
    finally:
        for collector in collectors:
            os.close(collector)


def end_without_reading(terminal: Terminal) -> None:
    """Wait for the program's end while nobody reads its terminal."""
    assert select.select([terminal._pidfd], [], [], PATIENCE_S)[0], "it did not end"


@contextmanager
def reports(tmp_path: Path) -> Iterator[tuple[str, Report]]:
    """Give a way for planted code to tell the test something without the terminal."""
    path = tmp_path / "reports"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield str(path), Report(reader)
    finally:
        os.close(reader)


class Report:
    """Lines that planted code wrote."""

    def __init__(self, reader: int) -> None:
        self.reader = reader
        self.text = ""

    def wait_for(self, wanted: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        poll = select.poll()
        poll.register(self.reader, select.POLLIN)
        while wanted not in self.text:
            left = deadline - time.monotonic()
            assert left > 0, f"{wanted!r} never came: {self.text[-300:]!r}"
            if poll.poll(left * 1000):
                self.text += os.read(self.reader, 65536).decode()


def hang_up(terminal: Terminal) -> None:
    """Take the terminal away."""
    terminal._poll.unregister(terminal._master)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), terminal._master)
