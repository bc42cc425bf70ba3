"""Findings about today's routes in words."""

from __future__ import annotations

from monitor.model.finding import FindingKind, LinkSubject
from monitor.model.finding_numbers import RouteNumbers
from monitor.presentation.agreement_words import agreement_text
from monitor.presentation.finding_names import FindingNames
from monitor.presentation.finding_text import KindText, Line, counted
from monitor.reasoning.egress import agreement_of


def route_text(names: FindingNames, numbers: RouteNumbers) -> KindText:
    """Say that open connections have no way any more, or would go another way."""
    connections = counted(numbers.connections, "connection")
    subject = names.finding.subject
    was, now = (subject.link, subject.now) if isinstance(subject, LinkSubject) else (0, 0)
    is_lost = names.finding.kind is FindingKind.NO_WAY
    example: list[Line] = []
    if names.row is not None:
        example = [
            ("seen", f"{names.texts.pair(names.row)}: {agreement_text(agreement_of(names.interval, names.row))}")
        ]
    means = (
        "nothing that they send leaves; the programs wait until TCP gives up"
        if is_lost
        else "they go on as they are, or hang where the other way does not know their address"
    )
    to = f"to {counted(numbers.remotes, 'address')}"
    have = "has" if numbers.connections == 1 else "have"
    return KindText(
        title=f"{connections} {f'{have} no way any more' if is_lost else 'would now leave elsewhere'}",
        measured=f"{to}, were {names.interface(was)}" + ("" if is_lost else f", now {names.interface(now)}"),
        lines=(*example, ("means", means)),
    )
