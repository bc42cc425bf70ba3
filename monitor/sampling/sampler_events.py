"""What the sampler hands to its listener: intervals, failures, and answers to the questions that were asked.

They stand between the first paint and the first rows, and a dataclass takes five times as long to make as these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from monitor.model.action import Asked, Outcome, Prepared
    from monitor.model.bind import BindAttempt
    from monitor.model.event_list import EventList
    from monitor.model.process import ProcessEnvironment, ProcessFacts
    from monitor.model.receiver import ReceiverQuestion
    from monitor.model.route import Flow, RouteDecision
    from monitor.model.routing import Routing
    from monitor.model.sample import Interval
    from monitor.model.sockets import SocketId
    from monitor.model.tcp_info import SocketDetails
    from monitor.sampling.bind_answers import DecidedBind
    from monitor.sampling.receiver_answers import DecidedReceivers


class IntervalMade(NamedTuple):
    """A sample was read; or of the last one's rows the ways are known now, or some were read again."""

    interval: Interval


class EventsListed(NamedTuple):
    """Sockets were opened or closed, or more is known of what was missed."""

    events: EventList


class SampleFailed(NamedTuple):
    """A sample could not be read; the last one stands."""

    text: str
    is_source_gone: bool
    """Whether the source has ended and another is being started."""
    wants_rights: bool = False
    """Whether no other can be before the user has been asked for rights again."""


class RouteAnswered(NamedTuple):
    """The answer to a route question, or the sentence that says why there is none."""

    flow: Flow
    decision: RouteDecision | None
    error: str | None
    namespace: int = 0
    """As in the question."""


class RoutingAnswered(NamedTuple):
    """What stands behind a route: its rules and a table; or the sentence that says why that is not known."""

    flow: Flow
    table: int | None
    """The table that was asked for; None for the one that decides."""
    routing: Routing | None
    error: str | None
    namespace: int = 0
    """As in the question."""


class ProcessAnswered(NamedTuple):
    """The facts of a process; None where there is no such process."""

    pid: int
    facts: ProcessFacts | None
    error: str | None


class EnvironmentAnswered(NamedTuple):
    """The environment of a process; None where there is no such process."""

    pid: int
    environment: ProcessEnvironment | None
    error: str | None


class SocketAnswered(NamedTuple):
    """All that the kernel tells of one socket; None without an error where it does not find it (any more)."""

    socket: SocketId
    details: SocketDetails | None
    error: str | None


class BindAnswered(NamedTuple):
    """What would become of an attempt to bind, or the sentence that says why that is not known."""

    attempt: BindAttempt
    decided: DecidedBind | None
    error: str | None
    namespace: int = 0
    """As in the question."""


class ReceiversAnswered(NamedTuple):
    """Who gets a segment or new clients, or the sentence that says why that is not known."""

    question: ReceiverQuestion
    decided: DecidedReceivers | None
    error: str | None
    namespace: int = 0
    """As in the question."""


class ActionPrepared(NamedTuple):
    """An action that can be confirmed now, or why not; or the sentence that says why that is not known."""

    asked: Asked
    answer: Prepared | Outcome | None
    error: str | None


class ActionAnswered(NamedTuple):
    """What became of an action that was confirmed, or of the process that it signalled."""

    token: int
    outcome: Outcome | None
    error: str | None
    """After a confirmation: whether anything was done is not known."""


SamplerEvent = (
    IntervalMade
    | EventsListed
    | SampleFailed
    | RouteAnswered
    | RoutingAnswered
    | ProcessAnswered
    | EnvironmentAnswered
    | SocketAnswered
    | BindAnswered
    | ReceiversAnswered
    | ActionPrepared
    | ActionAnswered
)
