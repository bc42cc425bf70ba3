"""StreamSource: the Source at this end of a pipe. What comes off it is checked like any stranger's bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from monitor.errors import SourceError, WireError
from monitor.model.bind_facts import BindFacts, SocketHolder
from monitor.model.fresh_rows import FreshRows
from monitor.model.process import ProcessFacts
from monitor.model.receiver import ReceiverFacts
from monitor.model.route import Flow, RouteDecision
from monitor.model.routing import Routing
from monitor.model.sample import Sample
from monitor.model.segment import Segment
from monitor.model.socket_table import SocketTable
from monitor.model.sockets import SocketId
from monitor.model.tcp_info import SocketDetails
from monitor.model.ways import WAY, Records, records_in
from monitor.sampling import messages
from monitor.sampling.collector_process import CollectorProcess
from monitor.sampling.frames import Frame, read_frame, write_frame
from monitor.sampling.row_records import cookies_in, table_in, to_records
from monitor.sampling.sample_frames import SampleDecoder

_ANSWER_TIMEOUT_S = 15.0

_AnswerT = TypeVar(
    "_AnswerT",
    messages.SampleRead,
    messages.ProcessRead,
    messages.RouteRead,
    messages.SocketRead,
    messages.RoutingRead,
    messages.WaysRead,
    messages.FreshRowsRead,
    messages.ReceiverRead,
    messages.BindFactsRead,
)


class StreamSource:
    """Asks a collector process, one question at a time; used by one thread."""

    def __init__(self, collector: CollectorProcess) -> None:
        self._collector = collector
        self._decoder = SampleDecoder()
        self._next_id = 0
        self._is_closed = False

    def sample(self, *, time_wait: bool = False) -> Sample:
        """Ask for a sample and wait for it."""
        answer, frame = self._ask(messages.AskSample(id=self._id(), time_wait=time_wait), messages.SampleRead)
        try:
            return self._decoder.decode(answer, frame.body)
        except WireError as error:
            raise _broken(error) from None

    def process(self, pid: int) -> ProcessFacts | None:
        """Ask for the facts of a process."""
        return self._ask(messages.AskProcess(id=self._id(), pid=pid), messages.ProcessRead)[0].facts

    def route_to(self, flow: Flow) -> RouteDecision:
        """Ask for a route."""
        return self._ask(messages.AskRoute(id=self._id(), flow=flow), messages.RouteRead)[0].decision

    def routing_of(self, flow: Flow, table: int | None = None) -> Routing:
        """Ask for a route with what stands behind it."""
        return self._ask(messages.AskRouting(id=self._id(), flow=flow, table=table), messages.RoutingRead)[0].routing

    def ways(self, questions: Records) -> Records:
        """Ask which way many packets would go."""
        answer, _ = self._ask(messages.AskWays(id=self._id(), questions=questions.tobytes()), messages.WaysRead)
        try:
            ways = records_in(answer.ways, WAY)
        except WireError as error:
            raise _broken(error) from None
        return ways[: len(questions)]

    def receiver_of(self, segment: Segment, holders: Sequence[SocketHolder] = ()) -> ReceiverFacts:
        """Ask who gets a segment."""
        question = messages.AskReceiver(id=self._id(), segment=segment, holders=tuple(holders))
        return self._ask(question, messages.ReceiverRead)[0].facts

    def bind_facts(self, asked: Sequence[SocketHolder]) -> BindFacts:
        """Ask for what decides about bind()."""
        return self._ask(messages.AskBindFacts(id=self._id(), holders=tuple(asked)), messages.BindFactsRead)[0].facts

    def fresh_rows(self, asked: SocketTable) -> FreshRows:
        """Ask for some sockets by name."""
        question = messages.AskFreshRows(id=self._id(), namespace=asked.namespace, rows=to_records(asked))
        answer, _ = self._ask(question, messages.FreshRowsRead)
        try:
            return FreshRows(answer.boot_time, table_in(answer.rows, answer.namespace), cookies_in(answer.gone))
        except WireError as error:
            raise _broken(error) from None

    def socket(self, asked: SocketId) -> SocketDetails | None:
        """Ask for one socket."""
        return self._ask(messages.AskSocket(id=self._id(), socket=asked), messages.SocketRead)[0].details

    def close(self) -> None:
        """End the collector; also where the thread of the questions waits for it."""
        if not self._is_closed:
            self._is_closed = True
            self._collector.close()

    def _id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _ask(self, question: messages.Question, expected: type[_AnswerT]) -> tuple[_AnswerT, Frame]:
        if self._is_closed:
            raise SourceError("the collector was ended")
        try:
            frame, answer = self._exchange(question)
        except SourceError:
            if self._is_closed:
                raise
            raise SourceError(f"the collector has gone: {self._collector.ending()}") from None
        except WireError as error:
            raise _broken(error) from None
        if isinstance(answer, messages.Failed):
            raise answer.error()
        if not isinstance(answer, expected):
            raise SourceError("the collector answered another question")
        return answer, frame

    def _exchange(self, question: messages.Question) -> tuple[Frame, messages.Answer]:
        """Send a question and wait for its answer; late answers to former questions are dropped."""
        write_frame(self._collector.input, messages.encode(question))
        while True:
            frame = read_frame(self._collector.output, _ANSWER_TIMEOUT_S)
            if frame is None:
                raise SourceError("the stream ended")
            answer = messages.decode_answer(frame.head)
            if answer.id == question.id:
                return frame, answer


def _broken(error: WireError) -> SourceError:
    """After one bad frame no later byte of the stream can be trusted."""
    return SourceError(f"the collector's answer is broken: {error}")
