"""The sampling loop: when it samples, which questions it answers, what it does when a source goes.

Nothing waits for a clock: sources and listeners meet the loop at barriers, and every wait has an end.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.errors import InputError, KernelError, SourceError, WireError
from monitor.model.action import Outcome, Result
from monitor.model.fresh_rows import FreshRows
from monitor.model.route import Flow
from monitor.model.socket_table import SocketTable
from monitor.model.sockets import SocketId
from monitor.model.tcp_info import SocketDetails
from monitor.sampling import sampling_loop
from monitor.sampling.period import MIN_PERIOD_S
from monitor.sampling.sampler import Sampler
from monitor.sampling.sampler_events import (
    ActionAnswered,
    EventsListed,
    IntervalMade,
    ProcessAnswered,
    RouteAnswered,
    SampleFailed,
    SocketAnswered,
)
from tests.machine_db1 import FACTS, route_to
from tests.scenes import FixedSource, row, sample_of, table_of

LONG_S = 3600.0
PATIENCE_S = 20.0
"""How long a test waits for what must come; only a failing one waits that long."""
FLOWS = [Flow(ip_address(f"198.51.100.{host}")) for host in range(1, 4)]
SAMPLES = [
    sample_of([row("tcp", "192.0.2.10:443", f"198.51.100.7:{port}", "ESTAB")], float(port)) for port in range(1, 5)
]
LISTENS_TO_ALL = sample_of([row("tcp", "0.0.0.0:6379", "0.0.0.0:0", "LISTEN", cookie=7)], 1.0)
SOCKETS = [SocketId.of(sample.table, 0) for sample in SAMPLES]
DETAILS = SocketDetails(state=1, timer=0, timer_tries=0, timer_ms=0, recv_q=0, send_q=0, inode=7, uid=0)


class Gate(FixedSource):
    """A source that stops in every call that was closed, until it is opened."""

    def __init__(self, samples=SAMPLES, errors=()):
        super().__init__(samples, route_to, FACTS, {SOCKETS[2].cookie: DETAILS})
        self.errors = list(errors)
        self.entered = queue.SimpleQueue()
        self.open = threading.Event()
        self.open.set()

    def ways(self, questions):
        """Leave all rows' ways open, so that each sample is reported once."""
        return questions[:0]

    def _ask(self, question):
        super()._ask(question)
        self.entered.put(question)
        assert self.open.wait(PATIENCE_S)
        if self.errors and (error := self.errors.pop(0)) is not None:
            raise error


class Loop:
    """A running sampler and what it reported."""

    def __init__(self, sources, period_s, *, draws_first=False):
        self.sources = list(sources)
        self.opened = []
        self.events = queue.SimpleQueue()
        self.listed = queue.SimpleQueue()
        self.sampler = Sampler(self._open, self._hear, period_s, draws_first=draws_first)

    def _hear(self, event):
        # What happened to sockets is told beside all else.
        (self.listed if isinstance(event, EventsListed) else self.events).put(event)

    def _open(self):
        source = self.sources.pop(0)
        if isinstance(source, Exception):
            raise source
        if isinstance(source, type):
            source = source()
        self.opened.append(source)
        return source

    def next(self, kind):
        event = self.events.get(timeout=PATIENCE_S)
        assert isinstance(event, kind), event
        return event

    def is_quiet(self):
        return self.events.empty()


@contextmanager
def running(*sources, period_s=LONG_S, draws_first=False) -> Iterator[Loop]:
    loop = Loop(sources, period_s, draws_first=draws_first)
    loop.sampler.start()
    try:
        yield loop
    finally:
        for source in loop.opened:
            source.open.set()
        loop.sampler.stop(PATIENCE_S)
        assert not loop.sampler._thread.is_alive()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(sampling_loop, "_RESTART_PAUSES_S", (0.0,))


