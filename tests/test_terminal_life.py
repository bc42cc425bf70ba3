"""The terminal from the first byte to the last: every way of leaving, any input, a terminal that is no help."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.terminal import Terminal

SHOWN = "Listeners"
HELP = "next row"
PATIENCE_S = 20.0
START = "import sys; from monitor.cli.main import run; sys.exit(run(sys.argv[1:]))"

IN_APP = """
import os, signal, sys, threading, time
from monitor.ui.app import MonitorApp
from textual.screen import Screen
shown = MonitorApp.on_mount
def plant(app):
    app.plant()
def on_mount(app):
    shown(app)
    app.set_timer(0.01, app.plant)
MonitorApp.on_mount = on_mount
def fail(*_):
    secret = "".join(["hid", "den"])
    raise RuntimeError("plan" + "ted \\x1b[31m")
"""

FAILURES = {
    "timer": "MonitorApp.plant = fail",
    "widget": """
def plant(app):
    type(app.screen).render_lines = fail
    app.screen.refresh()
    from monitor.ui.widgets.live_table import LiveTable
    LiveTable.render_lines = fail
    app.screen.query(LiveTable).refresh()
MonitorApp.plant = plant""",
    "worker": "MonitorApp.plant = lambda app: app.run_worker(fail, thread=True)",
    "thread": "MonitorApp.plant = lambda app: threading.Thread(target=fail).start()",
    "start": "MonitorApp.on_mount = fail",
    "end": "MonitorApp.plant = MonitorApp.exit; MonitorApp.on_unmount = fail",
}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what test tools set for themselves."""
    for name in [name for name in os.environ if name.startswith(("TEXTUAL", "PYTHON"))]:
        monkeypatch.delenv(name)


@contextmanager
def monitor(
    *arguments: str, planted: str = "", size: tuple[int, int] = (80, 24), env: dict[str, str] | None = None
) -> Iterator[Terminal]:
    """Run the monitor, with something planted into it."""
    source = f"{IN_APP}{planted}\n{START}" if planted else START
    with Terminal([sys.executable, "-I", "-c", source, *arguments], size, env) as terminal:
        yield terminal


def last_words(terminal: Terminal) -> str:
    """What was written after the screen was left."""
    return bytes(terminal.raw).rpartition(b"\x1b[?25h")[2].decode()


def assert_restored(terminal: Terminal) -> None:
    modes = terminal.private_modes()
    assert not modes & {1000, 1002, 1003, 1006, 1004, 1049, 2004, 2026}, modes
    assert modes >= {7, 25}
    assert terminal.raw.count(b"\x1b[<u") >= terminal.raw.count(b"\x1b[>1u") > 0
    assert terminal.is_cooked()


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def all_gone(terminal: Terminal) -> Iterator[None]:
    """Hold that the collector, which runs now, has ended afterwards."""
    collectors = [os.pidfd_open(pid) for pid in children(terminal.pid)]
    assert collectors
    try:
        yield
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


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_leaving_by_key_restores_the_terminal_and_ends_with_0(key: str):
    with monitor() as terminal:
        terminal.wait_for(SHOWN, PATIENCE_S)
        with all_gone(terminal):
            terminal.press(key)
            assert terminal.exit_code() == 0
        assert_restored(terminal)
        assert last_words(terminal) == ""


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130), (signal.SIGQUIT, 131)]
)
def test_a_signal_restores_the_terminal_and_is_the_exit_code(number: int, code: int):
    with monitor() as terminal:
        terminal.wait_for(SHOWN, PATIENCE_S)
        with all_gone(terminal):
            terminal.send_signal(number)
            assert terminal.exit_code() == code
        assert_restored(terminal)
        assert last_words(terminal) == ""


STUCK = """
path = sys.argv.pop()
def plant(app):
    told = os.open(path, os.O_WRONLY)
    os.write(told, b"stuck\\n")
    while not signal.getitimer(signal.ITIMER_REAL)[0]:
        pass
    os.write(told, b"asked to end\\n")
    while True:
        pass
MonitorApp.plant = plant
"""


def test_a_second_signal_ends_a_monitor_that_is_stuck(tmp_path: Path):
    with reports(tmp_path) as (path, report), monitor(path, planted=STUCK) as terminal:
        report.wait_for("stuck")
        terminal.send_signal(signal.SIGTERM)
        report.wait_for("asked to end")
        terminal.send_signal(signal.SIGINT)
        assert terminal.exit_code(timeout=4) == 143
        assert_restored(terminal)


def test_a_monitor_that_is_stuck_ends_when_time_is_up(tmp_path: Path):
    planted = STUCK + "import monitor.ui.ending_signals as ending\nending.END_WITHIN_S = 1"
    with reports(tmp_path) as (path, report), monitor(path, planted=planted) as terminal:
        report.wait_for("stuck")
        with all_gone(terminal):
            terminal.send_signal(signal.SIGTERM)
            assert terminal.exit_code() == 143
        assert_restored(terminal)


