"""The Source's questions about one thing alone, asked over a stream."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.model.bind_facts import BindFacts, SocketHolder
from monitor.model.process import ProcessEnvironment, ProcessFacts
from monitor.model.receiver import ReceiverFacts
from monitor.model.route import Flow
from monitor.model.routing import Routing
from monitor.model.segment import Segment
from monitor.model.sockets import SocketId
from monitor.model.tcp_info import SocketDetails
from monitor.sampling import look_up_messages as messages
from monitor.sampling.conversation import Conversation


class StreamLookUps:
    """Each method is the Source's of the same name."""

    def __init__(self, conversation: Conversation) -> None:
        self._ask, self._id = conversation.ask, conversation.next_id

    def process(self, pid: int) -> ProcessFacts | None:
        """Ask for the facts of a process."""
        return self._ask(messages.AskProcess(id=self._id(), pid=pid), messages.ProcessRead)[0].facts

    def environment(self, pid: int) -> ProcessEnvironment | None:
        """Ask for the environment of a process."""
        question = messages.AskEnvironment(id=self._id(), pid=pid)
        return self._ask(question, messages.EnvironmentRead)[0].environment

    def routing_of(self, flow: Flow, table: int | None) -> Routing:
        """Ask for a route with what stands behind it."""
        return self._ask(messages.AskRouting(id=self._id(), flow=flow, table=table), messages.RoutingRead)[0].routing

    def receiver_of(self, segment: Segment, holders: Sequence[SocketHolder]) -> ReceiverFacts:
        """Ask who gets a segment."""
        question = messages.AskReceiver(id=self._id(), segment=segment, holders=tuple(holders))
        return self._ask(question, messages.ReceiverRead)[0].facts

    def bind_facts(self, asked: Sequence[SocketHolder]) -> BindFacts:
        """Ask for what decides about bind()."""
        return self._ask(messages.AskBindFacts(id=self._id(), holders=tuple(asked)), messages.BindFactsRead)[0].facts

    def socket(self, asked: SocketId) -> SocketDetails | None:
        """Ask for one socket."""
        return self._ask(messages.AskSocket(id=self._id(), socket=asked), messages.SocketRead)[0].details
