"""What the Routing pane says of a way: a connection's, and whether it still agrees; or of what was typed."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.egress import Agreement, Verdict
from monitor.model.endpoint import address_text
from monitor.model.route import Flow, RouteDecision
from monitor.model.sample import Interval
from monitor.presentation import route_words
from monitor.presentation.agreement_words import agreement_text
from monitor.presentation.difference_words import difference_lines
from monitor.presentation.route_names import protocol_name
from monitor.presentation.route_question import RouteQuestion
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Cell, Role
from monitor.reasoning.egress import agreement_of
from monitor.reasoning.route_differences import differing_rows

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


def typed_title(question: RouteQuestion) -> str:
    """Name the remote endpoint that was typed, the address alone where no port was."""
    remote = question.remote
    return f"→ {safe_text(str(remote) if remote.port else remote.address_text)} (typed)"


def typed_lines(
    interval: Interval, question: RouteQuestion, answer: RouteAnswer | None, *, is_typing: bool = False
) -> list[TextLine]:
    """Say which way a typed remote endpoint would be reached, and which open connections go another.

    Args:
        interval: Where the open connections are, and who asks.
        question: As it was typed.
        answer: None before there is one.
        is_typing: Whether to say what else can be typed.
    """
    lines = [plain(_typed_words(question, interval.sample.uid), Role.DIM)]
    if is_typing:
        lines.append(_labelled("add", " ".join(offers(question)), Role.DIM))
    if answer is None:
        return [*lines, plain("asking the kernel …", Role.DIM)]
    lines += answer_lines(answer, None)
    if answer.decision is not None:
        differing = difference_lines(interval, differing_rows(interval, answer.decision))
        lines += [_labelled("differs", text, Role.NOTE) for text in differing]
    return lines


def offers(question: RouteQuestion) -> list[str]:
    """List the selectors that were not typed yet, as they can be typed."""
    typed = {
        "udp": question.protocol,
        "uid=N": question.uid,
        "mark=N": question.mark,
        "dev=NAME": question.device,
        "src=ADDRESS": question.source,
        "sport=PORT": question.source_port,
        "tos=N": question.tos,
    }
    return [offer for offer, value in typed.items() if value is None]


def _typed_words(question: RouteQuestion, asker: int) -> str:
    """Say what is asked, what was left out too: "tcp (assumed) as uid 0 (who asks), mark 0, bound to wg0"."""
    protocol = "tcp (assumed)" if question.protocol is None else protocol_name(question.protocol)
    user = f"uid {asker} (who asks)" if question.uid is None else f"uid {question.uid}"
    parts = [f"{protocol} as {user}", f"mark {question.mark or 0}"]
    if question.device is not None:
        parts.append(f"bound to {safe_text(question.device)}")
    if question.source is not None:
        parts.append(f"from {address_text(question.source)}")
    if question.source_port is not None:
        parts.append(f"local port {question.source_port}")
    if question.tos is not None:
        parts.append(f"tos {question.tos}")
    return ", ".join(parts)


def answer_lines(answer: RouteAnswer, judged: Agreement | None) -> list[TextLine]:
    """Lay out an answer: a label and a text for each line, the verdict last and in its own role."""
    if answer.decision is None:
        return [plain(answer.error or "the kernel did not answer", Role.TROUBLE)]
    lines = [
        _labelled(label, text, _line_role(answer.decision, place))
        for place, (label, text) in enumerate(route_words.lines(answer.decision))
    ]
    if judged is not None:
        lines.append(plain(agreement_text(judged), _VERDICT_ROLES[judged.verdict]))
    return lines


def strip_line(interval: Interval, row: int, answer: RouteAnswer | None) -> TextLine:
    """Say a connection's way in one line."""
    if not bool(interval.table.is_pair[row]):
        from monitor.presentation.reach_lines import reach_strip  # noqa: PLC0415 - of no connection, which come first

        return reach_strip(interval, row)
    if answer is None:
        return plain(" asking the kernel for the route …", Role.DIM)
    if answer.decision is None:
        return plain(f" {answer.error}", Role.TROUBLE)
    return plain(f" {route_words.strip(answer.decision, agreement_of(interval, row))}")


def elsewhere_words(interval: Interval, row: int) -> str:
    """Say of a connection that would leave elsewhere today how; empty for any other."""
    if interval.egress is None or not bool(interval.table.is_pair[row]):
        return ""
    if interval.egress.verdict(row) not in (Verdict.ELSEWHERE, Verdict.NO_WAY):
        return ""
    return agreement_text(agreement_of(interval, row))


def _labelled(label: str, text: str, role: Role) -> TextLine:
    return TextLine((Cell(f"{label:<{_LABEL_WIDTH}}", Role.HEADING), Cell(text, role)))


def _line_role(decision: RouteDecision, place: int) -> Role:
    if place > 0:
        return Role.PLAIN
    return Role.STRONG if decision.has_way else Role.TROUBLE