def test_the_first_rows_are_shown_before_anything_is_thought_of_them(monkeypatch):
    monkeypatch.setattr(sampling_loop, "_LONGEST_PAINT_S", PATIENCE_S)
    with running(Gate([LISTENS_TO_ALL]), draws_first=True) as loop:
        first = loop.next(IntervalMade).interval
        assert (len(first.table), first.findings, loop.sampler.history) == (1, (), None)
        assert loop.is_quiet()
        loop.sampler.note_drawn()
        second = loop.next(IntervalMade).interval
        assert (second.sample, bool(second.findings)) == (first.sample, True)


def test_the_first_sample_is_read_at_once():
    with running(Gate()) as loop:
        interval = loop.next(IntervalMade).interval
        assert interval.sample is not None
        assert not interval.has_rates


def test_a_sample_is_read_every_period():
    with running(Gate(), period_s=MIN_PERIOD_S) as loop:
        intervals = [loop.next(IntervalMade).interval for _ in range(3)]
    assert [interval.elapsed_s for interval in intervals[1:]] == [1.0, 1.0]


def test_a_sample_can_be_had_before_the_period_has_passed():
    with running(Gate()) as loop:
        loop.next(IntervalMade)
        loop.sampler.sample_now()
        assert loop.next(IntervalMade).interval.elapsed_s == 1.0


def test_several_wishes_for_a_sample_during_one_are_one():
    source = Gate()
    with running(source) as loop:
        loop.next(IntervalMade)
        source.open.clear()
        loop.sampler.sample_now()
        assert [source.entered.get(timeout=PATIENCE_S) for _ in range(2)] == ["sample", "sample"]
        loop.sampler.sample_now()
        loop.sampler.sample_now()
        source.open.set()
        loop.next(IntervalMade)
        loop.next(IntervalMade)
        loop.sampler.ask_process(990)
        loop.next(ProcessAnswered)
        assert source.questions.count("sample") == 3


def test_a_shorter_period_counts_from_the_last_sample_on():
    with running(Gate()) as loop:
        loop.next(IntervalMade)
        loop.sampler.set_period(0.0)
        loop.next(IntervalMade)
        assert loop.sampler.pace.period_s == MIN_PERIOD_S


def test_time_wait_is_asked_for_where_it_is_wanted():
    source = Gate()
    with running(source) as loop:
        loop.next(IntervalMade)
        loop.sampler.set_time_wait(is_wanted=True)
        loop.next(IntervalMade)
        loop.sampler.set_time_wait(is_wanted=False)
        loop.next(IntervalMade)
    assert source.questions == ["sample", ("sample", True), "sample"]


def test_of_several_route_questions_the_newest_wins_and_every_process_is_answered():
    source = Gate()
    with running(source) as loop:
        loop.next(IntervalMade)
        source.open.clear()
        loop.sampler.ask_route(FLOWS[0])
        while source.entered.get(timeout=PATIENCE_S) != FLOWS[0]:
            pass
        for flow in FLOWS[1:]:
            loop.sampler.ask_route(flow)
        loop.sampler.ask_process(990)
        loop.sampler.ask_process(1)
        source.open.set()
        assert loop.next(RouteAnswered).flow == FLOWS[0], "it was being answered already"
        newest = loop.next(RouteAnswered)
        assert (newest.flow, newest.decision, newest.error) == (FLOWS[2], route_to(FLOWS[2]), None)
        assert [loop.next(ProcessAnswered).facts for _ in range(2)] == [FACTS[990], FACTS[1]]
    assert FLOWS[1] not in source.questions


def test_of_several_sockets_asked_for_the_newest_is_answered_whatever_else_was_asked():
    source = Gate()
    with running(source) as loop:
        loop.next(IntervalMade)
        source.open.clear()
        loop.sampler.ask_socket(SOCKETS[0])
        while source.entered.get(timeout=PATIENCE_S) != SOCKETS[0]:
            pass
        loop.sampler.ask_socket(SOCKETS[1])
        loop.sampler.ask_socket(SOCKETS[2])
        loop.sampler.ask_route(FLOWS[0])
        source.open.set()
        assert loop.next(SocketAnswered) == SocketAnswered(SOCKETS[0], None, None), "it was being answered already"
        assert loop.next(SocketAnswered) == SocketAnswered(SOCKETS[2], DETAILS, None)
        assert loop.next(RouteAnswered).flow == FLOWS[0]
    assert SOCKETS[1] not in source.questions


