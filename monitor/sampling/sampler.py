"""Sampler: the sampling thread, as the other threads see it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from monitor.sampling.period import Pace, Period
from monitor.sampling.questions import (
    AskBecame,
    AskBind,
    AskConfirm,
    AskEnvironment,
    AskFreshRows,
    AskPrepare,
    AskProcess,
    AskReceivers,
    AskRoute,
    AskRouting,
    AskSocket,
)
from monitor.sampling.sampling_loop import Look, SamplingLoop, one_namespace

if TYPE_CHECKING:
    from monitor.model.action import Asked, Operator
    from monitor.model.bind import BindAttempt
    from monitor.model.event_list import EventList
    from monitor.model.receiver import ReceiverQuestion
    from monitor.model.route import Flow
    from monitor.model.sockets import SocketId
    from monitor.sampling.history import History
    from monitor.sampling.sampler_events import SamplerEvent
    from monitor.sampling.source import Source

_FRESH_S = 1.0
"""Samples that come as often as this need no reading of rows between them."""
_ANSWER_PATIENCE_S = 0.3
"""How long the end waits for the answer to a question that has been asked."""


class Sampler:
    """Reads one sample a period and answers questions in between.

    Args:
        open_source: Makes a source; called again, after a pause, when a source has gone.
        listener: Takes every event, on the sampler's thread.
        period_s: Seconds from the start of one sample to the start of the next; None for as long as samples need.
        draws_first: Whether the listener calls note_drawn() when it has drawn the first interval, and would be held up
            by what the thread has to think of that.
        look: Makes what thinks of the samples; for a SourceOfAll a SightOfAll.
    """

    def __init__(
        self,
        open_source: Callable[[], Source],
        listener: Callable[[SamplerEvent], None],
        period_s: float | None = None,
        *,
        draws_first: bool = False,
        look: Callable[[], Look] = one_namespace,
    ) -> None:
        self._period = Period(period_s)
        self._has_room = threading.Event()
        if not draws_first:
            self._has_room.set()
        self._loop = SamplingLoop(open_source, listener, self._period, self._has_room, look)
        self._thread = threading.Thread(target=self._loop.run, name="sampler", daemon=True)

    @property
    def pace(self) -> Pace:
        """The period, and what samples cost."""
        return self._period.pace

    @property
    def history(self) -> History | None:
        """The last two minutes; None before the first sample."""
        return self._loop.history

    @property
    def events(self) -> EventList | None:
        """What happened to sockets; None before the first reading."""
        return self._loop.events.listed

    def note_drawn(self) -> None:
        """Let the thread go on: the first rows are on screen."""
        self._has_room.set()

    def start(self) -> None:
        """Start sampling; the first sample is read at once."""
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """End the loop and the source; a source that does not answer is not waited for."""
        self._loop.is_stopped.set()
        self._has_room.set()
        self._loop.asked.wake()
        if self._thread.is_alive():
            self._thread.join(min(_ANSWER_PATIENCE_S, timeout_s))
        if self._thread.is_alive():
            # Without one the thread is closing it, or opening another.
            if (source := self._loop.source) is not None:
                source.close()
            self._thread.join(timeout_s)

    def set_period(self, period_s: float | None) -> None:
        """Change the period, within its limits, counted from the last sample on; None for as long as samples need."""
        self._period.choose(period_s)
        self._loop.asked.wake()

    def set_time_wait(self, *, is_wanted: bool) -> None:
        """Dump TIME-WAIT and bound-only rows as well, or no longer; samples now."""
        self._loop.has_time_wait = is_wanted
        self.sample_now()

    def sample_now(self) -> None:
        """Read a sample without waiting for the period."""
        self._loop.sample_now()

    def open_another(self) -> None:
        """Go on with a new source, whose rights may be others; history and events stay."""
        self._loop.open_another()

    def ask_fresh_rows(self, cookies: Sequence[int]) -> None:
        """Ask what has become of some rows, where samples are rare; IntervalMade brings it. Only the last counts."""
        if self._period.seconds > _FRESH_S:
            self._loop.asked.put(AskFreshRows(cookies))

    def ask_route(self, flow: Flow, namespace: int = 0) -> None:
        """Ask for a route; RouteAnswered brings the answer. Of several unanswered questions only the last counts.

        Here as below: inside the network namespace of that inode, where all are looked into; 0 for the own.
        """
        self._loop.asked.put(AskRoute(flow, namespace))

    def ask_routing(self, flow: Flow, table: int | None = None, namespace: int = 0) -> None:
        """Ask what stands behind a route, see Source; RoutingAnswered brings it. Of several only the last counts."""
        self._loop.asked.put(AskRouting(flow, table, namespace))

    def ask_process(self, pid: int) -> None:
        """Ask for the facts of a process; ProcessAnswered brings them."""
        self._loop.asked.put(AskProcess(pid))

    def ask_environment(self, pid: int) -> None:
        """Ask for the environment of a process; EnvironmentAnswered brings it. Of several only the last counts."""
        self._loop.asked.put(AskEnvironment(pid))

    def ask_socket(self, socket: SocketId, namespace: int = 0) -> None:
        """Ask for one socket alone; SocketAnswered brings the answer. Of several only the last counts, as above."""
        self._loop.asked.put(AskSocket(socket, namespace))

    def ask_bind(self, attempt: BindAttempt, namespace: int = 0) -> None:
        """Ask what would become of an attempt; BindAnswered brings it. Of several only the last counts, as above.

        Samples have to hold TIME-WAIT and bound-only rows, see set_time_wait(); where the last one does not, another
        is read first.
        """
        self._loop.asked.put(AskBind(attempt, self._loop.read_all, namespace))

    def ask_receivers(self, question: ReceiverQuestion, namespace: int = 0) -> None:
        """Ask who gets it; ReceiversAnswered brings it. A question takes the place of one that is not answered yet.

        About TIME-WAIT and bound-only rows as above.
        """
        self._loop.asked.put(AskReceivers(question, namespace))

    def prepare(self, asked: Asked, operator: Operator) -> None:
        """Have the target of an action looked at and held; ActionPrepared brings the token. Each one counts."""
        self._loop.asked.put(AskPrepare(asked, operator))

    def confirm(self, token: int) -> None:
        """Have done what was prepared; ActionAnswered says what became of it. Each one counts."""
        self._loop.asked.put(AskConfirm(token))

    def ask_became(self, token: int) -> None:
        """Ask what became of a process that was signalled; ActionAnswered brings it."""
        self._loop.asked.put(AskBecame(token))
