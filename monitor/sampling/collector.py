"""The collector process: the only part that talks to the kernel, the only one that may be privileged.

Questions come in on standard input, answers leave on standard output, the end of the input ends it. The first sample
is sent before pyroute2 and psutil are imported: each costs longer than the sample itself.
"""

from __future__ import annotations

import os
import sys

from monitor.errors import KernelError, MonitorError, SourceError
from monitor.model.ways import WAY_QUESTION, records_in
from monitor.sampling import messages
from monitor.sampling.frames import read_frame, write_frame
from monitor.sampling.live import LiveSource
from monitor.sampling.sample_frames import SampleEncoder


class Collector:
    """Answers the questions of one stream with a LiveSource."""

    def __init__(self, source: LiveSource, output: int) -> None:
        self._source = source
        self._output = output
        self._encoder = SampleEncoder()

    def answer(self, question: messages.Question) -> None:
        """Answer one question; an error of the kernel is an answer too.

        Raises:
            SourceError: nobody reads the answers any more.
        """
        try:
            if isinstance(question, messages.AskSample):
                head, body = self._encoder.encode(self._source.sample(time_wait=question.time_wait), question.id)
                write_frame(self._output, messages.encode(head), body)
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

    def _small_answer(self, question: messages.SmallQuestion) -> messages.Answer:
        if isinstance(question, messages.AskProcess):
            return messages.ProcessRead(id=question.id, facts=self._source.process(question.pid))
        if isinstance(question, messages.AskSocket):
            return messages.SocketRead(id=question.id, details=self._source.socket(question.socket))
        if isinstance(question, messages.AskWays):
            ways = self._source.ways(records_in(question.questions, WAY_QUESTION))
            return messages.WaysRead(id=question.id, ways=ways.tobytes())
        if isinstance(question, messages.AskReceiver):
            facts = self._source.receiver_of(question.segment, question.holders)
            return messages.ReceiverRead(id=question.id, facts=facts)
        if isinstance(question, messages.AskBindFacts):
            return messages.BindFactsRead(id=question.id, facts=self._source.bind_facts(question.holders))
        return messages.RouteRead(id=question.id, decision=self._source.route_to(question.flow))


def serve(input_fd: int, output_fd: int) -> None:
    """Answer questions until the input ends or nobody reads.

    Raises:
        WireError: the questions are not of this version.
    """
    source = LiveSource()
    collector = Collector(source, output_fd)
    try:
        is_prepared = False
        while (frame := read_frame(input_fd)) is not None:
            collector.answer(messages.decode_question(frame.head))
            if not is_prepared:
                source.prepare()
                is_prepared = True
    except SourceError:
        return


def main() -> int:
    """Serve on the standard streams; nothing else may ever write to standard output."""
    output = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        serve(sys.stdin.fileno(), output)
    except MonitorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
