"""Actions over the stream: what is prepared stays with the collector, and what crosses is checked."""

from __future__ import annotations

import os
import queue
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import pytest

from monitor.errors import SourceError, WireError
from monitor.kernel.actions import REMEMBERED_S, Actions
from monitor.kernel.capabilities import effective_capabilities
from monitor.kernel.processes import read_process
from monitor.kernel.read_only import KEPT
from monitor.model.action import (
    Caution,
    CloseAsked,
    Operator,
    Outcome,
    Prepared,
    Result,
    Right,
    Signal,
    SignalAsked,
    Supervisor,
    SupervisorKind,
    Target,
)
from monitor.model.endpoint import Endpoint
from monitor.model.process import Process
from monitor.model.sockets import SocketId
from monitor.sampling import action_messages, messages
from monitor.sampling.collector_process import CollectorProcess
from monitor.sampling.live import LiveSource
from monitor.sampling.look_up_messages import decode_look_up
from monitor.sampling.operator import this_operator
from monitor.sampling.sampler import Sampler
from monitor.sampling.sampler_events import ActionAnswered, ActionPrepared
from monitor.sampling.stream import StreamSource
from tests.identity_lab import NOBODY_ELSE, Child, shell_and_monitor, signal_asked
from tests.scenes import FixedSource, row, sample_of
from tests.waiting import wait_until

PATIENCE_S = 20.0
HOSTILE = Process(990, 7, b"pr\xff\x1b[2Joxy", 1001, b"/\xfe", b"\x80\0--token", 1, (1 << 63) + 5)
TARGET = Target(
    process=HOSTILE,
    user="ü\udcff",
    started_at=1.5,
    status="sleeping",
    unit="a\udc80.service",
    parents=(Process(1, 2, b"systemd", 0),),
    inner_pids=(7, 1),
    supervisor=Supervisor(SupervisorKind.SYSTEMD, "a.service", None),
)
OPERATOR = Operator(4711, "198.51.100.7 51834 192.0.2.10 22")
SIGNAL = SignalAsked(HOSTILE.identity, Signal.KILL)
CLOSE = CloseAsked(
    SocketId(4026531840, 6, Endpoint.parse("192.0.2.10:443"), Endpoint.parse("198.51.100.7:51834"), 0, 1 << 62), 1
)
PREPARED = Prepared((1 << 63) - 1, SIGNAL, (Caution.INIT, Caution.SUPERVISED), 60.0, TARGET)
QUESTIONS = [
    action_messages.AskPrepareSignal(id=1, asked=SIGNAL, operator=OPERATOR),
    action_messages.AskPrepareClose(id=2, asked=CLOSE, operator=Operator(0)),
    action_messages.AskConfirm(id=3, token=PREPARED.token),
    action_messages.AskBecame(id=4, token=PREPARED.token),
]
ANSWERS = [
    action_messages.PreparedRead.of(1, Outcome(Result.NOT_PERMITTED, 1, Right.NET_ADMIN)),
    action_messages.OutcomeRead(id=3, outcome=Outcome(Result.MOVED, state=6)),
]


@pytest.fixture
def source() -> Iterator[StreamSource]:
    made = StreamSource.to(CollectorProcess())
    yield made
    made.close()


@pytest.fixture
def child() -> Iterator[Child]:
    made = Child.start()
    yield made
    made.end()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: type(question).__name__)
def test_a_question_crosses_unchanged(question):
    assert decode_look_up(messages.encode(question)) == question


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_an_answer_crosses_unchanged(answer):
    assert messages.decode_answer(messages.encode(answer), type(answer)) == answer


def test_what_was_prepared_crosses_with_its_foreign_bytes():
    sent = action_messages.PreparedRead.of(1, PREPARED)
    read = messages.decode_answer(messages.encode(sent), action_messages.PreparedRead).answer_to(SIGNAL)
    assert isinstance(read, Prepared)
    assert (read.token, read.asked, read.cautions) == (PREPARED.token, SIGNAL, PREPARED.cautions)
    assert read.target.process == HOSTILE
    assert (read.target.user, read.target.unit) == (r"ü\xff", r"a\x80.service")


@pytest.mark.parametrize("message", [*QUESTIONS, *ANSWERS], ids=lambda message: type(message).__name__)
def test_a_cut_or_changed_message_is_read_or_refused(message):
    decode = decode_look_up if message in QUESTIONS else partial(messages.decode_answer, expected=type(message))
    data = messages.encode(message)
    changes = [(place, bytes([byte ^ 1 << bit])) for place, byte in enumerate(data) for bit in range(8)]
    changed = [data[:place] + byte + data[place + 1 :] for place, byte in changes]
    for stranger in (*changed, *(data[:length] for length in range(len(data)))):
        with suppress(WireError):
            decode(stranger)


@pytest.mark.parametrize("number", [0, 1, 19, -9, 64])
def test_no_other_signal_is_a_question(number):
    plain = msgspec.msgpack.decode(messages.encode(QUESTIONS[0]))
    plain["asked"]["signal"] = number
    with pytest.raises(WireError):
        decode_look_up(msgspec.msgpack.encode(plain))


@pytest.mark.parametrize("field", ["pid", "start_time"])
def test_an_answer_about_another_process_is_no_answer(field):
    asked = replace(SIGNAL, process=replace(SIGNAL.process, **{field: 3}))
    with pytest.raises(WireError):
        action_messages.PreparedRead.of(1, PREPARED).answer_to(asked)


