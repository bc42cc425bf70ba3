"""StreamSource against a collector that answers what the test has put into its pipe."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress

import msgspec
import pytest

from monitor.errors import InputError, KernelError, SourceError, WireError
from monitor.sampling import look_up_messages, messages
from monitor.sampling.frames import write_frame
from monitor.sampling.sample_frames import SampleEncoder
from monitor.sampling.stream import StreamSource
from tests.scenes import row, sample_of

SAMPLE = sample_of([row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB")])


class ScriptedCollector:
    """Two pipes; what the collector will say stands in one of them before it is asked."""

    def __init__(self):
        self.questions, self.input = os.pipe()
        self.output, self.answers = os.pipe()

    def say(self, message, body=()):
        write_frame(self.answers, messages.encode(message), body)

    def ending(self):
        return "exit code 0"

    def close(self):
        for end in (self.questions, self.input, self.output, self.answers):
            with suppress(OSError):
                os.close(end)


@pytest.fixture
def collector() -> Iterator[ScriptedCollector]:
    scripted = ScriptedCollector()
    yield scripted
    scripted.close()


def sample_with(**changed):
    head, body = SampleEncoder().encode(SAMPLE, 1)
    return msgspec.structs.replace(head, **changed), body


def test_an_answer_whose_body_breaks_its_head_ends_the_source(collector):
    collector.say(*sample_with(rows=2))
    with pytest.raises(SourceError, match="the collector's answer is broken: a frame's body is shorter"):
        StreamSource.to(collector).sample()


@pytest.mark.parametrize(
    "speak",
    [
        lambda collector: os.write(collector.answers, b"Traceback (most recent call last)"),
        lambda collector: write_frame(collector.answers, b"no message"),
    ],
    ids=["no frame", "no message"],
)
def test_an_answer_that_is_none_ends_the_source(collector, speak: Callable[[ScriptedCollector], object]):
    speak(collector)
    with pytest.raises(SourceError, match="the collector's answer is broken"):
        StreamSource.to(collector).sample()


def test_an_answer_to_another_kind_of_question_ends_the_source(collector):
    collector.say(look_up_messages.ProcessRead(id=1, facts=None))
    with pytest.raises(SourceError, match=r"the collector's answer is broken: .*'process'"):
        StreamSource.to(collector).sample()


def test_the_end_of_the_stream_ends_the_source(collector):
    os.close(collector.answers)
    with pytest.raises(SourceError, match="the collector has gone: exit code 0"):
        StreamSource.to(collector).sample()


def test_a_collector_that_does_not_listen_ends_the_source(collector):
    os.close(collector.questions)
    with pytest.raises(SourceError, match="the collector has gone"):
        StreamSource.to(collector).sample()


@pytest.mark.parametrize("error", [KernelError("list TCP sockets", 1), InputError("no eth9"), WireError("cut")])
def test_a_refusal_is_raised_as_it_was_and_the_source_lives_on(collector, error):
    collector.say(messages.Failed.of(1, error))
    collector.say(*sample_with(id=2))
    source = StreamSource.to(collector)
    with pytest.raises(type(error), match=str(error).split("(")[0]):
        source.sample()
    assert source.sample().table.cookie.tolist() == SAMPLE.table.cookie.tolist()


def test_late_answers_to_former_questions_are_dropped(collector):
    collector.say(look_up_messages.ProcessRead(id=0, facts=None))
    collector.say(*sample_with())
    assert len(StreamSource.to(collector).sample().table) == 1
