"""The collector process: the only part that talks to the kernel, the only one that may be privileged.

Questions come in on standard input, answers leave on standard output, the end of the input ends it. The first sample
is sent before pyroute2 and psutil are imported: each costs longer than the sample itself.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.errors import InputError, KernelError, MonitorError, SourceError
from monitor.kernel.namespaces import settle
from monitor.model.namespace import EVERY_NAMESPACE
from monitor.model.sample import Sample
from monitor.model.ways import WAY_QUESTION, records_in
from monitor.sampling import messages
from monitor.sampling.collector_process import NAMESPACE, NETNS, READ_AHEAD, READ_ONLY
from monitor.sampling.ending import end_in_order
from monitor.sampling.frames import read_frame, write_frame
from monitor.sampling.freed_memory import MANY_ROWS, keep_freed_memory, return_freed_memory
from monitor.sampling.live import LiveSource
from monitor.sampling.row_records import table_in, to_records
from monitor.sampling.sample_frames import SampleEncoder

if TYPE_CHECKING:
    from typing import TypeAlias

    from monitor.sampling.action_messages import ActionQuestion
    from monitor.sampling.collector_of_all import CollectorOfAll
    from monitor.sampling.look_up_messages import LookUp

    AnyQuestion: TypeAlias = messages.Question | LookUp | ActionQuestion
    AnySmallQuestion: TypeAlias = messages.AskNamespaces | messages.SmallQuestion | LookUp | ActionQuestion

_AHEAD_AT_MOST_S = 10.0
"""A sample that was read ahead is dropped when it has grown as old; a busy machine takes seconds to start a monitor."""


class Collector:
    """Answers the questions of one stream with a LiveSource."""

    def __init__(self, source: LiveSource, output: int) -> None:
        self._source = source
        self._output = output
        self._encoder = SampleEncoder()
        self._afterwards_s = 0.0
        self._ahead: Sample | None = None

    def hold(self, sample: Sample) -> None:
        """Keep a sample for the next who asks for one like it."""
        self._ahead = sample

    def read_ahead(self) -> None:
        """Read the first sample before it is asked for."""
        # Whoever asks for it is told what is wrong.
        with suppress(MonitorError, OSError):
            self._ahead = self._source.sample()

    def answer(self, question: AnyQuestion) -> None:
        """Answer one question; an error of the kernel is an answer too.

        Raises:
            SourceError: nobody reads the answers any more.
        """
        try:
            if isinstance(question, messages.AskSample):
                self._answer_sample(question)
                return
            write_frame(self._output, messages.encode(self._small_answer(question)))
        except SourceError:
            raise
        except MonitorError as error:
            write_frame(self._output, messages.encode(messages.Failed.of(question.id, error)))
        except OSError as error:
            # A descriptor limit, a file system that fails: this question has no answer, the next one may.
            failed = KernelError("read the machine's state", error.errno or 0)
            write_frame(self._output, messages.encode(messages.Failed.of(question.id, failed)))

    def _answer_sample(self, question: messages.AskSample) -> None:
        sample, self._ahead = self._ahead, None
        if sample is None or sample.has_time_wait != question.time_wait or _age_s(sample) > _AHEAD_AT_MOST_S:
            sample = self._source.sample(time_wait=question.time_wait)
        # What sending this one and looking after it takes is not known yet: about as much as with the one before.
        sample = replace(sample, cost_s=sample.cost_s + self._afterwards_s)
        started = time.thread_time()
        # What does not cross must not be built on: the next sample then crosses whole.
        encoder, self._encoder = self._encoder, SampleEncoder()
        head, body = encoder.encode(sample, question.id)
        write_frame(self._output, messages.encode(head), body)
        self._encoder = encoder
        self._source.audit()
        if len(sample.table) >= MANY_ROWS:
            return_freed_memory()
        self._afterwards_s = time.thread_time() - started

    def warm_up(self) -> None:
        """Import and open what the first sample could do without."""
        self._source.warm_up()

    def audit(self) -> None:
        """Nothing is left to do: that was done when the sample had been sent."""

    def _small_answer(self, question: AnySmallQuestion) -> messages.Message:
        source, number = self._source, question.id
        answer: messages.Message
        match question:
            case messages.AskRoute(flow=flow):
                answer = messages.RouteRead(id=number, decision=source.route_to(flow))
            case messages.AskEvents():
                from monitor.sampling.event_messages import EventsRead  # noqa: PLC0415 - after the first sample

                answer = EventsRead.of(number, source.events())
            case messages.AskWays(questions=records):
                ways = source.ways(records_in(records, WAY_QUESTION))
                answer = messages.WaysRead(id=number, ways=ways.tobytes())
            case messages.AskFreshRows(namespace=namespace, rows=records):
                fresh = source.fresh_rows(table_in(records, namespace))
                answer = messages.FreshRowsRead(
                    id=number,
                    boot_time=fresh.boot_time,
                    namespace=fresh.table.namespace,
                    rows=to_records(fresh.table),
                    gone=fresh.gone.tobytes(),
                    asleep_s=fresh.asleep_s,
                )
            case messages.AskNamespaces():
                raise InputError("this collector looks into one network namespace alone")
            case _:
                from monitor.sampling.collector_look_ups import answer_look_up  # noqa: PLC0415 - as decoding them

                answer = answer_look_up(source, question)
        return answer


def _decode(question: memoryview) -> AnyQuestion:
    """Unpack and check a question; raises WireError."""
    if not messages.is_look_up(question):
        return messages.decode_question(question)
    from monitor.sampling.look_up_messages import decode_look_up  # noqa: PLC0415 - not before the first sample

    return decode_look_up(question)


def _age_s(sample: Sample) -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME) - sample.boot_time


def serve(input_fd: int, collector: Collector | CollectorOfAll) -> None:
    """Answer questions until the input ends or nobody reads.

    Args:
        input_fd: Where questions come from.
        collector: Who answers them.

    Raises:
        WireError: the questions are not of this version.
    """
    try:
        is_prepared = False
        while (frame := read_frame(input_fd)) is not None:
            collector.answer(_decode(frame.head))
            if not is_prepared:
                collector.warm_up()
                return_freed_memory()
                is_prepared = True
            collector.audit()
    except SourceError:
        return


def _of_one(output: int, *, is_read_only: bool) -> Collector:
    collector = Collector(LiveSource(is_read_only=is_read_only, names_groups_later=True), output)
    if READ_AHEAD in sys.argv:
        # Whoever will ask is still starting.
        collector.read_ahead()
    return collector


def _of_all(output: int) -> CollectorOfAll:
    from monitor.sampling.collector_of_all import CollectorOfAll  # noqa: PLC0415 - most look into one namespace

    return CollectorOfAll(output)


def _option(name: str) -> str | None:
    """Give what follows the name of an option that has a value."""
    return next((word.removeprefix(name) for word in sys.argv if word.startswith(name)), None)


def main() -> int:
    """Serve on the standard streams; nothing else may ever write to standard output."""
    is_read_only = READ_ONLY in sys.argv
    try:
        word = _option(NETNS)
        is_of_all = word == EVERY_NAMESPACE
        if word is not None and not is_of_all:
            number = _option(NAMESPACE)
            # Before the rights to do so are given up.
            settle(word, None if number is None else int(number))
        if is_read_only:
            from monitor.kernel.read_only import give_up_all_rights  # noqa: PLC0415 - most keep them

            give_up_all_rights("monitor.sampling.collector", sys.argv[1:])
        output = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        keep_freed_memory()
        end_in_order()
        serve(sys.stdin.fileno(), _of_all(output) if is_of_all else _of_one(output, is_read_only=is_read_only))
    except MonitorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
