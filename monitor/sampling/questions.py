"""What the sampler may be asked between two samples: each question knows whom to ask, and what says that it failed.

They are no dataclasses for the reason that sampler_events gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from monitor.errors import MonitorError
from monitor.sampling.sampler_events import (
    ActionAnswered,
    ActionPrepared,
    BindAnswered,
    EnvironmentAnswered,
    ProcessAnswered,
    RouteAnswered,
    RoutingAnswered,
    SocketAnswered,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from monitor.model.action import Asked, Operator
    from monitor.model.bind import BindAttempt
    from monitor.model.receiver import ReceiverQuestion
    from monitor.model.route import Flow
    from monitor.model.sample import Interval
    from monitor.model.sockets import SocketId
    from monitor.sampling.source import Source, SourceOfAll

NOT_ALL = "TIME-WAIT and bound-only sockets could not be read"
NAMESPACE_GONE = "its network namespace has gone"


def inside(source: Source, namespace: int) -> Source:
    """Give what is asked about a network namespace: 0 for the own or only one, else one of a SourceOfAll."""
    return cast("SourceOfAll", source).within(namespace) if namespace else source


class AskRoute(NamedTuple):
    """Which way a packet would go."""

    flow: Flow
    namespace: int = 0
    """Inode of the network namespace that is asked about; 0 for the own or only one."""

    def answered_by(self, source: Source) -> RouteAnswered:
        """Ask; raises MonitorError where there is no answer, as all of these do."""
        return RouteAnswered(self.flow, inside(source, self.namespace).route_to(self.flow), None, self.namespace)

    def unanswered(self, error: str) -> RouteAnswered:
        """Say why there is no answer."""
        return RouteAnswered(self.flow, None, error, self.namespace)


class AskRouting(NamedTuple):
    """What stands behind a route."""

    flow: Flow
    table: int | None
    """None for the table that decides."""
    namespace: int = 0
    """Inode of the network namespace that is asked about; 0 for the own or only one."""

    def answered_by(self, source: Source) -> RoutingAnswered:
        """Ask."""
        routing = inside(source, self.namespace).routing_of(self.flow, self.table)
        return RoutingAnswered(self.flow, self.table, routing, None, self.namespace)

    def unanswered(self, error: str) -> RoutingAnswered:
        """Say why there is no answer."""
        return RoutingAnswered(self.flow, self.table, None, error, self.namespace)


class AskProcess(NamedTuple):
    """What is known of a process."""

    pid: int

    def answered_by(self, source: Source) -> ProcessAnswered:
        """Ask."""
        return ProcessAnswered(self.pid, source.process(self.pid), None)

    def unanswered(self, error: str) -> ProcessAnswered:
        """Say why there is no answer."""
        return ProcessAnswered(self.pid, None, error)


class AskEnvironment(NamedTuple):
    """The environment of a process."""

    pid: int

    def answered_by(self, source: Source) -> EnvironmentAnswered:
        """Ask."""
        return EnvironmentAnswered(self.pid, source.environment(self.pid), None)

    def unanswered(self, error: str) -> EnvironmentAnswered:
        """Say why there is no answer."""
        return EnvironmentAnswered(self.pid, None, error)


class AskSocket(NamedTuple):
    """All that the kernel tells of one socket."""

    socket: SocketId
    namespace: int = 0
    """Inode of the network namespace that is asked about; 0 for the own or only one."""

    def answered_by(self, source: Source) -> SocketAnswered:
        """Ask."""
        return SocketAnswered(self.socket, inside(source, self.namespace).socket(self.socket), None)

    def unanswered(self, error: str) -> SocketAnswered:
        """Say why there is no answer."""
        return SocketAnswered(self.socket, None, error)


class AskBind(NamedTuple):
    """What would become of an attempt to bind."""

    attempt: BindAttempt
    read_all: Callable[[], Interval | None]
    """Gives an interval with TIME-WAIT and bound-only rows; None where they could not be read."""
    namespace: int = 0
    """Inode of the network namespace that is asked about; 0 for the own or only one."""

    def answered_by(self, source: Source) -> BindAnswered:
        """Decide by the rows, and by what is asked besides."""
        from monitor.sampling.bind_answers import decide_by  # noqa: PLC0415 - only who asks needs it

        interval = self.read_all()
        if interval is None:
            raise MonitorError(NOT_ALL)
        if (there := interval.within(self.namespace)) is None:
            raise MonitorError(NAMESPACE_GONE)
        decided = decide_by(inside(source, self.namespace), there, self.attempt)
        return BindAnswered(self.attempt, decided, None, self.namespace)

    def unanswered(self, error: str) -> BindAnswered:
        """Say why there is no answer."""
        return BindAnswered(self.attempt, None, error, self.namespace)


class AskReceivers(NamedTuple):
    """Who gets a segment. It may take longer than a period, and goes on between samples."""

    question: ReceiverQuestion
    namespace: int = 0
    """Inode of the network namespace that is asked about; 0 for the own or only one."""


class AskFreshRows(NamedTuple):
    """What has become of some rows since the last sample; the answer is an interval."""

    cookies: Sequence[int]


class AskPrepare(NamedTuple):
    """Look at the target of an action and hold it."""

    asked: Asked
    operator: Operator

    def answered_by(self, source: Source) -> ActionPrepared:
        """Ask."""
        return ActionPrepared(self.asked, source.prepare(self.asked, self.operator), None)

    def unanswered(self, error: str) -> ActionPrepared:
        """Say why there is no answer."""
        return ActionPrepared(self.asked, None, error)


class AskConfirm(NamedTuple):
    """Do what was prepared."""

    token: int

    def answered_by(self, source: Source) -> ActionAnswered:
        """Have it done."""
        return ActionAnswered(self.token, source.confirm(self.token), None)

    def unanswered(self, error: str) -> ActionAnswered:
        """Say why there is no answer."""
        return ActionAnswered(self.token, None, error)


class AskBecame(NamedTuple):
    """What became of a process that was signalled."""

    token: int

    def answered_by(self, source: Source) -> ActionAnswered:
        """Ask."""
        return ActionAnswered(self.token, source.became(self.token), None)

    def unanswered(self, error: str) -> ActionAnswered:
        """Say why there is no answer."""
        return ActionAnswered(self.token, None, error)


Question = (
    AskRoute | AskRouting | AskProcess | AskEnvironment | AskSocket | AskBind | AskPrepare | AskConfirm | AskBecame
)
"""What is answered at once, by one event."""
