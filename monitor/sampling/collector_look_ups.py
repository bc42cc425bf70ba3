"""What the collector answers about one thing alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.sampling import look_up_messages as messages

if TYPE_CHECKING:
    from monitor.sampling.messages import Message
    from monitor.sampling.source import Source


def answer_look_up(source: Source, question: messages.LookUp) -> Message:
    """Ask the source; raises MonitorError."""
    number = question.id
    answer: Message
    match question:
        case messages.AskProcess(pid=pid):
            answer = messages.ProcessRead(id=number, facts=source.process(pid))
        case messages.AskSocket(socket=asked):
            answer = messages.SocketRead(id=number, details=source.socket(asked))
        case messages.AskRouting(flow=flow, table=table):
            answer = messages.RoutingRead(id=number, routing=source.routing_of(flow, table))
        case messages.AskReceiver(segment=segment, holders=holders):
            answer = messages.ReceiverRead(id=number, facts=source.receiver_of(segment, holders))
        case messages.AskBindFacts(holders=holders):
            answer = messages.BindFactsRead(id=number, facts=source.bind_facts(holders))
    return answer
