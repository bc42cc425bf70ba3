"""The loop of the sampling thread: source → sample → interval → listener, and answers in between.

It never touches a widget: it hands values to one listener, which must be safe to call from any thread. numpy and
msgspec are imported here, after the first paint.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from monitor.errors import ExpiredRightsError, MonitorError, SourceError
from monitor.sampling.asked import Asked, Wish
from monitor.sampling.event_watch import SPACING_S, EventWatch
from monitor.sampling.open_receivers import OpenReceivers
from monitor.sampling.questions import AskFreshRows, AskReceivers, Question, inside
from monitor.sampling.sampler_events import (
    EventsListed,
    IntervalMade,
    ProcessAnswered,
    ReceiversAnswered,
    SampleFailed,
    SamplerEvent,
    SocketAnswered,
)

if TYPE_CHECKING:
    from monitor.model.event_list import EventList
    from monitor.model.sample import Interval
    from monitor.sampling.history import History
    from monitor.sampling.period import Period
    from monitor.sampling.source import Source

_FRESH_SPACING_S = 0.5
"""Rows are not read so soon after they were read last, nor so soon before they are read anyhow."""
_LONGEST_PAINT_S = 1.0
_RESTART_PAUSES_S = (0.2, 1.0, 3.0, 10.0)


class Look(Protocol):
    """What thinks of samples: see Sight and SightOfAll."""

    def read(self, source: Source, *, time_wait: bool) -> Interval:
        """Read the next."""
        ...

    def think(self, interval: Interval, events: EventList | None) -> Interval:
        """Give it verdicts and findings."""
        ...

    def learn_ways(self, source: Source, is_time_up: Callable[[], bool]) -> Interval | None:
        """Ask what verdicts follow from; None where nothing was learnt."""
        ...

    def freshened(self, source: Source, shown: Interval, cookies: Sequence[int]) -> Interval | None:
        """Read some rows again; None where none can be asked for."""
        ...


def one_namespace() -> Look:
    """Think of the samples of one network namespace."""
    from monitor.sampling.sight import Sight  # noqa: PLC0415 - it brings numpy, after the first paint

    return Sight()


class SamplingLoop:
    """Runs on one thread until it is stopped; others ask, and set what is said to be theirs."""

    def __init__(
        self,
        open_source: Callable[[], Source],
        listener: Callable[[SamplerEvent], None],
        period: Period,
        has_room: threading.Event,
        look: Callable[[], Look] = one_namespace,
    ) -> None:
        self._open_source = open_source
        self._listener = listener
        self._period = period
        self._has_room = has_room
        """Set by others once the first rows are drawn: two threads that work at once hold each other up."""
        self.asked = Asked()
        """What others want."""
        self.is_stopped = threading.Event()
        """Set by others, who then wake the loop."""
        self.has_time_wait = False
        """Whether TIME-WAIT and bound-only rows are to be dumped; set by others."""
        self.history: History | None = None
        """The last two minutes; None before the first sample."""
        self.events = EventWatch()
        """What happened to sockets."""
        self.source: Source | None = None
        """Who is asked; None while there is none."""
        self._is_due = False
        self._wants_another = False
        self._is_cold = True
        self._sampled_at = self._read_at = 0.0
        self._interval: Interval | None = None
        self._shown: Interval | None = None
        """The same with what was read of some rows since; the next interval follows from the sample alone."""
        self._make_look = look
        self._look: Look | None = None
        self._receivers: OpenReceivers | None = None
        self._failures = 0

    def sample_now(self) -> None:
        """Read a sample without waiting for the period; of any thread."""
        self._is_due = True
        self.asked.wake()

    def open_another(self) -> None:
        """Go on with a new source; of any thread."""
        self._wants_another = True
        self.asked.wake()

    def run(self) -> None:
        """Sample and answer until stopped, from one source after another."""
        try:
            while not self.is_stopped.is_set():
                try:
                    self.source = self.source or self._open_source()
                    self._serve(self.source)
                    self._close_source()
                except SourceError as error:
                    self._close_source()
                    self._report_gone(error)
        finally:
            self._close_source()

    def read_all(self) -> Interval | None:
        """Give the last interval that has TIME-WAIT and bound-only rows; where it has none, read another."""
        if self.source is not None and (self._interval is None or not self._interval.sample.has_time_wait):
            self._is_due = False
            self._sample(self.source)
        has_all = self._interval is not None and self._interval.sample.has_time_wait
        return self._interval if has_all else None

    def _close_source(self) -> None:
        source, self.source = self.source, None
        if source is not None:
            source.close()

    def _report_gone(self, error: SourceError) -> None:
        if self.is_stopped.is_set():
            return
        self._listener(
            SampleFailed(str(error), is_source_gone=True, wants_rights=isinstance(error, ExpiredRightsError))
        )
        pause = _RESTART_PAUSES_S[min(self._failures, len(_RESTART_PAUSES_S) - 1)]
        self._failures += 1
        self.is_stopped.wait(pause)

    def _serve(self, source: Source) -> None:
        """Sample and answer until stopped or another is wanted; leaves by SourceError when the source has gone."""
        self._is_due = self._is_cold = True
        self._wants_another = False
        while not (self.is_stopped.is_set() or self._wants_another):
            if self._is_due or time.monotonic() >= self._next_at:
                self._is_due = False
                self._sample(source)
            self._decide_receivers(source)
            self._ask_ways(source)
            # Also where the sample took longer than the period: questions are answered between any two.
            wakes_at = min(self._next_at, self.events.next_at)
            self._answer_all(source, self.asked.wait(wakes_at - time.monotonic()))
            if time.monotonic() >= self.events.next_at:
                self._read_events(source)

    @property
    def _next_at(self) -> float:
        """When the next sample is due."""
        return self._sampled_at + self._period.seconds

    def _is_time_up(self) -> bool:
        return not self.asked.is_empty or time.monotonic() >= self._next_at

    def _sample(self, source: Source) -> None:
        self._look = look = self._look or self._make_look()
        self._sampled_at = self._read_at = time.monotonic()
        started = time.thread_time()
        try:
            interval = look.read(source, time_wait=self.has_time_wait)
        except SourceError:
            raise
        except MonitorError as error:
            self._listener(SampleFailed(str(error), is_source_gone=False))
            return
        self._failures = 0
        if not (self._has_room.is_set() or self.is_stopped.is_set()):
            # Whoever waits for the first rows waits neither for what is thought of them nor for its modules.
            self._show(interval)
            self._has_room.wait(_LONGEST_PAINT_S)
            self._has_room.set()
        self._interval = self._thought_of(look, interval)
        self._period.take(interval.sample.cost_s + time.thread_time() - started, is_cold=self._is_cold)
        self._is_cold = False
        if not self.is_stopped.is_set():
            self._show(self._interval)
        self._read_events(source)

    def _read_events(self, source: Source) -> None:
        """Read what happened to sockets; where closes were missed, a sample says what became of the rest."""
        if self._interval is None or self.is_stopped.is_set():
            return
        has_news = self.events.read(source, self._interval.within(0) or self._interval)
        self._is_due |= self.events.has_lost and time.monotonic() - self._sampled_at > SPACING_S
        if has_news and self.events.listed is not None:
            self._listener(EventsListed(self.events.listed))

    def _thought_of(self, look: Look, interval: Interval) -> Interval:
        """Give an interval its verdicts and findings, and keep its numbers."""
        judged = look.think(interval, self.events.listed)
        if self.history is None:
            from monitor.sampling.history import History  # noqa: PLC0415 - not before the first rows

            self.history = History()
        self.history.add(judged)
        return judged

    def _show(self, interval: Interval) -> None:
        self._shown = interval
        self._listener(IntervalMade(interval))

    def _answer_all(self, source: Source, wishes: Sequence[Wish]) -> None:
        """Answer every question, also by the error; those after one with which the source has gone are for the next.

        Each would wait as long for a collector that is stuck, and what is confirmed there might be done later.
        """
        for place, wish in enumerate(wishes, 1):
            gone: SourceError | None = None
            if isinstance(wish, AskReceivers):
                self._receivers = OpenReceivers(wish)
            elif isinstance(wish, AskFreshRows):
                gone = self._freshen(source, wish)
            else:
                gone = self._answer(source, wish)
            if gone is not None:
                self.asked.put_back(wishes[place:])
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
        self._remember(answered)
        self._listener(answered)
        return error if isinstance(error, SourceError) else None

    def _remember(self, answered: SamplerEvent) -> None:
        if self.history is None:
            return
        if isinstance(answered, ProcessAnswered) and answered.facts is not None:
            self.history.add_facts(answered.facts)
        elif isinstance(answered, SocketAnswered) and answered.details is not None:
            self.history.add_details(answered.socket, answered.details)

    def _decide_receivers(self, source: Source) -> None:
        """Ask about a segment, and about more until all are answered, a user asks, or the next sample is due."""
        asked, error = self._receivers, None
        if asked is None:
            return
        try:
            there = inside(source, asked.wish.namespace)
            decided = asked.go_on(there, self.read_all, self._is_time_up)
        except MonitorError as raised:
            decided, error = None, raised
        if decided is None and error is None:
            return
        self._receivers = None
        said = None if error is None else str(error)
        self._listener(ReceiversAnswered(asked.wish.question, decided, said, asked.wish.namespace))
        if isinstance(error, SourceError):
            raise error

    def _freshen(self, source: Source, asked: AskFreshRows) -> SourceError | None:
        """Read some rows again; what cannot be read stays as the clock on screen says."""
        now = time.monotonic()
        is_time = self._read_at + _FRESH_SPACING_S <= now <= self._next_at - _FRESH_SPACING_S
        if self._shown is None or self._look is None or not is_time:
            return None
        try:
            fresh = self._look.freshened(source, self._shown, asked.cookies)
        except SourceError as error:
            return error
        except MonitorError:
            return None
        if fresh is not None:
            self._read_at = now
            self._show(fresh)
        return None

    def _ask_ways(self, source: Source) -> None:
        """Ask which way the newest rows would go, until all is known, a user asks, or the next sample is due."""
        judged = None if self._look is None else self._look.learn_ways(source, self._is_time_up)
        if judged is not None:
            self._tell_verdicts(judged)

    def _tell_verdicts(self, judged: Interval) -> None:
        former, self._interval = self._interval, judged
        if former is None or judged.egress is None or not judged.egress.says_the_same(former.egress):
            self._show(
                judged if self._shown is None else replace(self._shown, egress=judged.egress, parts=judged.parts)
            )
