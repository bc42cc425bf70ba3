"""Rights by sudo: who is asked, what happens to the terminal meanwhile, and what becomes of a refusal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.errors import ExpiredRightsError, SourceError
from monitor.sampling.collectors import Collectors
from monitor.sampling.sudo import ask_for_rights, needs_password, privileged
from tests.stand_in_sudo import PROMPT, WORD, StandInSudo
from tests.terminal import Terminal

_ASK = """
import signal
from monitor.errors import SourceError
from monitor.sampling.sudo import ask_for_rights
try:
    ask_for_rights()
    print("granted", flush=True)
except SourceError as error:
    print(error, flush=True)
print("shell: " + input(), flush=True)
"""


@pytest.fixture
def sudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandInSudo:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return StandInSudo(tmp_path)


def _asking() -> Terminal:
    return Terminal([sys.executable, "-c", _ASK])


@pytest.mark.usefixtures("sudo")
def test_the_user_is_asked_on_the_terminal_which_is_ours_again_afterwards():
    with _asking() as terminal:
        terminal.wait_for(PROMPT)
        terminal.write(f"{WORD}\n".encode())
        terminal.wait_for("granted")
        terminal.write(b"hello\n")
        terminal.wait_for("shell: hello")
        assert terminal.exit_code() == 0


@pytest.mark.usefixtures("sudo")
def test_a_wrong_word_is_a_refusal():
    with _asking() as terminal:
        terminal.wait_for(PROMPT)
        terminal.write(b"please\n")
        terminal.wait_for("no rights were given: sudo ended with exit code 1")


@pytest.mark.usefixtures("sudo")
def test_ctrl_c_ends_sudo_alone():
    with _asking() as terminal:
        terminal.wait_for(PROMPT)
        terminal.write(b"\x03")
        terminal.wait_for("no rights were given: sudo was ended by signal 2")
        terminal.write(b"hello\n")
        terminal.wait_for("shell: hello")
        assert terminal.exit_code() == 0


@pytest.mark.usefixtures("sudo")
def test_ctrl_z_leaves_nobody_waiting_for_a_sudo_that_is_stopped():
    with _asking() as terminal:
        terminal.wait_for(PROMPT)
        terminal.write(b"\x1a")
        terminal.write(f"{WORD}\n".encode())
        terminal.wait_for("granted")


def test_without_sudo_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for ask in (ask_for_rights, needs_password, lambda: privileged(["true"])):
        with pytest.raises(SourceError, match="sudo is not installed"):
            ask()


def test_without_a_terminal_that_is_said(sudo: StandInSudo):
    ended = subprocess.run(
        [sys.executable, "-c", _ASK], check=False, capture_output=True, text=True, input="", start_new_session=True
    )
    assert ended.stdout.startswith("sudo needs a terminal to ask on\n")
    assert sudo.started == 0


def test_a_collector_with_rights_is_started_by_sudo_once_it_needs_no_password(sudo: StandInSudo, monkeypatch):
    collectors = Collectors()
    monkeypatch.setattr("monitor.sampling.sudo.ask_for_rights", sudo.remember)
    collectors.ask_for_rights()
    source = collectors.open_source()
    try:
        assert source.process(os.getpid()) is not None
    finally:
        source.close()
    assert sudo.started == 1


def test_a_collector_by_sudo_looks_into_the_network_namespace_that_was_named_or_says_why_not(
    sudo: StandInSudo, monkeypatch
):
    collectors = Collectors(netns="fourtuple-nowhere")
    monkeypatch.setattr("monitor.sampling.sudo.ask_for_rights", sudo.remember)
    collectors.ask_for_rights()
    source = collectors.open_source()
    try:
        with pytest.raises(SourceError, match='exit code 1: there is no network namespace named "fourtuple-nowhere"'):
            source.process(os.getpid())
    finally:
        source.close()
    assert sudo.started == 1


def test_where_the_rights_have_expired_that_is_said_and_the_next_collector_is_without(sudo: StandInSudo, monkeypatch):
    collectors = Collectors()
    monkeypatch.setattr("monitor.sampling.sudo.ask_for_rights", sudo.remember)
    collectors.ask_for_rights()
    sudo.forget()
    with pytest.raises(SourceError, match="sudo wants its password again"):
        collectors.open_source()
    source = collectors.open_source()
    try:
        assert source.process(os.getpid()) is not None
    finally:
        source.close()
    assert sudo.started == 0


@pytest.mark.parametrize(
    ("is_read_only", "sentence"),
    [(False, "until it is asked no collector can enter"), (True, "no collector can enter the network namespace until")],
)
def test_where_they_have_expired_no_collector_tries_to_enter_a_namespace_without_them(
    sudo: StandInSudo, monkeypatch, is_read_only, sentence
):
    collectors = Collectors(netns="blue", is_read_only=is_read_only)
    monkeypatch.setattr("monitor.sampling.sudo.ask_for_rights", sudo.remember)
    collectors.ask_for_rights()
    sudo.forget()
    for _ in range(2):
        with pytest.raises(SourceError, match=sentence) as raised:
            collectors.open_source()
        assert isinstance(raised.value, ExpiredRightsError) is not is_read_only


def test_with_read_only_nobody_is_told_to_ask_again(sudo: StandInSudo, monkeypatch):
    collectors = Collectors(is_read_only=True)
    monkeypatch.setattr("monitor.sampling.sudo.ask_for_rights", sudo.remember)
    collectors.ask_for_rights()
    sudo.forget()
    with pytest.raises(SourceError, match="with --read-only sudo is asked at the start alone"):
        collectors.open_source()


def test_a_collector_that_nobody_connects_to_is_ended():
    collectors = Collectors()
    collectors.start_ahead()
    collectors.close()
    collectors.close()
