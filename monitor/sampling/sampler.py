"""The loop on the monitor's side: source → sample → interval → listener, on a thread of its own.

The thread never touches a widget: it hands values to one listener, which must be safe to call from any thread. numpy
and msgspec are imported by the thread, after the first paint.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.errors import MonitorError, SourceError
from monitor.sampling.questions import (
    NOT_ALL,
    AskBind,
    AskProcess,
    AskRoute,
    AskRouting,
    AskSocket,
    Question,
)
from monitor.sampling.sampler_events import (
    IntervalMade,
    ProcessAnswered,
    ReceiversAnswered,
    SampleFailed,
    SamplerEvent,
)

if TYPE_CHECKING:
    from monitor.model.bind import BindAttempt
    from monitor.model.receiver import ReceiverQuestion
    from monitor.model.route import Flow
    from monitor.model.sample import Interval
    from monitor.model.sockets import SocketId
    from monitor.sampling.agreement import RouteAgreement
    from monitor.sampling.history import History
    from monitor.sampling.receiver_answers import DecidedReceivers, Deciding
    from monitor.sampling.source import Source

MIN_PERIOD_S = 0.1
MAX_PERIOD_S = 3600.0
WAYS_AT_ONCE = 512
"""Route questions that go to the source together: some milliseconds, which is how long a user's question may wait."""
_ANSWER_PATIENCE_S = 0.3
"""How long the end waits for the answer to a question that has been asked."""
_RESTART_PAUSES_S = (0.2, 1.0, 3.0, 10.0)


@dataclass(frozen=True, slots=True)
class _AskReceivers:
    """Not a Question: it may take longer than a period, and goes on between samples."""

    question: ReceiverQuestion


@dataclass(frozen=True, slots=True)
class _Wake:
    """Something changed that the loop must look at: the period, a sample wanted now, the end."""


