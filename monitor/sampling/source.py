"""Source: where samples come from. The stream, the live kernel and the tests' fixed source are its implementations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from monitor.model.action import Asked, Operator, Outcome, Prepared
from monitor.model.bind_facts import BindFacts, SocketHolder
from monitor.model.fresh_rows import FreshRows
from monitor.model.namespace import FoundNamespaces, LeftOut
from monitor.model.process import ProcessEnvironment, ProcessFacts
from monitor.model.receiver import ReceiverFacts
from monitor.model.route import Flow, RouteDecision
from monitor.model.routing import Routing
from monitor.model.sample import Sample
from monitor.model.segment import Segment
from monitor.model.socket_events import SocketEvents
from monitor.model.socket_table import SocketTable
from monitor.model.sockets import SocketId
from monitor.model.tcp_info import SocketDetails
from monitor.model.ways import Records


class Source(Protocol):
    """Answers one question at a time; every method may raise MonitorError with a sentence for the user."""

    def sample(self, *, time_wait: bool = False) -> Sample:
        """Read all sockets; with TIME-WAIT and bound-only rows where asked for.

        Raises:
            SourceError: there will be no more samples from this source.
            KernelError, WireError: this reading failed; the next may succeed.
        """
        ...

    def process(self, pid: int) -> ProcessFacts | None:
        """Read what is known of a process; None where there is none of that pid."""
        ...

    def environment(self, pid: int) -> ProcessEnvironment | None:
        """Read the environment of a process, which is asked for by nobody but its reader; None where there is none."""
        ...

    def route_to(self, flow: Flow) -> RouteDecision:
        """Ask the kernel which way a packet would go; "no way" is an answer, a zone that does not exist too.

        Raises:
            InputError: source and remote are of different families.
        """
        ...

    def routing_of(self, flow: Flow, table: int | None = None) -> Routing:
        """Ask likewise, and for all rules and the routes of a table: None for the one that the answer comes from."""
        ...

    def ways(self, questions: Records) -> Records:
        """Ask the kernel which way many packets would go: a WAY for each WAY_QUESTION, or for the first ones."""
        ...

    def receiver_of(self, segment: Segment, holders: Sequence[SocketHolder] = ()) -> ReceiverFacts:
        """Ask the kernel who gets a segment, and how it comes in; a look-up that is refused is told in the answer.

        Args:
            segment: what arrives.
            holders: of a datagram to a multicast group, the sockets that may take it: they are asked whether they do.
        """
        ...

    def bind_facts(self, asked: Sequence[SocketHolder]) -> BindFacts:
        """Read what decides about bind() beside the sockets: the namespace's settings, and these sockets' options.

        What may not be read is told in the answer.
        """
        ...

    def events(self) -> SocketEvents:
        """Give what happened to sockets since the last call, or since the first sample, without waiting."""
        ...

    def fresh_rows(self, asked: SocketTable) -> FreshRows:
        """Ask for some sockets of a sample by name: connected TCP ones by exact look-up, listeners by their list.

        Only of the former the answer says that they are gone: see SockDiag.find().
        """
        ...

    def socket(self, asked: SocketId) -> SocketDetails | None:
        """Ask for all that is known of one socket; None where the kernel does not find it.

        For a connected TCP socket None means that it is gone. A listener or UDP socket of a SO_REUSEPORT group may
        live and not be found, and one of another namespace never is.
        """
        ...

    def prepare(self, asked: Asked, operator: Operator) -> Prepared | Outcome:
        """Look at the target of an action anew and hold it for a minute; changes nothing.

        Returns:
            A token to confirm and what the user has to know before, or why there is nothing to confirm.
        """
        ...

    def confirm(self, token: int) -> Outcome:
        """Do what was prepared, once, and only if the target is still what was shown."""
        ...

    def became(self, token: int) -> Outcome:
        """Look what became of a process that was signalled: EXITED or STILL_RUNNING, for a minute after it."""
        ...

    def close(self) -> None:
        """End the source; further calls, and one that another thread waits for, raise SourceError."""
        ...


class ReadNamespaces(Protocol):
    """Which network namespaces there are, the own one first, and of which of them there is no sample."""

    @property
    def found(self) -> FoundNamespaces:
        """All of them."""
        ...

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Those that could not be read."""
        ...


class SourceOfAll(Source, Protocol):
    """A source of every network namespace; asked as it is, it speaks of its own."""

    def namespaces(self, *, time_wait: bool = False) -> ReadNamespaces:
        """Read all sockets of all of them; the next sample of each is of then. Raises as sample() does."""
        ...

    def within(self, namespace: int) -> Source:
        """Give what is asked about one of them, by its inode."""
        ...
