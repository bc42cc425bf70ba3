"""Who changed a socket's state."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from monitor.kernel import transition_actors
from monitor.kernel.this_namespace import namespace_number
from monitor.kernel.transition_actors import TransitionActors
from monitor.kernel.transition_feed import TransitionFeed
from monitor.model.tcp import TcpState
from monitor.model.transitions import TRANSITION, Actor
from tests.kernel.test_transition_feed import taken
from tests.namespaces import network_namespace

DIALS = "import socket; s = socket.socket(); s.connect_ex(('127.0.0.1', 9))"
PORT = 9
"""Nobody listens there in a fresh namespace."""


def now() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def acts(*actors: tuple[int, float]) -> np.ndarray:
    """Transitions of which only thread and time are told."""
    records = np.zeros(len(actors), TRANSITION)
    records["thread"], records["boot_time"] = zip(*actors, strict=True)
    return records


def dials(records: np.ndarray) -> np.ndarray:
    return records[(records["new_state"] == TcpState.SYN_SENT) & (records["remote_port"] == PORT)]


@pytest.fixture
def unsaved(tmp_path) -> TransitionActors:
    """Actors of a kernel that remembers no names."""
    return TransitionActors(tmp_path)


@pytest.fixture
def feed(tracefs: Path) -> Iterator[TransitionFeed]:
    opened = TransitionFeed.open(tracefs)
    assert isinstance(opened, TransitionFeed)
    yield opened
    opened.close()


def test_a_thread_is_told_with_its_process_and_its_namespace(unsaved):
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        number = thread.native_id
        assert number is not None
        actor = unsaved.of(acts((number, now())))[number]
    finally:
        done.set()
        thread.join()
    assert actor.process is not None
    assert actor.process.pid == os.getpid() != number
    assert actor.namespace == namespace_number()
    assert actor.comm == Path("/proc/self/comm").read_bytes().rstrip()


def test_no_thread_is_nobody(unsaved):
    assert unsaved.of(acts((0, now()))) == {}


def test_a_thread_that_began_later_is_not_the_one_that_acted(unsaved):
    number = os.getpid()
    assert unsaved.of(acts((number, 0.0))) == {number: Actor(None, None, None)}


def test_a_thread_is_read_once_for_a_moment_and_then_anew(unsaved, monkeypatch):
    readings = []

    def read(thread: int, moment: float) -> object:
        readings.append(thread)
        return original(thread, moment)

    original = transition_actors._read
    monkeypatch.setattr(transition_actors, "_read", read)
    number, moment = os.getpid(), now()
    assert unsaved.of(acts((number, moment), (number, moment))) == unsaved.of(acts((number, moment + 0.5)))
    assert readings == [number]
    unsaved.of(acts((number, moment + 5.0)))
    assert readings == [number, number]


def test_the_kernels_names_are_used_where_they_are_unambiguous(tmp_path):
    (tmp_path / "saved_cmdlines").write_bytes(b"4000001 first\n4000002 \xff(x) y\n4000003 one\n4000003 sshd\n")
    actors = TransitionActors(tmp_path).of(acts(*((4_000_001 + number, now()) for number in range(4))))
    assert [actors[4_000_001 + number].comm for number in range(4)] == [b"first", b"\xff(x) y", None, None]


@pytest.mark.kernel
def test_an_actor_in_another_namespace_is_told_apart(feed, tracefs, namespace):
    with network_namespace() as other:
        with other.entered():
            process = subprocess.Popen([sys.executable, "-c", f"{DIALS}; input()"], stdin=subprocess.PIPE)
        with process:
            records = taken(feed, lambda records: process.pid in dials(records)["thread"])
            actor = TransitionActors(tracefs).of(records)[process.pid]
            assert process.stdin is not None
            process.stdin.write(b"\n")
    assert actor.process is not None
    assert actor.process.pid == process.pid
    assert actor.namespace == other.inode != namespace.inode


@pytest.mark.kernel
def test_of_a_process_that_has_ended_its_name_is_left(feed, tracefs, namespace):
    with subprocess.Popen([sys.executable, "-c", DIALS]) as process:
        process.wait()
    records = taken(feed, lambda records: process.pid in dials(records)["thread"])
    actor = TransitionActors(tracefs).of(records)[process.pid]
    assert actor == Actor(None, os.fsencode(Path(sys.executable).name)[:15], None)