@pytest.mark.parametrize("planted", FAILURES.values(), ids=FAILURES)
def test_an_error_of_its_own_is_one_sentence_and_exit_code_1(planted: str):
    with monitor(planted=planted) as terminal:
        assert terminal.exit_code(PATIENCE_S) == 1
        assert_restored(terminal)
        said = last_words(terminal)
        assert said.startswith("fourtuple: the monitor ended by an error of its own, RuntimeError: planted \\x1b[31m (")
        assert said.count("\n") == 1
        assert "hidden" not in said


def test_debug_shows_a_traceback_without_the_values_of_variables():
    with monitor("--debug", planted=FAILURES["timer"]) as terminal:
        assert terminal.exit_code(PATIENCE_S) == 1
        said = last_words(terminal)
        assert "Traceback (most recent call last):" in said
        assert "RuntimeError: planted \\x1b[31m" in said
        assert "hidden" not in said


def hang_up(terminal: Terminal) -> None:
    """Take the terminal away."""
    terminal._poll.unregister(terminal._master)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), terminal._master)


@pytest.mark.parametrize(
    "planted",
    [
        pytest.param("", id="with the signal"),
        pytest.param(
            "import monitor.ui.ending_signals as ending; ending.ENDING_SIGNALS = ();"
            "signal.signal(signal.SIGHUP, signal.SIG_IGN); MonitorApp.plant = lambda app: None",
            id="without it",
        ),
    ],
)
def test_a_terminal_that_goes_away_ends_the_monitor(planted: str):
    with monitor(planted=planted) as terminal:
        terminal.wait_for(SHOWN, PATIENCE_S)
        with all_gone(terminal):
            hang_up(terminal)
            assert terminal.exit_code() == 129


NONSENSE = {
    "no UTF-8": b"\xff\xfe\xc3",
    "no code points": b"\x1b[99999999u\x1b[99999999999999999999u\x1b[55296u",
    "giant numbers": b"\x1b[999999999999A\x1b[" + b"9" * 3000 + b"B",
    "reports": b"\x1b[?997;1n\x1b[113;113R\x1b[I\x1b[O\x1b]11;rgb:0/0/0\x07",
    "sizes": b"\x1b[48;60000;60000;9;9t\x1b[?2048;1$y",
    "mouse outside": b"\x1b[<0;9999;9999M\x1b[<0;9999;9999m\x1b[<35;0;0M\x1b[<64;99999999999;1M",
    "a paste": b"\x1b[200~qQ\x03\x1b[201~",
}


def test_after_nonsense_the_next_key_works():
    with monitor() as terminal:
        terminal.wait_for(SHOWN, PATIENCE_S)
        for name, nonsense in NONSENSE.items():
            terminal.write(nonsense)
            terminal.press("?")
            assert terminal.wait_for(HELP), name
            terminal.press("escape")
            terminal.wait_for(lambda text: HELP not in text)
        terminal.press("Q")
        assert terminal.exit_code() == 0


def test_a_burst_of_keys_is_survived():
    with monitor() as terminal:
        terminal.wait_for(SHOWN, PATIENCE_S)
        terminal.write(b"jkG?gzs/\x1b\x1b" * 12)
        terminal.press("escape", "ctrl+c")
        assert terminal.exit_code(PATIENCE_S) == 0
        assert_restored(terminal)


STALLED = """
path = sys.argv.pop()
def plant(app):
    told = os.open(path, os.O_WRONLY)
    seen = set()
    def paint():
        app.refresh()
        if app._driver._is_behind and app.interval is not None and app.interval.sample.boot_time not in seen:
            seen.add(app.interval.sample.boot_time)
            os.write(told, b"sample %d, unread %d\\n" % (len(seen), app._driver._output.backlog))
    app.set_interval(0.01, paint)
MonitorApp.plant = plant
"""


def test_a_terminal_that_does_not_read_holds_up_nothing(tmp_path: Path):
    with (
        reports(tmp_path) as (path, report),
        monitor("--period", "0.1", path, planted=STALLED, size=(200, 50)) as terminal,
    ):
        report.wait_for("sample 10, unread ")
        assert len({line.partition(", ")[2] for line in report.text.splitlines()[:-1]}) == 1
        assert len(terminal.raw) == 0
        terminal.press("?")
        terminal.wait_for(HELP, PATIENCE_S)
        terminal.press("Q")
        assert terminal.exit_code(PATIENCE_S) == 0
        assert_restored(terminal)


def test_a_signal_ends_a_monitor_whose_terminal_does_not_read(tmp_path: Path):
    with reports(tmp_path) as (path, report), monitor(path, planted=STALLED, size=(200, 50)) as terminal:
        report.wait_for("sample 1")
        terminal.send_signal(signal.SIGTERM)
        end_without_reading(terminal)
        assert terminal.exit_code() == 143
        assert_restored(terminal)


