"""What the app asks of its screens: who shows samples, who takes which answers, on whom the keys of the table work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from textual.widget import Widget

from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Role
from monitor.ui.keys import Where
from monitor.ui.widgets.prompt import Prompt

if TYPE_CHECKING:
    from monitor.model.bind import BindAttempt
    from monitor.model.event_list import EventList
    from monitor.model.process import Process, ProcessEnvironment, ProcessFacts
    from monitor.model.receiver import ReceiverQuestion
    from monitor.model.route import Flow
    from monitor.model.routing import Routing
    from monitor.model.sample import Interval
    from monitor.model.sockets import SocketId
    from monitor.model.tcp_info import SocketDetails
    from monitor.presentation.log import Log
    from monitor.presentation.path_words import Stop
    from monitor.presentation.routing_text import RouteAnswer
    from monitor.sampling.bind_answers import DecidedBind
    from monitor.sampling.receiver_answers import DecidedReceivers


@runtime_checkable
class LiveScreen(Protocol):
    """A screen that shows what the sampler reads."""

    def show_interval(self, interval: Interval) -> None:
        """Show the newest interval."""
        ...

    def show_status(self, line: TextLine) -> None:
        """Show the status line."""
        ...


@runtime_checkable
class ShowsEvents(Protocol):
    """A screen that lists what happened."""

    def show_events(self, events: EventList) -> None:
        """Show what happened."""
        ...


@runtime_checkable
class ShowsLog(Protocol):
    """A screen that lists what was done."""

    def show_log(self, log: Log) -> None:
        """Show what was done."""
        ...


@runtime_checkable
class ShowsSockets(Protocol):
    """A screen with single sockets on it, whose numbers are worth reading between samples."""

    def visible_cookies(self) -> list[int]:
        """Give the sockets that are on screen."""
        ...


@runtime_checkable
class ActingScreen(Protocol):
    """A screen on which the keys of the table work."""

    prompt: Prompt

    @property
    def pane(self) -> Widget:
        """What the keys of a list act on."""
        ...

    @property
    def place(self) -> Where:
        """Where the user is, in the words of the key table."""
        ...

    def say(self, text: str, role: Role = Role.DIM) -> None:
        """Put a sentence on the message line."""
        ...


@runtime_checkable
class StopScreen(Protocol):
    """A screen on the path of a drill-down."""

    @property
    def stop(self) -> Stop:
        """What it shows, and how the path names it."""
        ...


@runtime_checkable
class OfProcess(Protocol):
    """A screen that is about one process."""

    @property
    def process(self) -> Process | None:
        """The process as it is shown; None before anything is known of it."""
        ...


@runtime_checkable
class ShowsEnvironment(Protocol):
    """A screen that may have asked for the environment of a process."""

    def show_environment(self, pid: int, environment: ProcessEnvironment | None, error: str | None) -> None:
        """Take an answer, if it is to the own question."""
        ...


@runtime_checkable
class ShowsRoutes(Protocol):
    """A screen that may have asked for a route."""

    def show_route(self, answer: RouteAnswer) -> None:
        """Take an answer, if it is to the own question."""
        ...


@runtime_checkable
class ShowsRules(Protocol):
    """A screen that may have asked what stands behind a route."""

    def show_routing(self, flow: Flow, table: int | None, routing: Routing | None, error: str | None) -> None:
        """Take an answer, if it is to the own question."""
        ...


@runtime_checkable
class ShowsProcess(Protocol):
    """A screen that may have asked for the facts of a process."""

    def show_facts(self, pid: int, facts: ProcessFacts | None, error: str | None) -> None:
        """Take an answer, if it is to the own question."""
        ...


@runtime_checkable
class ShowsSocket(Protocol):
    """A screen that may have asked for one socket alone."""

    def show_details(self, socket: SocketId, details: SocketDetails | None, error: str | None) -> None:
        """Take an answer, if it is to the own question."""
        ...


@runtime_checkable
class ShowsBind(Protocol):
    """The screen that asks what would become of an attempt to bind."""

    def ask_on(self) -> None:
        """Let the user type another question."""
        ...

    def show_decision(self, attempt: BindAttempt, decided: DecidedBind | None, error: str | None) -> None:
        """Take an answer, if it is to the own question."""
        ...


@runtime_checkable
class ShowsReceivers(Protocol):
    """A screen that may have asked who gets a segment."""

    def ask_on(self) -> None:
        """Let another question be typed."""
        ...

    def show_receivers(self, question: ReceiverQuestion, decided: DecidedReceivers | None, error: str | None) -> None:
        """Take an answer, if it is to the own question."""
        ...
