"""The collector as a real process: samples over pipes, its end, and what it says when it is spoken to in nonsense."""

from __future__ import annotations

import os
import queue
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import MonitorError, SourceError
from monitor.model.closes import CLOSE
from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.route import Flow
from monitor.model.routing import RuleFate
from monitor.model.sample import Sample
from monitor.model.sockets import SocketId
from monitor.model.ways import LOCAL_TYPE, WAY_QUESTION
from monitor.sampling import collector_process, frames, look_up_messages, messages
from monitor.sampling.collector import Collector
from monitor.sampling.collector_process import CollectorProcess
from monitor.sampling.frames import read_frame, write_frame
from monitor.sampling.row_records import table_in, to_records
from monitor.sampling.sample_frames import SampleDecoder
from monitor.sampling.sampler import Sampler
from monitor.sampling.sampler_events import EventsListed, IntervalMade, SampleFailed
from monitor.sampling.stream import StreamSource
from tests.scenes import row, sample_of

PATIENCE_S = 30.0


@pytest.fixture
def sockets_are_listed() -> None:
    """Skip the test where the kernel lists no sockets."""
    from monitor.kernel.sock_diag import SockDiag  # noqa: PLC0415 - only the collector's own process needs it

    try:
        with SockDiag() as diag:
            diag.dump_tcp()
    except MonitorError as error:
        pytest.skip(f"needs sock_diag: {error}")


@pytest.fixture
def collector() -> Iterator[CollectorProcess]:
    process = CollectorProcess()
    yield process
    process.close()


@pytest.fixture
def source(sockets_are_listed: None, collector: CollectorProcess) -> StreamSource:
    return StreamSource.to(collector)


def kill(collector: CollectorProcess) -> None:
    """Kill the collector and wait for the end of its output."""
    os.kill(collector.pid, signal.SIGKILL)
    # Who talks to it may have noticed, and have taken its end.
    with suppress(ChildProcessError):
        os.waitid(os.P_PID, collector.pid, os.WEXITED | os.WNOWAIT)


def test_a_sample_comes_over_the_pipe(source):
    with socket.create_server(("127.0.0.1", 0)) as server:
        sample = source.sample()
        port = server.getsockname()[1]
        table = sample.table
        (place,) = ((table.local_port == port) & table.is_listener).nonzero()[0].tolist()
        assert int(table.inode[place]) == os.fstat(server.fileno()).st_ino
        owners = sample.owners.owners_of(int(table.inode[place]))
        assert (os.getpid(), server.fileno()) in [(owner.process.pid, owner.fd) for owner in owners]
    assert sample.uid == os.geteuid()
    assert not sample.has_time_wait


def test_later_samples_come_over_as_well_with_what_was_sent_before(source):
    with socket.create_server(("127.0.0.1", 0)):
        first, second = source.sample(), source.sample(time_wait=True)
    assert second.has_time_wait
    assert second.boot_time > first.boot_time
    assert first.owners.processes[os.getpid()] == second.owners.processes[os.getpid()]
    assert {link.name for link in second.network.links} == {link.name for link in first.network.links}


def test_questions_are_answered_between_samples(source):
    source.sample()
    assert source.process(os.getpid()).process.pid == os.getpid()
    assert source.process((1 << 22) + 1) is None, "no pid is that large"
    assert source.route_to(Flow(ip_address("127.0.0.1"))).type == "local"


def test_routes_are_asked_for_in_bulk_and_with_what_stands_behind_one(source):
    questions = np.zeros(3, WAY_QUESTION)
    questions["protocol"] = 6
    questions["remote_low"] = MAPPED_IPV4 | np.array([int(ip_address(f"127.0.0.{host}")) for host in (1, 2, 3)])
    assert source.ways(questions)["type"].tolist() == [LOCAL_TYPE] * 3
    assert len(source.ways(questions[:0])) == 0
    routing = source.routing_of(Flow(ip_address("127.0.0.1")))
    assert routing.decision.type == "local"
    assert [route.prefix for route in routing.routes if route.is_matched]
    assert RuleFate.DECIDED in {step.fate for step in routing.steps}


def test_one_socket_is_asked_for_alone_until_it_is_gone(source):
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        table = source.sample().table
        (place,) = (table.local_port == client.getsockname()[1]).nonzero()[0].tolist()
        asked = SocketId.of(table, place)
        details = source.socket(asked)
        assert details.inode == os.fstat(client.fileno()).st_ino
        assert details.info.send_mss_bytes > 0
        assert details.congestion_control
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        assert source.socket(asked) is None


