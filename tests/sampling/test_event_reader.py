"""The reading thread: every close once, whoever asks when; what waits is bounded, and what was left out is counted."""

from __future__ import annotations

import errno
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pytest

from monitor.errors import KernelError
from monitor.model.closes import CLOSE
from monitor.model.transitions import TRANSITION, Actor, NoTransitions
from monitor.sampling import event_reader, waiting_events
from monitor.sampling.closed_sockets import nameless
from monitor.sampling.event_reader import EventReader
from monitor.sampling.intervals import advance
from monitor.sampling.transition_reader import TransitionReader
from monitor.sampling.waiting_events import WaitingEvents
from tests.namespaces import network_namespace
from tests.scenes import sample_of


@pytest.fixture
def server(as_root: None) -> Iterator[socket.socket]:
    """A server in a network namespace where nothing else happens."""
    with network_namespace() as space, space.entered(), socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def reader(server: socket.socket) -> Iterator[EventReader]:
    opened = EventReader.open()
    yield opened
    opened.close()


def connect_and_close(server: socket.socket, times: int) -> None:
    for _ in range(times):
        with socket.create_connection(server.getsockname()), server.accept()[0]:
            pass


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what the kernel tells from a queue of its own, a moment after the close."""
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        os.sched_yield()


def taken_from(reader: EventReader, count: int) -> np.ndarray:
    """Take until so many closes have come; nothing is lost meanwhile."""
    parts = [np.zeros(0, CLOSE)]

    def has_come() -> bool:
        events = reader.take()
        assert events.lost_closes == 0
        parts.append(events.closes)
        return sum(map(len, parts)) >= count

    until(has_come)
    return np.concatenate(parts)


@pytest.mark.kernel
def test_every_close_is_given_once_also_while_others_come(server, reader):
    busy = threading.Thread(target=connect_and_close, args=(server, 500))
    busy.start()
    closes = taken_from(reader, 1000)
    busy.join()
    assert len(closes) == len(np.unique(closes["cookie"])) == 1000
    assert len(reader.take().closes) == 0


@pytest.mark.kernel
def test_what_was_destroyed_is_known_also_when_it_was_taken(server, reader):
    connect_and_close(server, 2)
    until(lambda: len(reader.closed()) == 4)
    assert sorted(reader.take().closes["cookie"]) == sorted(reader.closed())


@pytest.mark.kernel
def test_it_listens_to_the_namespace_in_which_it_was_opened(server, reader):
    with network_namespace() as other, other.entered(), socket.create_server(("127.0.0.1", 0)) as elsewhere:
        connect_and_close(elsewhere, 3)
    connect_and_close(server, 1)
    assert taken_from(reader, 2)["local_port"].tolist().count(server.getsockname()[1]) == 1
    assert other.inode != reader.take().namespace != 0


@pytest.mark.kernel
def test_of_what_was_destroyed_the_newest_are_remembered(server, monkeypatch):
    monkeypatch.setattr(event_reader, "_REMEMBERED", 3)
    reader = EventReader.open()
    connect_and_close(server, 4)
    cookies = taken_from(reader, 8)["cookie"].tolist()
    assert sorted(reader.closed().tolist()) == sorted(cookies[-3:])
    reader.close()


class BrokenTransitions:
    """A feed whose descriptor is readable and that breaks when it is read."""

    def __init__(self):
        self._end, self._readable = socket.socketpair()
        self._end.send(b"x")
        self.is_closed = False

    def fileno(self):
        return self._readable.fileno()

    def read(self, waiting):
        raise KernelError("read TCP transitions", errno.EIO)

    def close(self):
        self.is_closed = True
        self._end.close()
        self._readable.close()


@pytest.mark.kernel
def test_closes_are_heard_also_after_the_transitions_have_broken(server, monkeypatch):
    broken = BrokenTransitions()
    monkeypatch.setattr(TransitionReader, "open", lambda: broken)
    reader = EventReader.open()
    until(lambda: broken.is_closed)
    connect_and_close(server, 1)
    assert len(taken_from(reader, 2)) == 2
    assert reader.take().no_transitions is NoTransitions.REFUSED
    reader.close()


def test_who_acted_is_forgotten_with_what_was_left_out(monkeypatch):
    monkeypatch.setattr(waiting_events, "MOST_WAITING", 5)
    waiting = WaitingEvents()
    for thread in range(1, 100):
        transitions = np.zeros(1, TRANSITION)
        transitions["thread"] = thread
        waiting.add_transitions(transitions, 0, {thread: Actor(None, b"curl", None)})
    events = waiting.empty(1)
    assert list(events.actors) == events.transitions["thread"].tolist() == [95, 96, 97, 98, 99]


def test_more_than_may_wait_is_left_out_from_the_oldest_on_and_counted(monkeypatch):
    monkeypatch.setattr(waiting_events, "MOST_WAITING", 5)
    waiting = WaitingEvents()
    for cookie in range(3):
        closes = np.zeros(2, CLOSE)
        closes["cookie"] = cookie
        waiting.add_closes(closes, lost=cookie)
    waiting.add_transitions(np.zeros(1, TRANSITION), 7, {})
    events = waiting.empty(1)
    assert events.closes["cookie"].tolist() == [1, 1, 2, 2]
    assert (events.lost_closes, events.lost_transitions) == (2 + 0 + 1 + 2, 7)
    empty = waiting.empty(1)
    assert (len(empty.closes), empty.lost_closes, len(empty.transitions), empty.lost_transitions) == (0, 0, 0, 0)


@pytest.mark.kernel
def test_it_says_since_when_it_listens(server):
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    with closing(EventReader.open()) as reader:
        after = time.clock_gettime(time.CLOCK_BOOTTIME)
        assert before <= reader.take().since <= after
        assert reader.take().since <= after


@pytest.mark.kernel
def test_of_a_connection_that_its_program_cuts_the_close_names_no_pair(reader, server):
    nobody = advance(None, sample_of([]))
    client = socket.create_connection(server.getsockname())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    client.close()
    with server.accept()[0]:
        pass
    assert nameless(taken_from(reader, 2), nobody) == 1