def test_a_socket_that_cannot_be_asked_for_is_answered_by_the_sentence():
    with running(Gate(errors=[None, KernelError("look up a socket", 1)])) as loop:
        loop.next(IntervalMade)
        loop.sampler.ask_socket(SOCKETS[2])
        answered = loop.next(SocketAnswered)
        assert (answered.socket, answered.details) == (SOCKETS[2], None)
        assert "look up a socket" in answered.error


def test_questions_are_answered_although_samples_take_longer_than_the_period(monkeypatch):
    clock = iter(range(0, 10**9, 10))
    monkeypatch.setattr(sampling_loop, "time", SimpleNamespace(monotonic=lambda: float(next(clock)), thread_time=float))
    source = Gate()
    with running(source, period_s=1.0) as loop:
        loop.next(IntervalMade)
        loop.sampler.ask_process(990)
        answered = (loop.events.get(timeout=PATIENCE_S) for _ in range(10_000))
        assert any(isinstance(event, ProcessAnswered) for event in answered)


def test_a_refused_question_is_answered_by_its_sentence():
    refused = [None, InputError("no interface is called eth9"), KernelError("read the process", 13)]
    with running(Gate(errors=refused)) as loop:
        loop.next(IntervalMade)
        loop.sampler.ask_route(FLOWS[0])
        assert loop.next(RouteAnswered).error == "no interface is called eth9"
        loop.sampler.ask_process(990)
        assert "read the process" in loop.next(ProcessAnswered).error


@pytest.mark.parametrize("error", [KernelError("list TCP sockets", 12), WireError("a netlink message of 3 bytes")])
def test_a_failed_sample_leaves_source_and_interval_as_they_are(error):
    source = Gate(errors=[None, error])
    with running(source) as loop:
        loop.next(IntervalMade)
        loop.sampler.sample_now()
        failed = loop.next(SampleFailed)
        assert (failed.text, failed.is_source_gone) == (str(error), False)
        loop.sampler.sample_now()
        assert loop.next(IntervalMade).interval.has_rates, "since the last one that was read"
        assert not source.is_closed


def test_a_source_that_has_gone_is_said_and_another_is_opened():
    gone, fresh = Gate(errors=[None, SourceError("the collector has gone")]), Gate(SAMPLES[2:])
    with running(gone, fresh) as loop:
        loop.next(IntervalMade)
        loop.sampler.sample_now()
        assert loop.next(SampleFailed) == SampleFailed("the collector has gone", is_source_gone=True)
        assert loop.next(IntervalMade).interval.elapsed_s == 2.0, "the history goes on"
        assert gone.is_closed
    assert fresh.is_closed


def test_a_source_that_cannot_be_opened_is_tried_again():
    with running(SourceError("the collector could not be started"), SourceError("again"), Gate()) as loop:
        assert [loop.next(SampleFailed).is_source_gone for _ in range(2)] == [True, True]
        loop.next(IntervalMade)


def test_questions_that_a_source_took_with_it_are_answered_all_the_same():
    source = Gate(errors=[None, SourceError("gone"), SourceError("gone")])
    with running(source, Gate()) as loop:
        loop.next(IntervalMade)
        source.open.clear()
        loop.sampler.ask_process(990)
        while source.entered.get(timeout=PATIENCE_S) != 990:
            pass
        source.open.set()
        assert loop.next(ProcessAnswered).error == "gone"
        assert loop.next(SampleFailed).is_source_gone
        loop.next(IntervalMade)


