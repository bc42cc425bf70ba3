"""Every way into the terminal and out of it: what is restored, what is said, which exit code."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.living import HELP, PATIENCE_S, SHOWN, all_gone, assert_restored, hang_up, last_words, monitor, reports
from tests.terminal import Terminal

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
def test_ft_01_a_signal_restores_the_terminal_and_is_the_exit_code(number: int, code: int):
    with monitor() as terminal:
        terminal.wait_for(SHOWN, PATIENCE_S)
        with all_gone(terminal):
            terminal.send_signal(number)
            assert terminal.exit_code() == code
        assert_restored(terminal)
        assert last_words(terminal) == ""


def test_what_is_typed_behind_the_key_that_quits_is_not_carried_out():
    with monitor() as terminal:
        terminal.wait_for(SHOWN, PATIENCE_S)
        # In one piece: what comes later than the end is for the shell, and echoed.
        terminal.write(b"q:?r")
        assert terminal.exit_code() == 0
        assert_restored(terminal)
        assert last_words(terminal) == ""


@pytest.mark.parametrize("keys", ["r", "s", "/", "?", ":", ":1", "\rp"], ids=repr)
def test_a_signal_ends_it_in_the_middle_of_anything(keys: str):
    with monitor() as terminal:
        terminal.wait_for("Z auto ", PATIENCE_S)
        # The answer to the key and the end come together.
        terminal.press(*keys)
        terminal.send_signal(signal.SIGTERM)
        assert terminal.exit_code() == 143
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


def test_ft_01_a_second_signal_ends_a_monitor_that_is_stuck(tmp_path: Path):
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
def test_ft_10_an_error_of_its_own_is_one_sentence_and_exit_code_1(planted: str):
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
def test_ft_02_a_terminal_that_goes_away_ends_the_monitor(planted: str):
    with monitor(planted=planted) as terminal:
        terminal.wait_for(SHOWN, PATIENCE_S)
        with all_gone(terminal):
            hang_up(terminal)
            assert terminal.exit_code() == 129


@pytest.mark.parametrize("name", ["", "dumb"])
def test_ft_09_a_terminal_without_a_cursor_is_refused_in_one_sentence(name: str):
    with monitor(env={"TERM": name}) as terminal:
        assert terminal.exit_code() == 2
        assert terminal.raw.count(b"\n") == 1
        assert terminal.raw.startswith(b"fourtuple: the monitor needs a terminal that can move its cursor")


def test_ft_03_without_a_terminal_the_monitor_is_refused_in_one_sentence():
    done = subprocess.run(
        [sys.executable, "-I", "-m", "monitor"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


def test_fm_06_with_privileges_the_environment_steers_nothing(as_root: None, tmp_path: Path):
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
        terminal.wait_for("Z auto ", PATIENCE_S)
        terminal.press("?")
        terminal.wait_for(HELP)
        terminal.press("Q")
        assert terminal.exit_code() == 0
        said = bytes(terminal.raw).partition(b"\x1b[?1049h")[0]
        names = b"PYTHONPATH, TEXTUAL_DRIVER, TEXTUAL_LOG, TEXTUAL_PRESS"
        assert said.strip() == b"fourtuple: running with privileges, so without the variables " + names
    assert not log.exists()
