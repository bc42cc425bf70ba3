"""Questions about receivers: decided by the newest sample, piece by piece, the newest question only."""

from __future__ import annotations

from contextlib import closing

import pytest

from monitor.errors import KernelError, SourceError
from monitor.model.demux import Answer
from monitor.model.endpoint import Endpoint
from monitor.model.receiver import ReceiverQuestion
from monitor.model.sample import Network
from monitor.model.tcp import PROTOCOL_TCP
from monitor.sampling.intervals import advance
from monitor.sampling.receiver_answers import Deciding
from monitor.sampling.sampler_events import IntervalMade, ReceiversAnswered, SampleFailed
from tests.sampling.test_sampler import Gate, running
from tests.scenes import ANY, FixedSource, address, link, row, sample_of

NETWORK = Network(1, (link(1, "lo"), link(2, "eth0")), (address(1, "127.0.0.1/8"), address(2, "192.0.2.10/24")))
SAMPLES = [
    sample_of([row("tcp", "0.0.0.0:443", ANY, "LISTEN", cookie=7)], float(second), network=NETWORK, has_time_wait=True)
    for second in range(1, 4)
]
PAIR = ReceiverQuestion(PROTOCOL_TCP, Endpoint.parse("192.0.2.10:443"), Endpoint.parse("198.51.100.7:5"))
PORT = ReceiverQuestion(PROTOCOL_TCP, 443)


def interval_of(number=0):
    return advance(None, SAMPLES[number])


def asked_of(source):
    """The destinations that a source was asked about."""
    return [str(asked.destination) for asked in source.questions if hasattr(asked, "destination")]


def test_a_pair_is_one_segment():
    decided = Deciding(interval_of(), PAIR).go_on(FixedSource(SAMPLES), lambda: True)
    assert decided is not None
    assert [decision.answer for decision in decided.decisions] == [Answer.SOCKET]
    assert decided.question == PAIR


def test_a_port_of_many_addresses_is_decided_in_pieces():
    deciding, source = Deciding(interval_of(), PORT), FixedSource(SAMPLES)
    assert deciding.go_on(source, lambda: True) is None
    assert asked_of(source) == ["127.0.0.1:443"]
    decided = deciding.go_on(source, lambda: True)
    assert asked_of(source) == ["127.0.0.1:443", "192.0.2.10:443"]
    assert [str(decision.facts.segment.destination) for decision in decided.decisions] == asked_of(source)


def test_no_address_is_an_answer():
    decided = Deciding(interval_of(), ReceiverQuestion(PROTOCOL_TCP, Endpoint.parse("[::]:443"))).go_on(
        FixedSource(SAMPLES), lambda: True
    )
    assert decided.decisions == ()


def test_the_sampler_answers_by_a_sample_that_has_all_rows():
    with running(Gate(SAMPLES)) as loop:
        loop.next(IntervalMade)
        loop.sampler.set_time_wait(is_wanted=True)
        loop.sampler.ask_receivers(PAIR)
        made = loop.next(IntervalMade)
        answered = loop.next(ReceiversAnswered)
    assert made.interval.sample.has_time_wait
    assert answered.decided.interval is made.interval
    assert (answered.question, answered.error) == (PAIR, None)


def test_without_a_sample_that_has_all_rows_there_is_a_sentence():
    with running(Gate(SAMPLES)) as loop:
        loop.next(IntervalMade)
        loop.sampler.ask_receivers(PAIR)
        loop.next(IntervalMade)
        answered = loop.next(ReceiversAnswered)
    assert (answered.decided, answered.error) == (None, "TIME-WAIT and bound-only sockets could not be read")


def test_a_newer_question_takes_the_place_of_one_that_is_being_decided():
    source = Gate(SAMPLES)
    with running(source) as loop:
        loop.next(IntervalMade)
        loop.sampler.set_time_wait(is_wanted=True)
        loop.next(IntervalMade)
        source.open.clear()
        loop.sampler.ask_receivers(PORT)
        while not hasattr(source.entered.get(timeout=20), "destination"):
            pass
        loop.sampler.ask_receivers(PAIR)
        source.open.set()
        answered = loop.next(ReceiversAnswered)
        assert answered.question == PAIR
        loop.sampler.sample_now()
        loop.next(IntervalMade)
    # The other address of the port was not asked about any more.
    assert asked_of(source) == ["127.0.0.1:443", "192.0.2.10:443"]


@pytest.mark.parametrize("error", [KernelError("ask who gets a segment", 1), SourceError("the collector ended")])
def test_a_refusal_is_the_answer(error):
    first = Gate(SAMPLES, [None, None, error])
    with running(first, Gate(SAMPLES)) as loop, closing(first):
        loop.next(IntervalMade)
        loop.sampler.set_time_wait(is_wanted=True)
        loop.next(IntervalMade)
        loop.sampler.ask_receivers(PAIR)
        answered = loop.next(ReceiversAnswered)
        assert (answered.decided, answered.error) == (None, str(error))
        if isinstance(error, SourceError):
            loop.next(SampleFailed)