def test_with_a_source_that_has_gone_nothing_more_is_confirmed_but_with_the_next():
    gone = Gate(errors=[None, None, SourceError("gone")])
    has_asked = threading.Event()

    class Fresh(Gate):
        def __init__(self):
            assert has_asked.wait(PATIENCE_S)
            super().__init__()
            self.outcomes = [Outcome(Result.FORGOTTEN)]

    with running(gone, Fresh) as loop:
        loop.next(IntervalMade)
        gone.open.clear()
        loop.sampler.ask_process(990)
        while gone.entered.get(timeout=PATIENCE_S) != 990:
            pass
        for token in (7, 8):
            loop.sampler.confirm(token)
        loop.sampler.ask_route(FLOWS[0])
        gone.open.set()
        loop.next(ProcessAnswered)
        assert loop.next(ActionAnswered) == ActionAnswered(7, None, "gone")
        loop.sampler.ask_route(FLOWS[1])
        has_asked.set()
        assert loop.next(SampleFailed).is_source_gone
        loop.next(IntervalMade)
        assert loop.next(ActionAnswered) == ActionAnswered(8, Outcome(Result.FORGOTTEN), None)
        assert loop.next(RouteAnswered).flow == FLOWS[1], "the last of its kind counts"
    assert ("confirm", 8) not in gone.questions


def test_a_question_asked_while_there_is_no_source_waits_for_the_next(monkeypatch):
    monkeypatch.setattr(sampling_loop, "_RESTART_PAUSES_S", (0.01,))
    asked = threading.Event()

    class Late(Gate):
        def __init__(self):
            assert asked.wait(PATIENCE_S)
            super().__init__()

    loop = Loop([Gate(errors=[SourceError("gone")]), Late], LONG_S)
    loop.sampler.start()
    assert loop.next(SampleFailed).is_source_gone
    loop.sampler.ask_route(FLOWS[0])
    asked.set()
    loop.next(IntervalMade)
    assert loop.next(RouteAnswered).decision == route_to(FLOWS[0])
    loop.sampler.stop(PATIENCE_S)


def test_pauses_between_new_sources_grow_and_a_sample_ends_them(monkeypatch):
    monkeypatch.setattr(sampling_loop, "_RESTART_PAUSES_S", (0.01, 0.02, 0.03))
    broken = [SourceError("no") for _ in range(4)]
    loop = Loop([*broken, Gate(errors=[None, SourceError("no")]), Gate()], LONG_S)
    pauses = []
    monkeypatch.setattr(loop.sampler._loop.is_stopped, "wait", pauses.append)
    loop.sampler.start()
    for _ in broken:
        loop.next(SampleFailed)
    loop.next(IntervalMade)
    loop.sampler.sample_now()
    loop.next(SampleFailed)
    loop.next(IntervalMade)
    loop.sampler.stop(PATIENCE_S)
    assert pauses == [0.01, 0.02, 0.03, 0.03, 0.01]


def test_stopping_ends_a_pause_at_once(monkeypatch):
    monkeypatch.setattr(sampling_loop, "_RESTART_PAUSES_S", (LONG_S,))
    with running(SourceError("no")) as loop:
        loop.next(SampleFailed)


def test_stopping_during_a_sample_reports_nothing_more_and_closes_the_source():
    source = Gate()
    source.open.clear()
    with running(source) as loop:
        assert source.entered.get(timeout=PATIENCE_S) == "sample"
        loop.sampler._loop.is_stopped.set()
    assert loop.is_quiet()
    assert source.is_closed


def test_stopping_does_not_wait_for_a_source_that_does_not_answer():
    class Stalled(Gate):
        def close(self):
            super().close()
            self.open.set()

        def _ask(self, question):
            super()._ask(question)
            if self.is_closed:
                raise SourceError("the source was closed")

    source = Stalled()
    source.open.clear()
    loop = Loop([source], LONG_S)
    loop.sampler.start()
    assert source.entered.get(timeout=PATIENCE_S) == "sample"
    loop.sampler.stop(PATIENCE_S)
    assert source.is_closed
    assert not loop.sampler._thread.is_alive()
    assert loop.is_quiet()


def test_a_sampler_that_was_never_started_can_be_stopped():
    Sampler(Gate, print).stop()


class SetClock:
    """Stands in for the module `time`: it shows what the test sets."""

    def __init__(self, monkeypatch):
        self.now, self.cpu = 1_000.0, 0.0
        monkeypatch.setattr(sampling_loop, "time", self)

    def monotonic(self):
        return self.now

    def thread_time(self):
        return self.cpu


