"""The lines of the Routing pane, each with what it means: a way and its reasons, or where a listener is reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.presentation.explained_value import ExplainedValue, Explanation, Why
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

_MEANINGS = {
    "leaves": "leaves",
    "no way": "no_way",
    "route": "matched",
    "rule": "rule",
    "source": "source",
    "owner": "address_owner",
    "mtu": "mtu",
    "next hop": "next_hop",
    "else": "else",
    "add": "selectors",
    "differs": "differs",
    "conns": "conns",
    "queue": "accept_queue",
    "waiting": "udp_queue",
}
"""By label of a line."""
_UNANSWERED = 2
"""Lines before there is an answer: who asks, and that the kernel is being asked."""


def explain_routing(title: str, body: Sequence[TextLine]) -> Explanation:
    """Explain the lines of an answer; those that say nothing of it yet are left out."""
    return Explanation(title, tuple(_values(body)))


def _values(body: Sequence[TextLine]) -> Iterable[ExplainedValue]:
    is_listener = any(cell.role is Role.LOCAL for line in body for cell in line.left)
    for place, line in enumerate(body):
        match line.left:
            case (label, text) if label.text.strip() in _MEANINGS:
                yield _value(label.text.strip(), text.text, _MEANINGS[label.text.strip()], text.role)
            case (device, endpoint) if endpoint.role is Role.LOCAL:
                yield _value(device.text.strip(), endpoint.text, "reachable", endpoint.role)
            case (_, taker) if is_listener and taker.role is Role.NOTE:
                yield _value("instead", taker.text, "instead", taker.role)
            case (stack,) if is_listener and stack.role is Role.DIM:
                yield _value("packets", stack.text, "protocol")
            case (asker,) if place == 0 and len(body) > _UNANSWERED and not is_listener:
                yield _value("asked for", asker.text, "asker")
            case (verdict,) if place > 0 and len(body) > _UNANSWERED and not is_listener:
                yield _value("today", verdict.text, "verdict", verdict.role)


def _value(label: str, text: str, meaning: str, role: Role = Role.PLAIN) -> ExplainedValue:
    return ExplainedValue(label, Cell(text, role), Why(meaning))
