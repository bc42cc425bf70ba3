"""A collector that answers as the test says; run in the place of monitor.sampling.collector.

Before each sample it reads one order from a pipe, and so stands still where the test gives none:

    s  a sample of db1        h  one of 100,000 rows        l  an answer to a former question, then a sample
    g  garbage                b  a frame with half a body   x  the end, with words
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from monitor.model.sample import Sample
from monitor.sampling import look_up_messages, messages
from monitor.sampling.frames import read_frame, write_frame
from monitor.sampling.sample_frames import SampleEncoder
from tests import machine_db1
from tests.scenes import FixedSource

HUGE = 100_000


def huge(sample: Sample) -> Sample:
    """Repeat the rows of a sample, each time with other cookies."""
    columns = {made.name: getattr(sample.table, made.name) for made in fields(sample.table)}
    arrays = {name: np.resize(value, HUGE) for name, value in columns.items() if isinstance(value, np.ndarray)}
    arrays["cookie"] = np.arange(1, HUGE + 1, dtype=np.uint64)
    return replace(sample, table=replace(sample.table, **arrays))


class ObeyingCollector:
    """Answers all questions but samples at once."""

    def __init__(self, orders: int, output: int) -> None:
        self._orders = orders
        self._output = output
        self._source: FixedSource = machine_db1.source()
        self._encoder = SampleEncoder()

    def answer(self, question: messages.Question | look_up_messages.LookUp) -> None:
        """Answer a question, a sample only on order."""
        if isinstance(question, messages.AskSample):
            order = os.read(self._orders, 1).decode()
            getattr(self, f"_{order}")(question.id)
        elif isinstance(question, look_up_messages.AskProcess):
            self._say(look_up_messages.ProcessRead(id=question.id, facts=self._source.process(question.pid)))
        elif isinstance(question, look_up_messages.AskSocket):
            self._say(look_up_messages.SocketRead(id=question.id, details=self._source.socket(question.socket)))
        elif isinstance(question, messages.AskRoute):
            self._say(messages.RouteRead(id=question.id, decision=self._source.route_to(question.flow)))
        else:
            self._say(messages.Failed(id=question.id, reason="wire", text="this collector knows no such question"))

    def _say(self, answer: messages.Message) -> None:
        write_frame(self._output, messages.encode(answer))

    def _sample(self) -> Sample:
        return replace(self._source.sample(), taken_at=time.time(), boot_time=time.clock_gettime(time.CLOCK_BOOTTIME))

    def _send(self, sample: Sample, question: int) -> None:
        head, body = self._encoder.encode(sample, question)
        write_frame(self._output, messages.encode(head), body)

    def _s(self, question: int) -> None:
        self._send(self._sample(), question)

    def _h(self, question: int) -> None:
        self._send(huge(self._sample()), question)

    def _l(self, question: int) -> None:
        self._say(look_up_messages.ProcessRead(id=question - 1, facts=None))
        self._s(question)

    def _g(self, _: int) -> None:
        os.write(self._output, b"\x1b[31mgarbage\xff" * 9)

    def _b(self, question: int) -> None:
        head, body = self._encoder.encode(self._sample(), question)
        write_frame(self._output, messages.encode(head), body[: len(body) // 2])

    def _x(self, _: int) -> None:
        sys.exit("\x1b[31mlast words\x9b")


def main() -> None:
    """Answer until the input ends."""
    collector = ObeyingCollector(os.open(sys.argv[1], os.O_RDONLY), os.dup(sys.stdout.fileno()))
    while (frame := read_frame(sys.stdin.fileno())) is not None:
        is_look_up = messages.is_look_up(frame.head)
        collector.answer((look_up_messages.decode_look_up if is_look_up else messages.decode_question)(frame.head))


if __name__ == "__main__":
    main()
