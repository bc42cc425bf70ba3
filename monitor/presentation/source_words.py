"""Why a packet has this source address, in words: bound, the route's, or the step of the kernel's choice."""

from __future__ import annotations

from monitor.model.endpoint import address_text
from monitor.model.route import RouteDecision, SourceStep
from monitor.presentation.safe_text import safe_text

_RULES = {
    SourceStep.SAME_ADDRESS: "it is the destination itself (RFC 6724 rule 1)",
    SourceStep.SCOPE: "its scope suits the destination (RFC 6724 rule 2)",
    SourceStep.NOT_DEPRECATED: "it is not deprecated (RFC 6724 rule 3)",
    SourceStep.OUTGOING_INTERFACE: "it is on the leaving interface (RFC 6724 rule 5)",
    SourceStep.LABEL: "its label is the destination's (RFC 6724 rule 6)",
    SourceStep.TEMPORARY: "public or temporary as is preferred (RFC 6724 rule 7)",
    SourceStep.PREFIX: "it shares the longer prefix with the destination (RFC 6724 rule 8)",
    SourceStep.ORDER: "no rule decides, it is the first in the kernel's list",
    SourceStep.UNCERTAIN: "the kernel's choice; not certain by which rule",
    SourceStep.ONLY: "the only candidate",
}


def source_reason(decision: RouteDecision) -> str:
    """Say the source and what decided for it, with the candidate that lost: "… beats 2001:db8::7"."""
    if decision.source is None:
        return "not told by the kernel"
    source, choice = address_text(decision.source), decision.source_choice
    if choice is None:
        return f"{source}, the kernel's choice (no src)"
    if choice.step in _RULES:
        loser = "" if choice.loser is None else f"; {address_text(choice.loser)} lost"
        return f"{source}: {_RULES[choice.step]}{loser}"
    if choice.step is SourceStep.FIRST_LOOK_UP:
        first = "another interface" if choice.first_device is None else safe_text(choice.first_device)
        return f"{source}, of the way by {first}: connect() takes it there, and then looks up again with it"
    device = "no interface" if decision.device is None else safe_text(decision.device)
    reason = {
        SourceStep.BOUND: "bound to it",
        SourceStep.ROUTE: "the route's src",
        SourceStep.DESTINATION: "the destination itself",
        SourceStep.SUBNET: f"primary address of {device} in the gateway's subnet",
        SourceStep.PRIMARY: f"primary address of {device}; neither you nor the route named one",
        SourceStep.BORROWED: f"borrowed: {device} has no address that fits",
    }[choice.step]
    return f"{source}, {reason}"