def test_what_was_closed_comes_over_once_the_first_sample_has(source):
    source.sample()
    # Listening begins before any later question is answered.
    source.events()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        port = client.getsockname()[1]
    closed = np.zeros(0, CLOSE)
    deadline = time.monotonic() + PATIENCE_S
    while port not in closed["local_port"]:
        assert time.monotonic() < deadline
        events = source.events()
        assert events.no_closes is None
        closed = np.concatenate([closed, events.closes])
    assert np.count_nonzero(closed["local_port"] == port) == 1


def test_rows_are_asked_for_again_listeners_by_their_list(source):
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        served, _ = server.accept()
        waiting = socket.create_connection(server.getsockname())
        sample = source.sample()
        port = server.getsockname()[1]
        ours = (sample.table.local_port == port) | (sample.table.remote_port == port)
        asked = sample.table.take(ours & (sample.table.is_listener | sample.table.is_pair))
        served.sendall(b"answer")
        fresh = source.fresh_rows(asked)
        assert fresh.boot_time >= sample.boot_time
        assert sorted(fresh.table.cookie.tolist()) == sorted(asked.cookie.tolist())
        assert not len(fresh.gone)
        reader = fresh.table.local_port == client.getsockname()[1]
        assert fresh.table.recv_q[reader].tolist() == [6]
        assert fresh.table.bytes_received[reader].tolist() == [6]
        assert fresh.table.recv_q[fresh.table.is_listener].tolist() == [1]
        for end in (client, served, waiting):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.close()
    pairs = asked.take(asked.is_pair)
    gone = source.fresh_rows(asked)
    assert sorted(gone.gone.tolist()) == sorted(pairs.cookie.tolist()), "of the listener it says nothing"
    assert not len(gone.table)


def test_rows_of_another_namespace_are_not_asked_for(source):
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as client:
            table = source.sample().table
            asked = table.take(table.local_port == client.getsockname()[1])
            foreign = table_in(to_records(asked), table.namespace + 1)
            assert not len(source.fresh_rows(foreign).table)
        assert not len(source.fresh_rows(foreign).gone)


def test_a_collector_that_was_killed_ends_the_source(source, collector):
    source.sample()
    kill(collector)
    with pytest.raises(SourceError, match="signal 9"):
        source.sample()


def test_a_closed_source_answers_no_more(source):
    source.close()
    source.close()
    with pytest.raises(SourceError, match="ended"):
        source.sample()


def test_a_new_collector_follows_one_that_was_killed(sockets_are_listed):
    collectors, events = [], queue.SimpleQueue()

    def open_source():
        collectors.append(CollectorProcess())
        return StreamSource.to(collectors[-1])

    def hear(event):
        # Other processes open and close sockets meanwhile.
        if not isinstance(event, EventsListed):
            events.put(event)

    sampler = Sampler(open_source, hear, 3600.0)
    sampler.start()
    try:
        first = events.get(timeout=PATIENCE_S)
        kill(collectors[0])
        sampler.sample_now()
        failed = events.get(timeout=PATIENCE_S)
        while isinstance(failed, IntervalMade):
            # The verdicts on the first sample's rows may have come before the end did.
            failed = events.get(timeout=PATIENCE_S)
        second = events.get(timeout=PATIENCE_S)
    finally:
        sampler.stop(PATIENCE_S)
    assert isinstance(first, IntervalMade)
    assert isinstance(failed, SampleFailed)
    assert failed.is_source_gone
    assert isinstance(second, IntervalMade)
    assert second.interval.elapsed_s > 0, "the history goes on"
    assert len(collectors) == 2


def ended(data):
    """Give exit code, output and error output of a collector that is told these bytes and then nothing more."""
    command = [sys.executable, "-I", "-m", "monitor.sampling.collector"]
    done = subprocess.run(command, input=data, capture_output=True, timeout=PATIENCE_S, check=False)
    return done.returncode, done.stdout, done.stderr.decode()


def test_the_collector_ends_when_its_input_ends():
    assert ended(b"") == (0, b"", "")


def test_it_ends_when_its_input_ends_inside_a_question():
    assert ended(b"4t\x02") == (0, b"", "")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GET / HTTP/1.1\r\nHost: db1\r\n\r\n", "no frames of fourtuple"),
        (b"4t\x63\0" + bytes(8), "version 99"),
        (b"4t\x02\0" + b"\xff" * 8, "too large"),
        (b"4t\x02\0\0\0\0\x05\0\0\0\0hello", "cannot be understood"),
    ],
    ids=["HTTP", "version", "size", "message"],
)
def test_garbage_ends_it_with_one_sentence(data, words):
    code, output, sentence = ended(data)
    assert (code, output) == (1, b"")
    assert words in sentence
    assert sentence.count("\n") == 1
    assert "Traceback" not in sentence


