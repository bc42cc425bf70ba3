"""Many short connections to one endpoint, by their closes."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.model.event_list import EventList
from monitor.model.finding import FindingKind, Grade
from monitor.reasoning.finding_conditions import SHORT_PER_SECOND
from monitor.reasoning.findings import Findings
from monitor.sampling.event_log import EventLog
from monitor.sampling.intervals import advance
from tests.happenings import actor, carried, closed, happened, went
from tests.reasoning.watching import only
from tests.scenes import ANY, row, sample_of

LISTENER = row("tcp", "192.0.2.10:443", ANY, "LISTEN", owner=(812, 6), queue=(0, 511))
A_SECOND = round(SHORT_PER_SECOND)
SYN_SENT, ESTABLISHED, CLOSED = 2, 1, 7


class Ticks:
    """A sample and its events every second."""

    def __init__(self):
        self.findings, self.log, self.now = Findings(), EventLog(), 0.0
        self.interval = advance(None, sample_of([LISTENER]))
        self.listed = self.log.take(happened(0.0), self.interval)
        self.count = 0

    def second(self, closes, transitions=(), actors=None, **known):
        self.now += 1
        self.interval = advance(self.interval, sample_of([LISTENER], self.now))
        self.listed = self.log.take(happened(self.now, closes, transitions, actors, **known), self.interval)
        return self.findings.advance(self.interval, self.listed)

    def closes(self, number, remote="198.51.100.20:5432", local="192.0.2.10", **counters):
        self.count += number
        return [
            closed(
                row("tcp", f"{local}:{10_000 + each}", remote, "ESTAB", cookie=each),
                self.now + 0.5,
                **(carried(5, 7, dialled=True) | counters),
            )
            for each in range(self.count - number, self.count)
        ]


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def kinds(found):
    return [finding.kind for finding in found]


def test_ten_a_second_are_a_note_after_some_seconds_and_go_when_they_end(ticks):
    for _ in range(5):
        assert FindingKind.SHORT_CONNECTIONS not in kinds(ticks.second(ticks.closes(A_SECOND)))
    found = only(ticks.second(ticks.closes(A_SECOND)), FindingKind.SHORT_CONNECTIONS)
    assert (found.grade, found.subject.remote.port) == (Grade.NOTE, 5432)
    assert (found.numbers.count, found.numbers.program) == (6 * A_SECOND, None)
    for _ in range(10):
        found = ticks.second(())
    assert FindingKind.SHORT_CONNECTIONS not in kinds(found)


@pytest.mark.parametrize(("number", "remotes"), [(A_SECOND - 1, 1), (A_SECOND, 2)], ids=["too few", "to two endpoints"])
def test_fewer_to_each_endpoint_are_not(ticks, number, remotes):
    for second in range(12):
        found = ticks.second(ticks.closes(number, f"198.51.100.{20 + second % remotes}:5432"))
        assert FindingKind.SHORT_CONNECTIONS not in kinds(found)


def test_what_clients_open_to_a_server_here_is_not(ticks):
    for second in range(12):
        served = [
            closed(
                row("tcp", "192.0.2.10:443", f"198.51.100.7:{20_000 + 100 * second + each}", "ESTAB", cookie=each),
                second,
                **carried(5, 7, dialled=False),
            )
            for each in range(100)
        ]
        assert FindingKind.SHORT_CONNECTIONS not in kinds(ticks.second(served))


def test_who_dials_is_told_where_it_was_seen(ticks):
    found = ()
    for _ in range(6):
        closes = ticks.closes(A_SECOND)
        transitions = [
            went(
                ticks.now + 0.1 + step / 100, int(close["cookie"]) + 1, old, new, _local(close), "198.51.100.20:5432", 9
            )
            for close in closes
            for step, (old, new) in enumerate([(CLOSED, SYN_SENT), (SYN_SENT, ESTABLISHED)])
        ]
        transitions.sort(key=lambda record: record["boot_time"])
        found = ticks.second(closes, transitions, {9: actor(9, b"cron\x1b[2J")})
    numbers = only(found, FindingKind.SHORT_CONNECTIONS).numbers
    assert (numbers.program, numbers.pid, numbers.processes) == (b"cron\x1b[2J", 9, 1)


def _local(close: np.void) -> str:
    return f"192.0.2.10:{close['local_port']}"


def test_where_closes_are_not_seen_time_wait_is_asked():
    found = ()
    findings, interval = Findings(), None
    rows = [row("tcp", f"192.0.2.10:{20_000 + n}", "198.51.100.20:5432", "TIME-WAIT") for n in range(600)]
    for second in range(5):
        interval = advance(interval, sample_of(rows, second, has_time_wait=True))
        silent = EventList(0.0, 0.0, 0, np.zeros(0), {}, no_closes="listen to closing sockets: not permitted")
        found = findings.advance(interval, silent)
    assert only(found, FindingKind.SHORT_CONNECTIONS).numbers.time_wait == 600


def refused(at: float, port: int, thread: int = 9) -> list[np.void]:
    local, remote = f"192.0.2.10:{port}", "198.51.100.20:5432"
    return [
        went(at, port, CLOSED, SYN_SENT, local, remote, thread),
        went(at + 0.01, port, SYN_SENT, CLOSED, local, remote),
    ]


def test_an_endpoint_that_refuses_three_attempts_is_a_note_for_half_a_minute(ticks):
    actors = {9: actor(9, b"java")}
    for attempt in range(2):
        assert FindingKind.REFUSED not in kinds(ticks.second((), refused(ticks.now, 10_000 + attempt), actors))
    found = only(ticks.second((), refused(ticks.now, 10_002), actors), FindingKind.REFUSED)
    assert (found.grade, str(found.subject.remote)) == (Grade.NOTE, "198.51.100.20:5432")
    assert (found.numbers.count, found.numbers.program, found.numbers.pid) == (3, b"java", 9)
    for _ in range(30):
        found = ticks.second(())
    assert FindingKind.REFUSED not in kinds(found)
