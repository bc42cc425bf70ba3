"""A terminal that is no help: nonsense for input, nobody who reads, a stop, any size."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.living import HELP, PATIENCE_S, SHOWN, assert_restored, end_without_reading, monitor, reports
from tests.terminal import Terminal

NONSENSE = {
    "no UTF-8": b"\xff\xfe\xc3",
    "no code points": b"\x1b[99999999u\x1b[99999999999999999999u\x1b[55296u",
    "giant numbers": b"\x1b[999999999999A\x1b[" + b"9" * 3000 + b"B",
    "reports": b"\x1b[?997;1n\x1b[113;113R\x1b[I\x1b[O\x1b]11;rgb:0/0/0\x07",
    "sizes": b"\x1b[48;60000;60000;9;9t\x1b[?2048;1$y",
    "mouse outside": b"\x1b[<0;9999;9999M\x1b[<0;9999;9999m\x1b[<35;0;0M\x1b[<64;99999999999;1M",
    "a paste": b"\x1b[200~qQ\x03\x1b[201~",
}


def test_ft_06_after_nonsense_the_next_key_works():
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


def test_ft_07_a_terminal_that_does_not_read_holds_up_nothing(tmp_path: Path):
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


def test_ft_08_a_shell_gets_its_terminal_back_while_the_monitor_is_stopped():
    with Terminal([sys.executable, "-I", "-c", JOB]) as terminal:
        for _ in range(2):
            # The first frame after a stop may be of one line only.
            terminal.wait_for(lambda text: SHOWN in text and "stopped" not in text, PATIENCE_S)
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


def test_ft_04_every_size_is_survived_and_the_picture_comes_back():
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


def test_ft_05_a_giant_terminal_is_filled_and_left():
    with monitor(size=(1000, 500)) as terminal:
        terminal.wait_for(SHOWN.encode(), PATIENCE_S)
        terminal.press("Q")
        assert terminal.exit_code(PATIENCE_S) == 0
        assert terminal.is_cooked()
