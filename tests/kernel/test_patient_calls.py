"""Calls that block are left behind, and what comes after them is not held up."""

from __future__ import annotations

import os
import threading
from errno import EBUSY, ENOENT, ETIMEDOUT

import pytest

from monitor.errors import KernelError
from monitor.kernel import patient_calls, proc_files, process_identity, process_reading
from monitor.kernel.patient_calls import PatientCalls
from monitor.kernel.process_reading import identify_all, read_process
from monitor.kernel.processes import read_environment, read_facts
from monitor.presentation.process_words import process_lines
from tests.waiting import wait_until


def missing() -> bytes:
    raise OSError(ENOENT, "no")


@pytest.fixture
def gate():
    """An event that blocked calls wait for; it opens with the test's end."""
    opened = threading.Event()
    yield opened
    opened.set()


def blocked(gate: threading.Event):
    def wait() -> bytes:
        gate.wait()
        return b"late"

    return wait


def test_a_call_gives_its_value_or_its_error():
    calls = PatientCalls()
    assert calls.call("a", lambda: b"x") == b"x"
    with pytest.raises(OSError, match="no") as raised:
        calls.call("a", missing)
    assert raised.value.errno == ENOENT
    assert calls.call("a", lambda: b"y") == b"y"


def test_fp_17_a_call_that_blocks_is_left_behind_and_others_go_on(gate):
    calls = PatientCalls(patience_s=0.01)
    for _ in range(3):
        with pytest.raises(TimeoutError) as raised:
            calls.call("stuck", blocked(gate))
        assert raised.value.errno == ETIMEDOUT
    assert len(calls._left_behind) == 1
    patient = PatientCalls()
    patient._left_behind = calls._left_behind
    assert patient.call("other", lambda: b"x") == b"x"


def test_what_came_back_late_is_forgotten_and_can_be_asked_again(gate):
    calls = PatientCalls(patience_s=0.01)
    with pytest.raises(TimeoutError):
        calls.call("stuck", blocked(gate))
    gate.set()
    (worker,) = calls._left_behind.values()
    wait_until(lambda: not worker.is_busy)
    calls._patience_s = 10
    assert calls.call("stuck", lambda: b"new") == b"new"
    assert calls._left_behind == {}


def test_no_more_threads_are_left_behind_than_the_most(gate, monkeypatch):
    monkeypatch.setattr(patient_calls, "MOST_LEFT_BEHIND", 2)
    calls = PatientCalls(patience_s=0.01)
    for name in "ab":
        with pytest.raises(TimeoutError):
            calls.call(name, blocked(gate))
    with pytest.raises(OSError, match="busy") as raised:
        calls.call("c", blocked(gate))
    assert raised.value.errno == EBUSY
    assert (set(calls._left_behind), calls.left_behind) == ({"a", "b"}, 2)
    gate.set()
    wait_until(lambda: calls.left_behind == 0)
    assert calls.call("c", lambda: b"x") == b"x"


def test_fp_17_where_too_many_block_the_others_are_said_not_to_be_read_and_not_to_block(gate, monkeypatch):
    monkeypatch.setattr(patient_calls, "MOST_LEFT_BEHIND", 1)
    full = PatientCalls(patience_s=0.01)
    with pytest.raises(TimeoutError):
        full.call("stuck", blocked(gate))
    for module in (proc_files, process_identity, process_reading):
        monkeypatch.setattr(module, "PATIENT", full)
    own = read_process(os.getpid(), lambda: 0.0)
    identify_all({os.getpid(): own})
    assert (own.process.pid, own.process.command_line) == (os.getpid(), b"")
    facts = read_facts(os.getpid())
    assert (facts.blocked, facts.others_blocked) == (("command_line",), 1)
    assert dict(process_lines(facts, 0.0))["command"] == "– (not read: 1 others block)"
    with pytest.raises(KernelError, match="not tried"):
        read_environment(os.getpid())
