"""A terminal that is left and taken up again with another size, as tmux does it."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest

from tests.living import HELP, PATIENCE_S
from tests.terminal import Terminal
from tests.waiting import wait_until


@pytest.fixture
def tmux(program, tmp_path, monkeypatch):
    """Give a function that runs tmux with a server of the test's own, which ends with the test."""
    # A user who may not log in has a shell that runs nothing.
    monkeypatch.setenv("SHELL", "/bin/sh")
    argv = [program("tmux"), "-S", str(tmp_path / "socket"), "-f", "/dev/null"]

    def run(*words: str) -> str:
        return subprocess.run([*argv, *words], check=True, capture_output=True, text=True).stdout

    yield argv, run
    subprocess.run([*argv, "kill-server"], check=False, stderr=subprocess.DEVNULL)


def test_ft_13_who_comes_back_with_another_size_sees_the_whole_picture(tmux):
    argv, run = tmux
    program = shlex.join([sys.executable, "-I", "-m", "monitor"])
    run("new-session", "-d", "-x", "120", "-y", "40", "-s", "watched", program)
    for columns, rows in ((100, 30), (60, 15), (160, 50)):
        with Terminal([*argv, "attach", "-t", "watched"], (columns, rows)) as terminal:
            # The last line is tmux's own; the one above it is the monitor's last.
            terminal.wait_for(lambda text, rows=rows: "? help" in text.splitlines()[rows - 2], PATIENCE_S)
            longest = max(len(line) for line in terminal.lines())
            assert columns - 12 < longest <= columns
            terminal.press("?")
            terminal.wait_for(HELP, PATIENCE_S)
            terminal.press("q")
            terminal.wait_for(lambda text: HELP not in text, PATIENCE_S)
            run("detach-client", "-s", "watched")
            terminal.exit_code(PATIENCE_S)
    run("send-keys", "-t", "watched", "Q")
    wait_until(lambda: subprocess.run([*argv, "has-session"], check=False, capture_output=True).returncode != 0)