JOB = """
import os, signal, subprocess, sys, termios
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
found = termios.tcgetattr(0)
child = subprocess.Popen([sys.executable, "-I", "-m", "monitor"], process_group=0)
def foreground(group):
    os.tcsetpgrp(0, group)
foreground(child.pid)
for _ in range(2):
    _, status = os.waitpid(child.pid, os.WUNTRACED)
    foreground(os.getpgrp())
    print("\\x1b[2J\\x1b[Hstopped", os.WIFSTOPPED(status), termios.tcgetattr(0) == found, flush=True)
    input()
    foreground(child.pid)
    os.killpg(child.pid, signal.SIGCONT)
print("ended", os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1]))
"""


def test_a_shell_gets_its_terminal_back_while_the_monitor_is_stopped():
    with Terminal([sys.executable, "-I", "-c", JOB]) as terminal:
        for _ in range(2):
            terminal.wait_for(SHOWN, PATIENCE_S)
            terminal.press("ctrl+z")
            terminal.wait_for("stopped True True", PATIENCE_S)
            assert_restored(terminal)
            terminal.press("enter")
        terminal.wait_for(SHOWN, PATIENCE_S)
        terminal.press("?")
        terminal.wait_for(HELP)
        terminal.press("Q")
        terminal.wait_for("ended 0", PATIENCE_S)
        assert_restored(terminal)


def test_where_no_shell_could_continue_it_the_monitor_does_not_stop():
    with monitor() as terminal:
        terminal.wait_for(SHOWN, PATIENCE_S)
        terminal.press("ctrl+z")
        terminal.wait_for(lambda _: terminal.raw.count(b"\x1b[?1049h") == 2)
        terminal.press("Q")
        assert terminal.exit_code() == 0
        assert_restored(terminal)


def test_a_stop_that_nobody_announced_is_made_good():
    with monitor() as terminal:
        terminal.wait_for(SHOWN, PATIENCE_S)
        terminal.send_signal(signal.SIGSTOP)
        terminal.send_signal(signal.SIGCONT)
        terminal.wait_for(lambda _: terminal.raw.count(b"\x1b[?1049h") == 2)
        terminal.press("?")
        terminal.wait_for(HELP)
        terminal.press("Q")
        assert terminal.exit_code() == 0
        assert_restored(terminal)


def test_every_size_is_survived_and_the_picture_comes_back():
    with monitor(size=(1, 1)) as terminal:
        terminal.wait_for(b"\x1b[?1049h", PATIENCE_S)
        for size in ((2, 2), (0, 0), (200, 1), (1, 200), (50, 1), (3, 10), (1, 1), (120, 40), (40, 10), (80, 24)):
            terminal.resize(*size)
            terminal.press("j")
        terminal.wait_for(SHOWN, PATIENCE_S)
        terminal.press("Q")
        assert terminal.exit_code() == 0
        assert_restored(terminal)


def test_the_size_is_the_terminals_whatever_the_environment_says():
    with monitor(size=(100, 30), env={"COLUMNS": "40", "LINES": "10"}) as terminal:
        terminal.wait_for(lambda text: any(len(line) > 90 for line in text.splitlines()), PATIENCE_S)


def test_a_giant_terminal_is_filled_and_left():
    with monitor(size=(1000, 500)) as terminal:
        terminal.wait_for(SHOWN.encode(), PATIENCE_S)
        terminal.press("Q")
        assert terminal.exit_code(PATIENCE_S) == 0
        assert terminal.is_cooked()


@pytest.mark.parametrize("name", ["", "dumb"])
def test_a_terminal_without_a_cursor_is_refused_in_one_sentence(name: str):
    with monitor(env={"TERM": name}) as terminal:
        assert terminal.exit_code() == 2
        assert terminal.raw.count(b"\n") == 1
        assert terminal.raw.startswith(b"fourtuple: the monitor needs a terminal that can move its cursor")


def test_without_a_terminal_the_monitor_is_refused_in_one_sentence():
    done = subprocess.run(
        [sys.executable, "-I", "-m", "monitor"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


def test_with_privileges_the_environment_steers_nothing(as_root: None, tmp_path: Path):
    (tmp_path / "msgspec.py").write_text("raise SystemExit(77)")
    log = tmp_path / "log"
    env = {
        "PYTHONPATH": str(tmp_path),
        "TEXTUAL_LOG": str(log),
        "TEXTUAL_PRESS": "Q",
        "TEXTUAL_DRIVER": "nothing:Nothing",
        "PYTHONUNBUFFERED": "1",
    }
    with Terminal([sys.executable, "-m", "monitor"], env=env) as terminal:
        terminal.wait_for("live", PATIENCE_S)
        terminal.press("?")
        terminal.wait_for(HELP)
        terminal.press("Q")
        assert terminal.exit_code() == 0
        said = bytes(terminal.raw).partition(b"\x1b[?1049h")[0]
        names = b"PYTHONPATH, TEXTUAL_DRIVER, TEXTUAL_LOG, TEXTUAL_PRESS"
        assert said.strip() == b"fourtuple: running with privileges, so without the variables " + names
    assert not log.exists()
