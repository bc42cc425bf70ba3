"""Why a route decision has its source address: bound, named by the route, or chosen by the kernel's rules."""

from __future__ import annotations

import socket

from monitor.kernel.ipv6_settings import prefers_temporary
from monitor.kernel.route_asker import RouteAsker
from monitor.kernel.route_messages import RouteReply
from monitor.kernel.route_question import RouteQuestion
from monitor.kernel.source_choice import source_choice_v4, source_choice_v6
from monitor.model.endpoint import unmapped
from monitor.model.route import Flow, SourceChoice, SourceStep


def source_choice(
    asker: RouteAsker, flow: Flow, question: RouteQuestion, answer: RouteReply, matched: RouteReply | None
) -> SourceChoice | None:
    """Say why the answer to a flow has this source; None where it has none."""
    source = answer.preferred_source if question.source is None else question.source
    step = None
    if flow.source is not None and unmapped(flow.source) == source:
        step = SourceStep.BOUND
    elif answer.type == "local" and source == question.remote:
        step = SourceStep.DESTINATION
    elif matched is not None and source is not None and matched.preferred_source == source:
        step = SourceStep.ROUTE
    if source is None or step is not None:
        return None if step is None else SourceChoice(step)
    if question.family == socket.AF_INET:
        return source_choice_v4(source, answer.hop.gateway, asker.addresses, answer.hop.output)
    # Where an unbound look-up failed the source was picked before there was a leaving interface.
    output = answer.hop.output if question.source is None else 0
    return source_choice_v6(
        question.remote, source, asker.addresses, output, lambda link: prefers_temporary(asker.name(link) or b"")
    )