@pytest.mark.kernel
def test_a_process_is_signalled_through_the_collector(source, child):
    answer = source.prepare(signal_asked(child.read()), NOBODY_ELSE)
    assert isinstance(answer, Prepared)
    assert answer.target.process == child.read()
    assert source.became(answer.token).result is Result.FORGOTTEN
    assert source.confirm(answer.token) == Outcome(Result.SENT)
    wait_until(lambda: source.became(answer.token).result is Result.EXITED)
    assert source.confirm(answer.token).result is Result.FORGOTTEN


@pytest.mark.kernel
def test_the_owner_that_a_sample_names_can_be_signalled_by_that(source, child):
    with socket.create_server(("127.0.0.1", 0)) as server:
        sample = source.sample()
        (owner,) = sample.owners.owners_of(os.fstat(server.fileno()).st_ino)
    answer = source.prepare(SignalAsked(owner.process.identity, Signal.TERM), this_operator())
    assert isinstance(answer, Prepared)
    assert answer.cautions[0] is Caution.ITSELF


@pytest.mark.kernel
def test_the_collector_is_the_operators_too_and_so_are_the_monitors_parents():
    collector = CollectorProcess()
    source = StreamSource.to(collector)
    try:
        with shell_and_monitor() as (shell, monitor):
            for pid, caution in ((collector.pid, Caution.ITSELF), (shell, Caution.ANCESTOR)):
                answer = source.prepare(signal_asked(read_process(pid)), Operator(monitor))
                assert caution in answer.cautions
                assert answer.needs_typing
    finally:
        source.close()


@pytest.mark.kernel
def test_fa_10_whoever_holds_the_operators_ssh_connection_is_known(source, service):
    (there, *_), here = service.clients, service.listener
    operator = Operator(0, " ".join(map(str, (*there.getsockname(), *there.getpeername()))))
    asked = signal_asked(read_process(here.pid))
    assert source.prepare(asked, operator).cautions == ()
    source.sample()
    answer = source.prepare(asked, operator)
    assert answer.cautions == (Caution.OWN_SESSION,)
    assert answer.needs_typing


@pytest.mark.kernel
def test_a_collector_that_has_ended_takes_what_was_prepared_with_it(child):
    collector = CollectorProcess()
    source = StreamSource.to(collector)
    answer = source.prepare(signal_asked(child.read()), NOBODY_ELSE)
    pidfd = os.pidfd_open(collector.pid)
    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    os.close(pidfd)
    with pytest.raises(SourceError):
        source.confirm(answer.token)
    source.close()
    following = StreamSource.to(CollectorProcess())
    try:
        assert following.confirm(answer.token).result is Result.FORGOTTEN
    finally:
        following.close()
    assert not child.has_ended()


@pytest.mark.kernel
def test_fm_07_a_read_only_collector_refuses_both_steps_and_has_no_rights_for_them(child):
    source = StreamSource.to(CollectorProcess(is_read_only=True))
    try:
        assert source.prepare(signal_asked(child.read()), NOBODY_ELSE).result is Result.READ_ONLY
        assert source.prepare(CLOSE, NOBODY_ELSE).result is Result.READ_ONLY
        assert source.confirm(1).result is Result.READ_ONLY
        assert source.sample().capabilities & ~(1 << 2 | 1 << 19) == 0
    finally:
        source.close()
    assert not child.has_ended()


@pytest.mark.kernel
def test_what_was_held_for_too_long_is_let_go_with_the_next_sample(child):
    now = [1000.0]
    with closing(LiveSource()) as source:
        source._actions = Actions(clock=lambda: now[0])
        source.prepare(signal_asked(child.read()), NOBODY_ELSE)
        held = len(list(Path("/proc/self/fd").iterdir()))
        source.audit()
        assert len(list(Path("/proc/self/fd").iterdir())) == held
        now[0] += REMEMBERED_S
        source.audit()
        assert len(list(Path("/proc/self/fd").iterdir())) == held - 1


@pytest.mark.kernel
def test_fm_07_threads_that_numpy_starts_have_no_rights_either(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    collector = CollectorProcess(is_read_only=True)
    with closing(StreamSource.to(collector)) as source:
        assert source.confirm(1).result is Result.READ_ONLY
        tasks = list(Path(f"/proc/{collector.pid}/task").iterdir())
        assert {effective_capabilities(task) & ~KEPT for task in tasks} == {0}


def test_every_action_is_answered_and_none_stands_for_another():
    answers: queue.SimpleQueue[object] = queue.SimpleQueue()
    fixed = FixedSource([sample_of([row("tcp", "192.0.2.10:443", "198.51.100.7:1", "ESTAB")], 1.0)])
    fixed.prepared = lambda asked: Prepared(asked.process.pid, asked, (), 60.0, TARGET)
    fixed.outcomes = [Outcome(Result.SENT), Outcome(Result.EXITED)]
    asked = [SignalAsked(Process(pid, 1, b"x", 0).identity, Signal.TERM) for pid in (7, 8)]

    def take(event: object) -> None:
        if isinstance(event, ActionPrepared | ActionAnswered):
            answers.put(event)

    sampler = Sampler(lambda: fixed, take, 3600.0)
    for each in asked:
        sampler.prepare(each, NOBODY_ELSE)
    sampler.confirm(7)
    sampler.ask_became(7)
    sampler.start()
    try:
        found = [answers.get(timeout=PATIENCE_S) for _ in range(4)]
    finally:
        sampler.stop()
    assert found == [
        *(ActionPrepared(each, fixed.prepared(each), None) for each in asked),
        ActionAnswered(7, Outcome(Result.SENT), None),
        ActionAnswered(7, Outcome(Result.EXITED), None),
    ]
