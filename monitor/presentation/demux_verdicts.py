"""The rules' verdict and the kernel's beside each other, in words."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.demux import Agreement, DemuxDecision
from monitor.presentation.demux_lines import DemuxLine
from monitor.presentation.demux_names import SocketNames, found_text
from monitor.presentation.formats import count_text
from monitor.presentation.row_text import RowTexts

_CAUSES = {
    Agreement.STEERED: "another than the rules: BPF sk_lookup, or something else that no list shows",
    Agreement.REORDERED: "another of those that fit as well: its order is not the table's",
    Agreement.CHANGED: "time has passed between the list and the look-up",
}


def verdict_lines(decision: DemuxDecision, texts: RowTexts) -> Iterator[DemuxLine]:
    """Say whom the rules name, and whom the kernel; the second line begins with "!" where they differ."""
    yield DemuxLine("rules", _named(decision.ruled, texts), decision.ruled[0] if decision.ruled else None)
    yield DemuxLine("kernel", _kernels(decision, texts), decision.winner if _differ(decision) else None)


def _kernels(decision: DemuxDecision, texts: RowTexts) -> str:
    facts = decision.facts
    if facts.look_up is None:
        if facts.arrival.reach.is_to_many:
            return "can't be asked who gets a copy"
        return f"not asked: {facts.silence}" if facts.silence else "not asked"
    if not _differ(decision):
        return _agreed(decision, texts)
    return f"! {_found(decision, texts)}: {_CAUSES[decision.agreement]}"


def _agreed(decision: DemuxDecision, texts: RowTexts) -> str:
    if not decision.ruled:
        return "names nobody either"
    if len(decision.ruled) > 1:
        who = "" if decision.winner is None else f" {SocketNames(texts).who(decision.winner)},"
        return f"names{who} one of them"
    return "names the same"


def _differ(decision: DemuxDecision) -> bool:
    return decision.agreement in _CAUSES


def _found(decision: DemuxDecision, texts: RowTexts) -> str:
    if decision.winner is not None:
        return _named((decision.winner,), texts)
    look_up = decision.facts.look_up
    if look_up is None or look_up.found is None:
        return "nobody"
    return found_text(look_up.found, decision.facts.segment.protocol)


def _named(rows: tuple[int, ...], texts: RowTexts) -> str:
    if not rows:
        return "nobody"
    names = SocketNames(texts)
    first = f"{names.who(rows[0])}  {names.place(rows[0])}"
    return first if len(rows) == 1 else f"one of {count_text(len(rows))} on {names.place(rows[0])}"