class Rereading(Gate):
    """Hands out one sample again and again; of its row, when it is asked for alone, that bytes came in since."""

    def __init__(self, errors=()):
        super().__init__(SAMPLES[:2], errors)
        self.fresh = self._fresh

    def _fresh(self, asked):
        table = table_of([row("tcp", "192.0.2.10:443", "198.51.100.7:2", "ESTAB", bytes_received=500)])
        return FreshRows(self.boot_clock() + 1, table, np.zeros(0, np.uint64))


def ask_again(loop):
    """Ask for the rows, and for something after them, so that it is known when both are answered."""
    loop.sampler.ask_fresh_rows([SOCKETS[1].cookie])
    loop.sampler.ask_process(990)


def two_samples(loop):
    loop.next(IntervalMade)
    loop.sampler.sample_now()
    return loop.next(IntervalMade).interval


def test_rows_are_read_again_between_rare_samples_and_history_and_the_next_interval_know_nothing_of_it(monkeypatch):
    clock = SetClock(monkeypatch)
    with running(Rereading()) as loop:
        sampled = two_samples(loop)
        moments = len(loop.sampler.history.host().udp_sockets.values)
        clock.now += 1
        ask_again(loop)
        shown = loop.next(IntervalMade).interval
        assert (sampled.table.bytes_received[0], shown.table.bytes_received[0]) == (0, 500)
        assert shown.receive_rate[0] == 500
        assert shown.has_rows_of(sampled)
        assert len(loop.sampler.history.host().udp_sockets.values) == moments
        loop.next(ProcessAnswered)
        loop.sampler.sample_now()
        assert loop.next(IntervalMade).interval.counters[-1].bytes_received.tolist() == [0]


@pytest.mark.parametrize("passed_s", [0.2, 9.7])
def test_rows_are_not_read_again_right_after_a_sample_or_right_before_one(monkeypatch, passed_s):
    clock, source = SetClock(monkeypatch), Rereading()
    with running(source, period_s=10.0) as loop:
        two_samples(loop)
        clock.now += passed_s
        ask_again(loop)
        loop.next(ProcessAnswered)
        assert not any(isinstance(asked, SocketTable) for asked in source.questions)


def test_rows_are_not_read_again_where_samples_come_each_second(monkeypatch):
    clock, source = SetClock(monkeypatch), Rereading()
    with running(source, period_s=1.0) as loop:
        two_samples(loop)
        clock.now += 0.5
        ask_again(loop)
        loop.next(ProcessAnswered)
        assert not any(isinstance(asked, SocketTable) for asked in source.questions)


def test_rows_that_cannot_be_read_again_stay_as_they_are(monkeypatch):
    clock = SetClock(monkeypatch)
    with running(Rereading([None, None, KernelError("look up a socket", 1)])) as loop:
        two_samples(loop)
        clock.now += 1
        ask_again(loop)
        loop.next(ProcessAnswered)


def test_a_source_that_goes_while_rows_are_read_is_replaced_after_all_was_answered(monkeypatch):
    clock = SetClock(monkeypatch)
    with running(Rereading([None, None, SourceError("gone")]), Gate()) as loop:
        two_samples(loop)
        clock.now += 1
        loop.sampler.ask_fresh_rows([SOCKETS[1].cookie])
        assert loop.next(SampleFailed) == SampleFailed("gone", is_source_gone=True)
        loop.next(IntervalMade)


def test_a_sample_costs_what_the_collector_and_this_thread_spend_on_it(monkeypatch):
    clock = SetClock(monkeypatch)

    class Dear(Gate):
        def sample(self, *, time_wait=False):
            clock.cpu += 0.3
            return super().sample(time_wait=time_wait)

    with running(Dear(), period_s=None) as loop:
        two_samples(loop)
        assert loop.sampler.pace.cost_s == pytest.approx(0.312)
        assert loop.sampler.pace.period_s == 1.0
        loop.sampler.sample_now()
        loop.next(IntervalMade)
        assert loop.sampler.pace.period_s == 5.0
        assert loop.sampler.pace.is_auto
