from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.cli import environment

STEERING = ["LD_PRELOAD", "PYTHONINSPECT", "PYTHONPATH", "TEXTUAL", "TEXTUAL_LOG"]
HARMLESS = ["HOME", "PYTHONUNBUFFERED", "PYTHON_VERSION", "TERM"]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str], list[str]]]:
    """What the program was replaced by: the path, its arguments and the names of its variables."""
    programs: list[tuple[str, list[str], list[str]]] = []

    def note(path: str, arguments: list[str], variables: dict[str, str]) -> None:
        programs.append((path, arguments, sorted(variables)))

    monkeypatch.setattr(os, "execve", note)
    monkeypatch.setattr(sys, "argv", ["fourtuple", "list", "--json"])
    return programs


@pytest.fixture
def privileged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "is_privileged", lambda _: True)


def surround(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(os, "environ", dict.fromkeys(names, "1"))


def test_only_what_steers_is_picked():
    assert environment.steering_names([*HARMLESS, *reversed(STEERING)]) == STEERING


def test_fm_06_a_privileged_program_starts_anew_without_what_steers_it(started, privileged, monkeypatch, capsys):
    surround(monkeypatch, *STEERING, *HARMLESS)
    environment.start_anew_where_steered()
    assert started == [(sys.executable, [sys.executable, "-I", "-m", "monitor", "list", "--json"], HARMLESS)]
    said = f"fourtuple: running with privileges, so without the variables {', '.join(STEERING)}\n"
    assert capsys.readouterr().err == said


def test_nothing_is_done_or_said_where_nothing_steers(started, privileged, monkeypatch, capsys):
    surround(monkeypatch, *HARMLESS)
    environment.start_anew_where_steered()
    environment.shed_steering()
    assert started == []
    assert sorted(os.environ) == HARMLESS
    assert capsys.readouterr().err == ""


def test_textuals_variables_alone_are_taken_away_without_another_start(started, privileged, monkeypatch, capsys):
    surround(monkeypatch, "TEXTUAL_PRESS", *HARMLESS)
    environment.start_anew_where_steered()
    assert started == []
    environment.shed_steering()
    assert sorted(os.environ) == HARMLESS
    assert "TEXTUAL_PRESS" in capsys.readouterr().err


def test_a_plain_user_keeps_his_variables(started, monkeypatch, capsys):
    monkeypatch.setattr(environment, "is_privileged", lambda _: False)
    surround(monkeypatch, *STEERING)
    environment.start_anew_where_steered()
    environment.shed_steering()
    assert started == []
    assert sorted(os.environ) == STEERING
    assert capsys.readouterr().err == ""


def test_the_name_of_a_variable_reaches_the_terminal_as_safe_text(privileged, monkeypatch, capsys):
    surround(monkeypatch, "TEXTUAL\x1b[31m")
    environment.shed_steering()
    assert r"TEXTUAL\x1b[31m" in capsys.readouterr().err


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[int, str], None]:
    """Give a function that makes us a process of a user with effective capabilities."""

    def become(user: int, capabilities: str) -> None:
        status = tmp_path / "status"
        status.write_text(f"Name:\tpython\nCapPrm:\t0000003fffffffff\nCapEff:\t{capabilities}\n")
        monkeypatch.setattr(os, "getuid", lambda: user)
        monkeypatch.setattr(os, "geteuid", lambda: user)
        monkeypatch.setattr(environment, "_STATUS", str(status))

    return become


@pytest.mark.parametrize(
    ("user", "variables", "capabilities", "expected"),
    [
        (1000, {}, "0000000000000000", False),
        (0, {}, "0000000000000000", True),
        (1000, {"SUDO_UID": "1001"}, "0000000000000000", True),
        (1000, {}, "0000000000080000", True),
    ],
)
def test_who_may_do_more_is_privileged(process, user, variables, capabilities, expected):
    process(user, capabilities)
    assert environment.is_privileged(variables) is expected


def test_unknown_capabilities_are_no_reason_to_trust(process, monkeypatch, tmp_path):
    process(1000, "0")
    monkeypatch.setattr(environment, "_STATUS", str(tmp_path / "missing"))
    assert environment.is_privileged({})
