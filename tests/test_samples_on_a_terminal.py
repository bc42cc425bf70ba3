"""Samples that stall, are huge, come late or are broken: every screen stays answerable, and says how old it is."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import obeying_collector
from tests.living import HELP, PATIENCE_S, all_gone, monitor
from tests.terminal import Terminal

OBEYING = """
import subprocess
start = subprocess.Popen
subprocess.Popen = lambda _, **options: start([sys.executable, "-I", {program!r}, {orders!r}], **options)
MonitorApp.plant = lambda app: None
"""


class Machine:
    """A monitor, and what its collector shall do."""

    def __init__(self, terminal: Terminal, orders: int) -> None:
        self.terminal = terminal
        self._orders = orders

    def order(self, orders: str) -> None:
        """Say what the answers to the next samples are."""
        os.write(self._orders, orders.encode())

    def answers(self) -> None:
        """Hold that keys are answered: help comes on top of whatever there is, and goes."""
        self.terminal.press("?")
        self.terminal.wait_for(HELP, PATIENCE_S)
        self.terminal.press("q")
        self.terminal.wait_for(lambda text: HELP not in text, PATIENCE_S)


def cursor_line(text: str) -> str:
    """The row at the cursor; empty where only a part of a frame has come."""
    return next((line for line in text.splitlines() if line.startswith("▸  ESTAB")), "")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """db1 after its first sample."""
    path = tmp_path / "orders"
    os.mkfifo(path)
    orders = os.open(path, os.O_RDWR)
    planted = OBEYING.format(program=obeying_collector.__file__, orders=str(path))
    try:
        with monitor("--period", "0.1", planted=planted, size=(120, 40)) as terminal:
            made = Machine(terminal, orders)
            made.order("s")
            terminal.wait_for("nginx", PATIENCE_S)
            yield made
    finally:
        os.close(orders)


def test_while_samples_stall_every_screen_answers_and_says_how_old_it_is(machine):
    terminal = machine.terminal
    terminal.wait_for("OLD", PATIENCE_S)
    for keys, shown in (("tp", "grouped by process"), ("tn", "ESTAB"), ("p", "Sockets"), ("q", "2 Connections")):
        terminal.press(*keys)
        terminal.wait_for(lambda text, shown=shown: shown in text and "OLD" in text, PATIENCE_S)
        machine.answers()
    terminal.press("enter")
    terminal.wait_for(lambda text: "Connections ›" in text and "OLD" in text, PATIENCE_S)
    machine.answers()
    terminal.press("q", ":")
    terminal.wait_for("Search for commands", PATIENCE_S)
    terminal.press(*"813")
    terminal.wait_for("process nginx[813]", PATIENCE_S)
    terminal.press("enter")
    terminal.wait_for(lambda text: "[813]" in text and "asking the kernel" in text, PATIENCE_S)
    machine.order("s" * 3)
    terminal.wait_for(lambda text: "asking the kernel" not in text and "live" in text, PATIENCE_S)
    terminal.press("q", "q")
    assert terminal.exit_code() == 0


def test_rows_of_a_stalled_machine_can_be_filtered_and_walked(machine):
    terminal = machine.terminal
    terminal.wait_for("OLD", PATIENCE_S)
    terminal.press("/", *"nginx", "enter")
    terminal.wait_for(lambda text: "filter nginx" in text and "▸  ESTAB" in text, PATIENCE_S)
    for _ in range(2):
        before = cursor_line(terminal.text())
        terminal.press("j")
        terminal.wait_for(lambda text, before=before: cursor_line(text) not in ("", before), PATIENCE_S)


def test_a_collector_that_is_stopped_holds_up_nobody_and_is_not_left_behind():
    with monitor("--period", "0.1", size=(120, 40)) as terminal:
        terminal.wait_for("live", PATIENCE_S)
        with all_gone(terminal) as collectors:
            for collector in collectors:
                signal.pidfd_send_signal(collector, signal.SIGSTOP)
            terminal.wait_for("OLD", PATIENCE_S)
            terminal.press("?")
            terminal.wait_for(HELP)
            terminal.press("q", "q")
            assert terminal.exit_code() == 0


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("g", "the collector's answer is broken: the stream holds no frames of fourtuple"),
        ("b", "the collector's answer is broken: "),
        ("x", "the collector has gone: exit code 1: \\x1b[31mlast words\\u009b"),
    ],
    ids=["garbage", "half a body", "the end"],
)
def test_a_collector_that_breaks_is_said_and_the_last_picture_stays(machine, order, words):
    terminal = machine.terminal
    machine.order(order)
    text = terminal.wait_for("starting another collector", PATIENCE_S)
    assert words in text
    assert "nginx" in text
    machine.answers()
    machine.order("s" * 4)
    terminal.wait_for(lambda text: "live" in text and "nginx" in text, PATIENCE_S)
    terminal.press("q")
    assert terminal.exit_code() == 0
    assert b"\x1b[31m" not in terminal.raw


def test_a_collector_that_breaks_again_and_again_lets_the_user_work_and_leave(machine):
    terminal = machine.terminal
    machine.order("gxg")
    terminal.wait_for("starting another collector", PATIENCE_S)
    terminal.press("enter")
    machine.answers()
    terminal.press("q", "q")
    assert terminal.exit_code() == 0


def test_an_answer_to_a_former_question_changes_nothing(machine):
    machine.order("l" * 3)
    machine.answers()
    assert "starting another collector" not in machine.terminal.text()
    machine.terminal.wait_for("live", PATIENCE_S)


def test_with_a_hundred_thousand_rows_every_screen_answers(machine):
    terminal = machine.terminal
    machine.order("h" * 4)
    terminal.wait_for(lambda text: "[2 Connections 7" in text, PATIENCE_S)
    for keys in ("j", "tp", "tn", "sr", "i", "p"):
        terminal.press(*keys)
        machine.order("h")
        machine.answers()
    terminal.press("Q")
    assert terminal.exit_code() == 0
