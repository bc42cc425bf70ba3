"""The sampling thread over every network namespace: one table, and every question asked where it belongs."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Address

import numpy as np
import pytest

from monitor.kernel.this_namespace import namespace_number
from monitor.model.bind import BindAttempt
from monitor.model.endpoint import Endpoint
from monitor.model.namespace import EVERY_NAMESPACE
from monitor.model.route import Flow
from monitor.model.sample import Interval
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.namespace_words import namespace_notices
from monitor.sampling.collector_process import CollectorProcess
from monitor.sampling.sampler import Sampler
from monitor.sampling.sampler_events import BindAnswered, IntervalMade, RouteAnswered, SampleFailed, SamplerEvent
from monitor.sampling.sight_of_all import SightOfAll
from monitor.sampling.stream import StreamSource
from tests.inhabited import inhabited, listener_in

PATIENCE_S = 30.0
PORT = 7391


class Everywhere:
    """A sampler of all namespaces, and what it says."""

    def __init__(self, period_s: float = 0.2) -> None:
        self._said: queue.Queue[SamplerEvent] = queue.Queue()
        self.sampler = Sampler(
            lambda: StreamSource.to(CollectorProcess(netns=EVERY_NAMESPACE)),
            self._said.put,
            period_s,
            look=lambda: SightOfAll(namespace_notices),
        )

    def next(self, kind):
        while True:
            event = self._said.get(timeout=PATIENCE_S)
            assert not isinstance(event, SampleFailed), event
            if isinstance(event, kind):
                return event

    def interval_with(self, test) -> Interval:
        """Give the next interval that passes a test."""
        while True:
            interval = self.next(IntervalMade).interval
            if test(interval):
                return interval


@pytest.fixture
def everywhere() -> Iterator[Everywhere]:
    made = Everywhere()
    made.sampler.start()
    try:
        yield made
    finally:
        made.sampler.stop()


@contextmanager
def two_places() -> Iterator[tuple[int, int]]:
    """Listen at one endpoint in two namespaces, and be connected in each; gives their inodes."""
    with ExitStack() as stack:
        numbers = []
        for _ in range(2):
            place = stack.enter_context(inhabited())
            server = stack.enter_context(listener_in(place, PORT))
            with place.entered():
                stack.enter_context(socket.create_connection(("127.0.0.1", PORT)))
            stack.enter_context(server.accept()[0])
            numbers.append(place.inode)
        yield numbers[0], numbers[1]


def rows_in(interval: Interval, number: int) -> list[int]:
    """Give the rows of a namespace, by what the table says."""
    return np.flatnonzero(interval.table.network == number).tolist()


def test_one_table_has_the_rows_of_each_and_each_knows_its_own_listener_and_its_owner(everywhere):
    with two_places() as numbers:
        interval = everywhere.interval_with(lambda one: all(len(rows_in(one, number)) == 3 for number in numbers))
        own = interval.within(0)
        assert own is not None
        assert own.table.namespace == namespace_number()
        for number in numbers:
            rows = rows_in(interval, number)
            assert {interval.asked_in(row) for row in rows} == {number}
            assert all(interval.owner_end[row] > interval.owner_first[row] for row in rows)
            served = {int(interval.listener[row]) for row in rows if interval.listener[row] >= 0}
            assert served
            assert served < set(rows)


def test_verdicts_on_routes_are_those_of_each_namespace(everywhere):
    with two_places() as numbers:

        def is_judged(interval: Interval) -> bool:
            rows = [row for number in numbers for row in rows_in(interval, number) if interval.table.is_pair[row]]
            return len(rows) == 4 and interval.egress is not None and bool(interval.egress.is_known[rows].all())

        interval = everywhere.interval_with(is_judged)
        names = {link.index: link.name for link in interval.sample.network.links}
        for number in numbers:
            links = {int(interval.interface[row]) for row in rows_in(interval, number)}
            assert {names[link] for link in links} == {b"lo"}
        loopbacks = [int(interval.interface[rows_in(interval, number)[0]]) for number in numbers]
        assert loopbacks[0] != loopbacks[1]


def test_an_interface_keeps_its_number_when_another_namespace_comes(everywhere):
    with inhabited() as place, listener_in(place):
        before = everywhere.interval_with(lambda one: rows_in(one, place.inode))
        kept = int(before.interface[rows_in(before, place.inode)[0]])
        with two_places() as numbers:
            after = everywhere.interval_with(lambda one: all(rows_in(one, number) for number in numbers))
            assert int(after.interface[rows_in(after, place.inode)[0]]) == kept


def test_routes_are_asked_for_in_the_namespace_that_is_named(everywhere):
    with inhabited() as place, listener_in(place):
        everywhere.interval_with(lambda one: rows_in(one, place.inode))
        far = Flow(IPv4Address("192.0.2.1"))
        everywhere.sampler.ask_route(far, place.inode)
        answer = everywhere.next(RouteAnswered)
        assert (answer.namespace, answer.decision.errno) == (place.inode, "ENETUNREACH")


def test_bind_is_decided_by_the_rows_of_the_namespace_that_is_named(everywhere):
    with two_places() as numbers:
        everywhere.sampler.set_time_wait(is_wanted=True)
        everywhere.interval_with(lambda one: all(rows_in(one, number) for number in numbers))
        attempt = BindAttempt(endpoint=Endpoint(IPv4Address("127.0.0.1"), PORT), protocol=PROTOCOL_TCP, uid=0)
        for number in (0, *numbers):
            everywhere.sampler.ask_bind(attempt, number)
            answer = everywhere.next(BindAnswered)
            assert answer.error is None
            assert answer.decided.interval.table.namespace == (number or namespace_number())
            assert (answer.decided.decision.errno is not None) == bool(number)


def test_a_namespace_that_has_gone_is_said_to_be_and_no_other_is_asked_instead(everywhere):
    with inhabited() as place, listener_in(place):
        everywhere.interval_with(lambda one: rows_in(one, place.inode))
    everywhere.sampler.set_time_wait(is_wanted=True)
    everywhere.interval_with(lambda one: one.within(place.inode) is None)
    everywhere.sampler.ask_bind(
        BindAttempt(endpoint=Endpoint(IPv4Address("127.0.0.1"), PORT), protocol=PROTOCOL_TCP, uid=0), place.inode
    )
    answer = everywhere.next(BindAnswered)
    assert (answer.decided, answer.error) == (None, "its network namespace has gone")
