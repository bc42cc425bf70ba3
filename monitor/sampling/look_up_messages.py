"""The messages that ask about one thing alone: a process, a socket, the rules behind a route, a segment, a bind."""

from __future__ import annotations

from monitor.model.bind_facts import BindFacts, SocketHolder
from monitor.model.process import ProcessEnvironment, ProcessFacts
from monitor.model.receiver import ReceiverFacts
from monitor.model.route import Flow
from monitor.model.routing import Routing
from monitor.model.segment import Segment
from monitor.model.sockets import SocketId
from monitor.model.tcp_info import SocketDetails
from monitor.sampling.action_messages import ActionQuestion
from monitor.sampling.messages import Message, decoded, decoder_of


class AskProcess(Message, frozen=True, kw_only=True, tag="ask-process"):
    """Read what is known of one process."""

    pid: int


class AskEnvironment(Message, frozen=True, kw_only=True, tag="ask-environment"):
    """Read the environment of one process."""

    pid: int


class AskSocket(Message, frozen=True, kw_only=True, tag="ask-socket"):
    """Ask the kernel for one socket alone, with all that it tells of it."""

    socket: SocketId


class AskRouting(Message, frozen=True, kw_only=True, tag="ask-routing"):
    """Ask the kernel for a route, with all rules and the table behind it."""

    flow: Flow
    table: int | None = None
    """Whose routes to list; None for the one that decides."""


class AskReceiver(Message, frozen=True, kw_only=True, tag="ask-receiver"):
    """Ask the kernel who gets a segment."""

    segment: Segment
    holders: tuple[SocketHolder, ...] = ()
    """Of a datagram to a multicast group, the sockets that may take it."""


class AskBindFacts(Message, frozen=True, kw_only=True, tag="ask-bind-facts"):
    """Read the settings that bind() goes by, and the options of some sockets."""

    holders: tuple[SocketHolder, ...]


class ProcessRead(Message, frozen=True, kw_only=True, tag="process"):
    """Facts of a process, or None where there is none."""

    facts: ProcessFacts | None


class EnvironmentRead(Message, frozen=True, kw_only=True, tag="environment"):
    """The environment of a process, or None where there is none; never part of a recording."""

    environment: ProcessEnvironment | None


class SocketRead(Message, frozen=True, kw_only=True, tag="socket"):
    """Details of a socket, or None where the kernel does not find it."""

    details: SocketDetails | None


class RoutingRead(Message, frozen=True, kw_only=True, tag="routing"):
    """The kernel's answer to a Flow, and what stands behind it."""

    routing: Routing


class ReceiverRead(Message, frozen=True, kw_only=True, tag="receiver"):
    """What the kernel says of a segment."""

    facts: ReceiverFacts


class BindFactsRead(Message, frozen=True, kw_only=True, tag="bind-facts"):
    """Settings and options; user, rights, links and addresses are the sample's and left out."""

    facts: BindFacts


LookUp = AskProcess | AskEnvironment | AskSocket | AskRouting | AskReceiver | AskBindFacts


def decode_look_up(data: bytes | memoryview) -> LookUp | ActionQuestion:
    """Unpack and check a question that messages does not know.

    Raises:
        WireError: not such a question of this version.
    """
    question: LookUp | ActionQuestion = decoded(decoder_of(LookUp | ActionQuestion), data)
    return question
