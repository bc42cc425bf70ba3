"""StreamSource: the Source at this end of a pipe. What comes off it is checked like any stranger's bytes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from monitor.errors import WireError
from monitor.model.fresh_rows import FreshRows
from monitor.model.sample import Sample
from monitor.model.ways import WAY, Records, records_in
from monitor.sampling import messages
from monitor.sampling.conversation import Conversation, broken
from monitor.sampling.row_records import cookies_in, table_in, to_records
from monitor.sampling.sample_frames import SampleDecoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model.action import Asked, Operator, Outcome, Prepared
    from monitor.model.bind_facts import BindFacts, SocketHolder
    from monitor.model.process import ProcessEnvironment, ProcessFacts
    from monitor.model.receiver import ReceiverFacts
    from monitor.model.route import Flow, RouteDecision
    from monitor.model.routing import Routing
    from monitor.model.segment import Segment
    from monitor.model.socket_events import SocketEvents
    from monitor.model.socket_table import SocketTable
    from monitor.model.sockets import SocketId
    from monitor.model.tcp_info import SocketDetails
    from monitor.sampling.collector_process import CollectorProcess
    from monitor.sampling.messages import NamespacesRead
    from monitor.sampling.stream_actions import StreamActions
    from monitor.sampling.stream_look_ups import StreamLookUps


class StreamSource:
    """Asks a collector process, one question at a time; used by one thread."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._ask, self._id = self._conversation.ask, self._conversation.next_id
        self._decoder = SampleDecoder()
        self.namespace: int | None = None
        """Inode of the network namespace of the last sample; None where it is not known."""
        self._inside: dict[int, StreamSource] = {}

    @classmethod
    def to(cls, collector: CollectorProcess) -> StreamSource:
        """Begin to talk to a collector."""
        return cls(Conversation(collector))

    def namespaces(self, *, time_wait: bool = False) -> NamespacesRead:
        """Have the sockets of every network namespace read, where the collector was started for all."""
        answer, _ = self._ask(messages.AskNamespaces(id=self._id(), time_wait=time_wait), messages.NamespacesRead)
        found = answer.found.namespaces
        numbers = {namespace.number for namespace in found}
        if not (found and found[0].is_own and 0 not in numbers and len(numbers) == len(found)):
            raise broken(WireError("the network namespaces are no list of different ones with the own one first"))
        self._inside = {number: source for number, source in self._inside.items() if number in numbers}
        return answer

    def within(self, namespace: int) -> StreamSource:
        """Give what asks about one of them, by its inode; 0 for the collector's own. All end together."""
        if not namespace:
            return self
        if namespace not in self._inside:
            self._inside[namespace] = StreamSource(self._conversation.within(namespace))
        return self._inside[namespace]

    @cached_property
    def _look_ups(self) -> StreamLookUps:
        from monitor.sampling.stream_look_ups import StreamLookUps  # noqa: PLC0415 - the main screen shows without it

        return StreamLookUps(self._conversation)

    @cached_property
    def _actions(self) -> StreamActions:
        from monitor.sampling.stream_actions import StreamActions  # noqa: PLC0415 - as above

        return StreamActions(self._conversation)

    def sample(self, *, time_wait: bool = False) -> Sample:
        """Ask for a sample and wait for it."""
        answer, frame = self._ask(messages.AskSample(id=self._id(), time_wait=time_wait), messages.SampleRead)
        try:
            sample = self._decoder.decode(answer, frame.body)
        except WireError as error:
            raise broken(error) from None
        self.namespace = sample.table.namespace or None
        return sample

    def route_to(self, flow: Flow) -> RouteDecision:
        """Ask for a route."""
        return self._ask(messages.AskRoute(id=self._id(), flow=flow), messages.RouteRead)[0].decision

    def ways(self, questions: Records) -> Records:
        """Ask which way many packets would go."""
        answer, _ = self._ask(messages.AskWays(id=self._id(), questions=questions.tobytes()), messages.WaysRead)
        try:
            ways = records_in(answer.ways, WAY)
        except WireError as error:
            raise broken(error) from None
        return ways[: len(questions)]

    def events(self) -> SocketEvents:
        """Ask what happened to sockets."""
        from monitor.sampling.event_messages import EventsRead  # noqa: PLC0415 - after the first sample

        answer, _ = self._ask(messages.AskEvents(id=self._id()), EventsRead)
        try:
            return answer.events()
        except WireError as error:
            raise broken(error) from None

    def fresh_rows(self, asked: SocketTable) -> FreshRows:
        """Ask for some sockets by name."""
        question = messages.AskFreshRows(id=self._id(), namespace=asked.namespace, rows=to_records(asked))
        answer, _ = self._ask(question, messages.FreshRowsRead)
        try:
            found, gone = table_in(answer.rows, answer.namespace), cookies_in(answer.gone)
            return FreshRows(answer.boot_time, found, gone, answer.asleep_s)
        except WireError as error:
            raise broken(error) from None

    def process(self, pid: int) -> ProcessFacts | None:
        """Ask for the facts of a process."""
        return self._look_ups.process(pid)

    def environment(self, pid: int) -> ProcessEnvironment | None:
        """Ask for the environment of a process."""
        return self._look_ups.environment(pid)

    def routing_of(self, flow: Flow, table: int | None = None) -> Routing:
        """Ask for a route with what stands behind it."""
        return self._look_ups.routing_of(flow, table)

    def receiver_of(self, segment: Segment, holders: Sequence[SocketHolder] = ()) -> ReceiverFacts:
        """Ask who gets a segment."""
        return self._look_ups.receiver_of(segment, holders)

    def bind_facts(self, asked: Sequence[SocketHolder]) -> BindFacts:
        """Ask for what decides about bind()."""
        return self._look_ups.bind_facts(asked)

    def socket(self, asked: SocketId) -> SocketDetails | None:
        """Ask for one socket."""
        return self._look_ups.socket(asked)

    def prepare(self, asked: Asked, operator: Operator) -> Prepared | Outcome:
        """Have the collector look at the target of an action, and hold it."""
        return self._actions.prepare(asked, operator)

    def confirm(self, token: int) -> Outcome:
        """Have it do what it has prepared."""
        return self._actions.confirm(token)

    def became(self, token: int) -> Outcome:
        """Ask what became of a process that was signalled."""
        return self._actions.became(token)

    def close(self) -> None:
        """End the collector; also where the thread of the questions waits for it."""
        self._conversation.close()