def test_its_last_words_are_told(collector):
    source = StreamSource.to(collector)
    os.write(collector.input, b"nonsense, but long enough for a prefix")
    with pytest.raises(SourceError, match=r"exit code 1: the stream holds no frames of fourtuple"):
        source.sample()


def test_it_ends_when_nobody_reads_its_answers(sockets_are_listed, collector):
    write_frame(collector.input, messages.encode(messages.AskSample(id=1, time_wait=False)))
    collector._process.stdout.close()
    os.waitid(os.P_PID, collector.pid, os.WEXITED | os.WNOWAIT)
    assert collector.ending() == "exit code 0"


def test_an_answer_to_a_former_question_is_dropped(source, collector):
    write_frame(collector.input, messages.encode(look_up_messages.AskProcess(id=900, pid=1)))
    assert source.process(os.getpid()).process.pid == os.getpid()


def test_an_answer_carries_the_id_of_its_question(sockets_are_listed, collector):
    write_frame(collector.input, messages.encode(look_up_messages.AskProcess(id=77, pid=os.getpid())))
    answer = messages.decode_answer(read_frame(collector.output, PATIENCE_S).head, look_up_messages.ProcessRead)
    assert answer.id == 77


def test_ctrl_c_in_the_terminal_is_not_for_the_collector(collector):
    assert os.getsid(collector.pid) == collector.pid


def descriptors():
    return sorted(Path("/proc/self/fd").iterdir())


def test_closing_leaves_no_process_and_no_descriptor():
    before = descriptors()
    process = CollectorProcess()
    process.close()
    assert process._process.returncode is not None
    assert descriptors() == before


def test_a_collector_that_does_not_start_is_said_in_a_sentence(monkeypatch):
    before = descriptors()
    monkeypatch.setattr(collector_process.sys, "executable", "/nowhere/python")
    with pytest.raises(SourceError, match="could not be started: No such file or directory"):
        CollectorProcess()
    assert descriptors() == before


def test_nothing_but_answers_leaves_by_its_output(source, collector):
    source.sample()
    source.process(os.getpid())
    ready, _, _ = select.select([collector.output], [], [], 0)
    assert ready == []


def test_a_first_sample_that_was_read_ahead_is_from_before_it_was_asked_for(sockets_are_listed):
    started = time.clock_gettime(time.CLOCK_BOOTTIME)
    ahead = CollectorProcess(reads_ahead=True)
    reader = StreamSource.to(ahead)
    try:
        # It reads its input when it has read ahead, and not before.
        write_frame(ahead.input, messages.encode(look_up_messages.AskProcess(id=0, pid=os.getpid())))
        read_frame(ahead.output)
        asked = time.clock_gettime(time.CLOCK_BOOTTIME)
        first, second = reader.sample(), reader.sample()
    finally:
        reader.close()
    assert started < first.boot_time < asked < second.boot_time


class Scenes:
    """A source that gives one prepared sample after another."""

    def __init__(self, *samples: Sample) -> None:
        self._samples = iter(samples)

    def sample(self, *, time_wait: bool) -> Sample:
        del time_wait
        return next(self._samples)

    def audit(self) -> None:
        """Nobody holds these sockets."""


def test_a_sample_after_one_that_was_too_large_to_cross_does_not_build_on_it(tmp_path, monkeypatch):
    states = ("ESTAB", "CLOSE-WAIT", "CLOSE-WAIT")
    scenes = [
        sample_of([row("tcp", "192.0.2.10:443", "198.51.100.7:51834", state, cookie=7, owner=(812, 17))])
        for state in states
    ]
    with (tmp_path / "answers").open("w+b") as answers:
        collector = Collector(Scenes(*scenes), answers.fileno())
        for number, most in enumerate((frames.MAX_BODY, 0, frames.MAX_BODY)):
            monkeypatch.setattr(frames, "MAX_BODY", most)
            collector.answer(messages.AskSample(id=number, time_wait=False))
        answers.seek(0)
        first, refused, third = (read_frame(answers.fileno()) for _ in scenes)
    assert isinstance(messages.decode_answer(refused.head, messages.SampleRead), messages.Failed)
    decoder = SampleDecoder()
    for frame, scene in ((first, scenes[0]), (third, scenes[2])):
        sample = decoder.decode(messages.decode_answer(frame.head, messages.SampleRead), frame.body)
        assert sample.table.state.tolist() == scene.table.state.tolist()
        assert sample.owners.processes == scene.owners.processes
