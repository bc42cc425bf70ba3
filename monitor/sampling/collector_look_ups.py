"""What the collector answers about one thing alone, and what it does to one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.sampling import action_messages
from monitor.sampling import look_up_messages as messages

if TYPE_CHECKING:
    from monitor.sampling.messages import Message
    from monitor.sampling.source import Source


def answer_look_up(source: Source, question: messages.LookUp | action_messages.ActionQuestion) -> Message:
    """Ask the source; raises MonitorError."""
    match question:
        case action_messages.AskPrepareSignal(id=number, asked=asked, operator=operator):
            return action_messages.PreparedRead.of(number, source.prepare(asked, operator))
        case action_messages.AskPrepareClose(id=number, asked=asked, operator=operator):
            return action_messages.PreparedRead.of(number, source.prepare(asked, operator))
        case action_messages.AskConfirm(id=number, token=token):
            return action_messages.OutcomeRead(id=number, outcome=source.confirm(token))
        case action_messages.AskBecame(id=number, token=token):
            return action_messages.OutcomeRead(id=number, outcome=source.became(token))
    return _answer(source, question)


def _answer(source: Source, question: messages.LookUp) -> Message:
    number = question.id
    answer: Message
    match question:
        case messages.AskProcess(pid=pid):
            answer = messages.ProcessRead(id=number, facts=source.process(pid))
        case messages.AskEnvironment(pid=pid):
            answer = messages.EnvironmentRead(id=number, environment=source.environment(pid))
        case messages.AskSocket(socket=asked):
            answer = messages.SocketRead(id=number, details=source.socket(asked))
        case messages.AskRouting(flow=flow, table=table):
            answer = messages.RoutingRead(id=number, routing=source.routing_of(flow, table))
        case messages.AskReceiver(segment=segment, holders=holders):
            answer = messages.ReceiverRead(id=number, facts=source.receiver_of(segment, holders))
        case messages.AskBindFacts(holders=holders):
            answer = messages.BindFactsRead(id=number, facts=source.bind_facts(holders))
    return answer
