"""What the Routing pane says: a connection's way and whether it still agrees; where a listener is reached."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.egress import Agreement, Verdict
from monitor.model.route import Flow, RouteDecision
from monitor.model.sample import Interval
from monitor.presentation import route_words
from monitor.presentation.agreement_words import agreement_text
from monitor.presentation.route_names import protocol_name
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Cell, Role
from monitor.reasoning.egress import agreement_of
from monitor.reasoning.reachability import ReachableAt, reachable_at

_LABEL_WIDTH = 9
_VERDICT_ROLES = {
    Verdict.AGREES: Role.GOOD,
    Verdict.ELSEWHERE: Role.NOTE,
    Verdict.NO_WAY: Role.TROUBLE,
    Verdict.UNKNOWN: Role.DIM,
}


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """The kernel's answer to the question that was put, or the sentence that says why there is none."""

    flow: Flow
    decision: RouteDecision | None
    error: str | None = None


def connection_lines(interval: Interval, row: int, answer: RouteAnswer | None) -> list[TextLine]:
    """Say who asks, which way it would go today, and whether the connection does so."""
    texts = RowTexts(interval)
    who = ", user not known"
    if texts.has_user(row):
        who = f" as {texts.user(row)} (uid {int(interval.table.uid[row])})"
    mark = f", mark {int(interval.table.mark[row])}" if bool(interval.table.has_mark[row]) else ""
    first = plain(f"{texts.protocol(row)}{who}{mark}", Role.DIM)
    if answer is None:
        return [first, plain("asking the kernel …", Role.DIM)]
    return [first, *answer_lines(answer, agreement_of(interval, row))]


def typed_lines(answer: RouteAnswer | None) -> list[TextLine]:
    """Say which way a typed remote endpoint would be reached."""
    if answer is None:
        return [plain("asking the kernel …", Role.DIM)]
    who = f"{protocol_name(answer.flow.protocol)} (assumed) as this monitor's user"
    return [plain(who, Role.DIM), *answer_lines(answer, None)]


def answer_lines(answer: RouteAnswer, judged: Agreement | None) -> list[TextLine]:
    """Lay out an answer: a label and a text for each line, the verdict last and in its own role."""
    if answer.decision is None:
        return [plain(answer.error or "the kernel did not answer", Role.TROUBLE)]
    lines = [
        TextLine((Cell(f"{label:<{_LABEL_WIDTH}}", Role.HEADING), Cell(text, _line_role(answer.decision, place))))
        for place, (label, text) in enumerate(route_words.lines(answer.decision))
    ]
    if judged is not None:
        lines.append(plain(agreement_text(judged), _VERDICT_ROLES[judged.verdict]))
    return lines


def strip_line(interval: Interval, row: int, answer: RouteAnswer | None) -> TextLine:
    """Say a connection's way in one line."""
    if not bool(interval.table.is_pair[row]):
        return reach_strip(interval, row)
    if answer is None:
        return plain(" asking the kernel for the route …", Role.DIM)
    if answer.decision is None:
        return plain(f" {answer.error}", Role.TROUBLE)
    return plain(f" {route_words.strip(answer.decision, agreement_of(interval, row))}")


def listener_lines(interval: Interval, row: int) -> list[TextLine]:
    """Say where a listener can be reached, interface by interface, and for which packets."""
    if not interval.sample.network.is_read:
        return [plain("reading the addresses of this machine …", Role.DIM)]
    places = _places(interval, row)
    if not places:
        return [plain("no interface that is up has its address: nobody can reach it", Role.TROUBLE)]
    lines = [plain("Reachable at", Role.HEADING)]
    device = b""
    for place in places:
        name = "" if place.device == device else safe_text(place.device)
        device = place.device
        lines.append(
            TextLine((Cell(f"{name:<{_LABEL_WIDTH}}", Role.NAME), Cell(safe_text(str(place.endpoint)), Role.LOCAL)))
        )
    return [*lines, plain(stack_words(interval, row), Role.DIM)]


def reach_strip(interval: Interval, row: int) -> TextLine:
    """Say in one line where a listener can be reached."""
    if not bool(interval.table.is_listener[row] | interval.table.is_udp_unconnected[row]):
        return plain(" bound only: it holds its port and neither listens nor connects", Role.DIM)
    if not interval.sample.network.is_read:
        return plain(" reading the addresses of this machine …", Role.DIM)
    addresses = dict.fromkeys(safe_text(place.endpoint.address_text) for place in _places(interval, row))
    if not addresses:
        return plain(" no interface that is up has its address: nobody can reach it", Role.TROUBLE)
    return plain(f" reachable at {' '.join(addresses)}, {stack_words(interval, row)}")


def _places(interval: Interval, row: int) -> list[ReachableAt]:
    network = interval.sample.network
    return reachable_at(
        RowTexts(interval).local(row),
        is_v6_only=int(interval.table.v6only[row]) == 1,
        device=int(interval.table.device[row]),
        links=network.links,
        addresses=network.addresses,
    )


def stack_words(interval: Interval, row: int) -> str:
    """Say for which packets a waiting socket is: "for IPv4 and IPv6"."""
    local = interval.table.local(row)
    if local.address.version == 4 or getattr(local.address, "ipv4_mapped", None) is not None:  # noqa: PLR2004 - IPv4
        return "for IPv4 only"
    if not local.is_wildcard:
        return "for IPv6 only"
    return "for IPv6 only" if int(interval.table.v6only[row]) == 1 else "for IPv4 and IPv6"


def _line_role(decision: RouteDecision, place: int) -> Role:
    if place > 0:
        return Role.PLAIN
    return Role.STRONG if decision.has_way else Role.TROUBLE
