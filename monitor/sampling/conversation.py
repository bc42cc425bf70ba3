"""Conversation: questions to a collector process, one at a time, each waiting for its answer."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

import msgspec

from monitor.errors import SourceError, WireError
from monitor.sampling import messages
from monitor.sampling.collector_process import CollectorProcess
from monitor.sampling.frames import Frame, read_frame, write_frame

_ANSWER_TIMEOUT_S = 15.0

_AnswerT = TypeVar("_AnswerT", bound=messages.Message)


@dataclass(slots=True)
class _Line:
    """What leads to one collector, whatever it is asked about."""

    collector: CollectorProcess
    ids: count[int] = field(default_factory=lambda: count(1))
    is_closed: bool = False


class Conversation:
    """Used by one thread; any other may end it."""

    def __init__(self, collector: CollectorProcess) -> None:
        self._line = _Line(collector)
        self._namespace = 0

    def within(self, namespace: int) -> Conversation:
        """Give what asks the same collector about one network namespace, by its inode; both end together."""
        other = copy(self)
        other._namespace = namespace  # noqa: SLF001 - of this class
        return other

    def next_id(self) -> int:
        """Give the number of the next question."""
        return next(self._line.ids)

    def ask(self, question: messages.Message, expected: type[_AnswerT]) -> tuple[_AnswerT, Frame]:
        """Ask and wait; gives the answer and the frame in which it came.

        Raises:
            SourceError: there will be no more answers.
            MonitorError: the collector could not answer this question.
        """
        if self._line.is_closed:
            raise SourceError("the collector was ended")
        if self._namespace:
            question = msgspec.structs.replace(question, namespace=self._namespace)
        try:
            frame = self._exchange(question)
            answer = messages.decode_answer(frame.head, expected)
        except SourceError:
            if self._line.is_closed:
                raise
            raise SourceError(f"the collector has gone: {self._line.collector.ending()}") from None
        except WireError as error:
            raise broken(error) from None
        if isinstance(answer, messages.Failed):
            raise answer.error()
        return answer, frame

    def close(self) -> None:
        """End the collector; also where the thread of the questions waits for it."""
        if not self._line.is_closed:
            self._line.is_closed = True
            self._line.collector.close()

    def _exchange(self, question: messages.Message) -> Frame:
        """Send a question and wait for its answer; late answers to former questions are dropped."""
        write_frame(self._line.collector.input, messages.encode(question))
        while True:
            frame = read_frame(self._line.collector.output, _ANSWER_TIMEOUT_S)
            if frame is None:
                raise SourceError("the stream ended")
            if messages.read_envelope(frame.head).id == question.id:
                return frame


def broken(error: WireError) -> SourceError:
    """After one bad frame no later byte of the stream can be trusted."""
    return SourceError(f"the collector's answer is broken: {error}")
