"""Who will start a process again is named; whether he does is said where it can be known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.kernel.supervisors import SYSTEMCTL, supervisor_of
from monitor.model.action import Signal, Supervisor, SupervisorKind
from monitor.model.process import Process

TERM, KILL = Signal.TERM, Signal.KILL
NGINX = Process(812, 1, b"nginx", 0)
SYSTEMD = Process(1, 1, b"systemd", 0)
UNIT = "nginx.service"


def parent(name: bytes, command_line: bytes = b"", pid: int = 700) -> Process:
    return Process(pid, 1, name, 0, command_line=command_line)


@pytest.fixture
def systemctl(tmp_path):
    """Give a function that makes a systemctl which answers with some lines."""

    def make(*lines: str, code: int = 0) -> str:
        path = tmp_path / "systemctl"
        answers = "\n".join(lines)
        path.write_text(f"#!/bin/sh\necho \"$@\" >'{tmp_path}/asked'\ncat <<'END'\n{answers}\nEND\nexit {code}\n")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.mark.parametrize(
    ("above", "kind", "restarts"),
    [
        (parent(b"runsv", b"runsv\0nginx\0"), SupervisorKind.RUNIT, True),
        (parent(b"s6-supervise"), SupervisorKind.S6, True),
        (parent(b"supervise"), SupervisorKind.DAEMONTOOLS, True),
        (parent(b"python3.11", b"/usr/bin/python3\0/usr/bin/supervisord\0-n\0"), SupervisorKind.SUPERVISORD, None),
        (parent(b"containerd-shim-runc-v2"), SupervisorKind.CONTAINER, None),
        (parent(b"conmon"), SupervisorKind.CONTAINER, None),
    ],
)
def test_a_supervisor_is_known_by_its_name(above, kind, restarts):
    assert supervisor_of(NGINX, above, None, TERM) == Supervisor(kind, os.fsdecode(above.name), restarts)


@pytest.mark.parametrize(
    "above", [parent(b"bash"), parent(b"nginx"), parent(b"vim", b"vim\0notes\0supervisord\0"), parent(b"\xff")]
)
def test_any_other_parent_is_none(above):
    assert supervisor_of(NGINX, above, UNIT, TERM) is None


@pytest.mark.parametrize(
    ("setting", "by_term", "by_kill"),
    [
        ("no", False, False),
        ("always", True, True),
        ("on-failure", None, True),
        ("on-success", None, False),
        ("on-abnormal", False, True),
        ("on-abort", False, True),
        ("on-watchdog", False, False),
        ("of-a-later-version", None, None),
    ],
)
def test_systemd_starts_again_what_its_setting_says(systemctl, tmp_path, setting, by_term, by_kill):
    asked = systemctl(f"Restart={setting}", "MainPID=812")
    for signal, restarts in ((TERM, by_term), (KILL, by_kill)):
        found = supervisor_of(NGINX, SYSTEMD, UNIT, signal, asked)
        assert found == Supervisor(SupervisorKind.SYSTEMD, UNIT, restarts)
    assert (tmp_path / "asked").read_text() == f"show --property=MainPID,Restart -- {UNIT}\n"


def test_systemd_does_not_mind_what_is_not_the_main_process(systemctl):
    assert supervisor_of(NGINX, SYSTEMD, UNIT, TERM, systemctl("Restart=always", "MainPID=811")) is None


@pytest.mark.parametrize("unit", [None, "session-3.scope", "docker-1234.scope"])
def test_what_is_in_no_service_is_not_started_again(systemctl, unit):
    assert supervisor_of(NGINX, SYSTEMD, unit, TERM, systemctl("Restart=always", "MainPID=812")) is None


def test_a_users_own_systemd_is_named_and_not_asked(systemctl, tmp_path):
    above = parent(b"systemd", pid=1500)
    found = supervisor_of(NGINX, above, UNIT, TERM, systemctl("Restart=always"))
    assert found == Supervisor(SupervisorKind.SYSTEMD, UNIT, None)
    assert not (tmp_path / "asked").exists()


@pytest.mark.parametrize("unit", [UNIT, "a\udcffb.service", "-H evil.service", "a\0b.service"])
def test_where_systemd_does_not_answer_the_unit_is_named_and_no_more(systemctl, unit):
    for silent in (systemctl("Restart=always", code=1), "/nonexistent/systemctl"):
        assert supervisor_of(NGINX, SYSTEMD, unit, TERM, silent) == Supervisor(SupervisorKind.SYSTEMD, unit, None)


def test_the_program_that_asks_is_named_by_its_path():
    # A privileged program must not look one up in a path that its caller has set.
    assert Path(SYSTEMCTL).is_absolute()
