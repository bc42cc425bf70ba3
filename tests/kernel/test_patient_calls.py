"""Calls that block are left behind, and what comes after them is not held up."""

from __future__ import annotations

import threading
from errno import ENOENT, ETIMEDOUT

import pytest

from monitor.kernel import patient_calls
from monitor.kernel.patient_calls import PatientCalls
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
    for name in "abc":
        with pytest.raises(TimeoutError):
            calls.call(name, blocked(gate))
    assert set(calls._left_behind) == {"a", "b"}