class Sampler:
    """Reads one sample a period and answers questions in between.

    Args:
        open_source: Makes a source; called again, after a pause, when a source has gone.
        listener: Takes every event, on the sampler's thread.
        period_s: Seconds from the start of one sample to the start of the next.
    """

    def __init__(
        self, open_source: Callable[[], Source], listener: Callable[[SamplerEvent], None], period_s: float = 1.0
    ) -> None:
        self._open_source = open_source
        self._listener = listener
        self._period_s = period_s
        self._time_wait = False
        self._stopped = threading.Event()
        self._is_due = False
        self._questions: queue.SimpleQueue[Question | _AskReceivers | _Wake] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._previous: Interval | None = None
        self.history: History | None = None
        """The last two minutes; None before the first sample."""
        self._failures = 0
        self._agreement: RouteAgreement | None = None
        self._source: Source | None = None
        self._receivers: ReceiverQuestion | None = None
        self._deciding: Deciding | None = None

    @property
    def period_s(self) -> float:
        """Seconds between the starts of two samples."""
        return self._period_s

    def start(self) -> None:
        """Start sampling; the first sample is read at once."""
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """End the loop and the source; a source that does not answer is not waited for."""
        self._stopped.set()
        self._questions.put(_Wake())
        if self._thread.is_alive():
            self._thread.join(min(_ANSWER_PATIENCE_S, timeout_s))
        if self._thread.is_alive():
            # Without one the thread is closing it, or opening another.
            if (source := self._source) is not None:
                source.close()
            self._thread.join(timeout_s)

    def set_period(self, period_s: float) -> None:
        """Change the period, within its limits, from the next sample on."""
        self._period_s = min(max(period_s, MIN_PERIOD_S), MAX_PERIOD_S)
        self._questions.put(_Wake())

    def set_time_wait(self, *, is_wanted: bool) -> None:
        """Dump TIME-WAIT and bound-only rows as well, or no longer; samples now."""
        self._time_wait = is_wanted
        self.sample_now()

    def sample_now(self) -> None:
        """Read a sample without waiting for the period."""
        self._is_due = True
        self._questions.put(_Wake())

    def ask_route(self, flow: Flow) -> None:
        """Ask for a route; RouteAnswered brings the answer. Of several unanswered questions only the last counts."""
        self._questions.put(AskRoute(flow))

    def ask_routing(self, flow: Flow, table: int | None = None) -> None:
        """Ask what stands behind a route, see Source; RoutingAnswered brings it. Of several only the last counts."""
        self._questions.put(AskRouting(flow, table))

    def ask_process(self, pid: int) -> None:
        """Ask for the facts of a process; ProcessAnswered brings them."""
        self._questions.put(AskProcess(pid))

    def ask_socket(self, socket: SocketId) -> None:
        """Ask for one socket alone; SocketAnswered brings the answer. Of several only the last counts, as above."""
        self._questions.put(AskSocket(socket))

    def ask_bind(self, attempt: BindAttempt) -> None:
        """Ask what would become of an attempt; BindAnswered brings it. Of several only the last counts, as above.

        Samples have to hold TIME-WAIT and bound-only rows, see set_time_wait(); where the last one does not, another
        is read first.
        """
        self._questions.put(AskBind(attempt, self._read_all))

    def ask_receivers(self, question: ReceiverQuestion) -> None:
        """Ask who gets it; ReceiversAnswered brings it. A question takes the place of one that is not answered yet.

        About TIME-WAIT and bound-only rows as above.
        """
        self._questions.put(_AskReceivers(question))

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                try:
                    self._source = self._source or self._open_source()
                    self._serve(self._source)
                except SourceError as error:
                    self._close_source()
                    self._report_gone(error)
        finally:
            self._close_source()

    def _close_source(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def _serve(self, source: Source) -> None:
        """Sample and answer until stopped; leaves by SourceError when the source has gone."""
        self._is_due = True
        started_at = time.monotonic()
        while not self._stopped.is_set():
            if self._is_due or time.monotonic() >= started_at + self._period_s:
                self._is_due = False
                started_at = time.monotonic()
                self._sample(source)
            self._decide_receivers(source, started_at + self._period_s)
            self._ask_ways(source, started_at + self._period_s)
            # Also where the sample took longer than the period: questions are answered between any two.
            self._answer_until(source, started_at + self._period_s)

    def _answer_until(self, source: Source, deadline: float) -> None:
        try:
            first = self._questions.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return
        questions = [first]
        while not self._questions.empty():
            questions.append(self._questions.get())
        newest = {type(asked): asked for asked in questions}
        gone: SourceError | None = None
        for question in questions:
            if isinstance(question, _Wake):
                continue
            if isinstance(question, _AskReceivers):
                self._receivers, self._deciding = question.question, None
            elif isinstance(question, AskProcess) or question is newest[type(question)]:
                gone = self._answer(source, question) or gone
        if gone is not None:
            raise gone

    def _answer(self, source: Source, question: Question) -> SourceError | None:
        """Give the listener an answer, be it the error; hand back the error that says that the source has gone."""
        error: MonitorError | None = None
        answered: SamplerEvent
        try:
            answered = question.answered_by(source)
        except MonitorError as raised:
            error = raised
            answered = question.unanswered(str(raised))
        if isinstance(answered, ProcessAnswered) and answered.facts is not None and self.history is not None:
            self.history.add_facts(answered.facts)
        self._listener(answered)
        return error if isinstance(error, SourceError) else None

    def _read_all(self) -> Interval | None:
        """Give the last interval that has TIME-WAIT and bound-only rows; where it has none, read another."""
        if self._source is not None and (self._previous is None or not self._previous.sample.has_time_wait):
            self._is_due = False
            self._sample(self._source)
        has_all = self._previous is not None and self._previous.sample.has_time_wait
        return self._previous if has_all else None

    def _decide_receivers(self, source: Source, deadline: float) -> None:
        """Ask about a segment, and about more until all are answered, a user asks, or the next sample is due."""
        question, error = self._receivers, None
        if question is None:
            return
        try:
            decided = self._go_on_deciding(source, question, deadline)
        except MonitorError as raised:
            decided, error = None, raised
        if decided is None and error is None:
            return
        self._receivers = self._deciding = None
        self._listener(ReceiversAnswered(question, decided, None if error is None else str(error)))
        if isinstance(error, SourceError):
            raise error

    def _go_on_deciding(self, source: Source, question: ReceiverQuestion, deadline: float) -> DecidedReceivers | None:
        """Give the answer once it is whole.

        Raises:
            MonitorError: there will be none.
        """
        from monitor.sampling.receiver_answers import Deciding  # noqa: PLC0415 - only who asks needs it

        if self._deciding is None:
            interval = self._read_all()
            if interval is None:
                raise MonitorError(NOT_ALL)
            self._deciding = Deciding(interval, question)
        return self._deciding.go_on(source, lambda: not self._questions.empty() or time.monotonic() >= deadline)

    def _sample(self, source: Source) -> None:
        from monitor.sampling.intervals import advance  # noqa: PLC0415 - it brings numpy, after the first paint

        try:
            sample = source.sample(time_wait=self._time_wait)
        except SourceError:
            raise
        except MonitorError as error:
            self._listener(SampleFailed(str(error), is_source_gone=False))
            return
        self._failures = 0
        if self._agreement is None:
            from monitor.sampling.agreement import RouteAgreement  # noqa: PLC0415 - as above

            self._agreement = RouteAgreement()
        self._previous = self._agreement.take(advance(self._previous, sample))
        if self.history is None:
            from monitor.sampling.history import History  # noqa: PLC0415 - as above

            self.history = History()
        self.history.add(self._previous)
        if not self._stopped.is_set():
            self._listener(IntervalMade(self._previous))

    def _ask_ways(self, source: Source, deadline: float) -> None:
        """Ask which way the newest rows would go, until all is known, a user asks, or the next sample is due."""
        if self._agreement is None:
            return
        has_learnt = False
        while self._questions.empty() and time.monotonic() < deadline:
            asked = self._agreement.open_questions(WAYS_AT_ONCE)
            try:
                ways = source.ways(asked) if len(asked) else asked
            except SourceError:
                raise
            except MonitorError:
                # What was not answered stays unknown, as the screen says; it is asked again after the next sample.
                break
            if not len(ways):
                break
            self._agreement.learn(ways)
            has_learnt = True
        if has_learnt:
            self._tell_verdicts(self._agreement.judged())

    def _tell_verdicts(self, judged: Interval) -> None:
        former, self._previous = self._previous, judged
        if former is None or judged.egress is None or not judged.egress.says_the_same(former.egress):
            self._listener(IntervalMade(judged))

    def _report_gone(self, error: SourceError) -> None:
        if self._stopped.is_set():
            return
        self._listener(SampleFailed(str(error), is_source_gone=True))
        pause = _RESTART_PAUSES_S[min(self._failures, len(_RESTART_PAUSES_S) - 1)]
        self._failures += 1
        self._stopped.wait(pause)
