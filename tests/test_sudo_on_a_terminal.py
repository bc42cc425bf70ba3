"""`--sudo` and "see all owners": who is asked before the screen opens and from inside, and what is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.living import PATIENCE_S, all_gone, assert_restored, last_words, monitor
from tests.stand_in_sudo import PROMPT, WORD, StandInSudo

_HIDDEN = "MonitorApp.can_ask_for_rights = True; MonitorApp.plant = lambda app: None"
"""To root nothing is hidden, and nothing offered."""


@pytest.fixture
def sudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandInSudo:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return StandInSudo(tmp_path)


def test_sudo_is_asked_before_the_screen_opens_and_starts_the_collector(sudo: StandInSudo):
    with monitor("--sudo") as terminal:
        terminal.wait_for(PROMPT, PATIENCE_S)
        assert b"\x1b[?1049h" not in terminal.raw
        terminal.write(f"{WORD}\n".encode())
        terminal.wait_for("Z auto ", PATIENCE_S)
        assert sudo.started == 1
        with all_gone(terminal):
            terminal.press("q")
            assert terminal.exit_code() == 0
        assert_restored(terminal)


@pytest.mark.usefixtures("sudo")
def test_where_sudo_refuses_the_screen_does_not_open():
    with monitor("--sudo") as terminal:
        terminal.wait_for(PROMPT, PATIENCE_S)
        terminal.write(b"no\n")
        assert terminal.exit_code() == 1
        assert b"fourtuple: no rights were given: sudo ended with exit code 1" in terminal.raw
        assert b"\x1b[?1049h" not in terminal.raw


def test_sudo_and_read_only_leave_the_screen_without_rights(sudo: StandInSudo):
    with monitor("--sudo", "--read-only") as terminal:
        terminal.wait_for(PROMPT, PATIENCE_S)
        terminal.write(f"{WORD}\n".encode())
        terminal.wait_for("Z auto ", PATIENCE_S)
        assert sudo.started == 1
        assert "NoNewPrivs:\t1" in Path(f"/proc/{terminal.pid}/status").read_text()


def test_from_inside_sudo_gets_the_terminal_and_another_collector_goes_on(sudo: StandInSudo):
    with monitor(planted=_HIDDEN) as terminal:
        terminal.wait_for("Z auto ", PATIENCE_S)
        terminal.press(":")
        terminal.write(b"all owners")
        terminal.wait_for("see all owners (sudo)", PATIENCE_S)
        terminal.press("enter")
        terminal.wait_for(PROMPT, PATIENCE_S)
        assert sudo.started == 0
        terminal.write(f"{WORD}\n".encode())
        terminal.wait_for(lambda _: sudo.started == 1, PATIENCE_S)
        terminal.wait_for("Z auto ", PATIENCE_S)
        with all_gone(terminal):
            terminal.press("Q")
            assert terminal.exit_code() == 0
        assert_restored(terminal)
        assert last_words(terminal) == ""


def test_from_inside_ctrl_c_ends_the_question_and_not_the_monitor(sudo: StandInSudo):
    with monitor(planted=_HIDDEN) as terminal:
        terminal.wait_for("Z auto ", PATIENCE_S)
        terminal.press(":")
        terminal.write(b"all owners")
        terminal.wait_for("see all owners (sudo)", PATIENCE_S)
        terminal.press("enter")
        terminal.wait_for(PROMPT, PATIENCE_S)
        terminal.write(b"\x03")
        terminal.wait_for("no rights were given: sudo was ended by signal 2", PATIENCE_S)
        assert sudo.started == 0
        terminal.press("q")
        assert terminal.exit_code() == 0
