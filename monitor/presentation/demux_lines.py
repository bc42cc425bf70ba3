"""The stages of a decision as lines: at each one who was looked at, and why it won or lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model.demux import Agreement, Candidate, DemuxDecision, Fate, Stage, StageKind
from monitor.presentation.demux_names import SocketNames
from monitor.presentation.demux_reach import reached_text
from monitor.presentation.fitting import cell_width
from monitor.presentation.formats import count_text
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text

_MOST_CHOSEN = 16
_MOST_REFUSED = 6
_FATES = {
    Fate.WINS: "wins",
    Fate.MEMBER: "in the group",
    Fate.OTHER_ADDRESS: "out: another address",
    Fate.OTHER_DEVICE: "out: bound to another interface",
    Fate.OTHER_PEER: "out: connected to another peer",
    Fate.IPV6_ONLY: "out: IPv6 only",
    Fate.IPV4_ONLY: "out: IPv4 only",
    Fate.NOT_LISTENING: "out: holds the port, does not listen",
    Fate.LOWER_SCORE: "loses: fits less closely",
    Fate.BEHIND: "loses: comes later in the kernel's chain",
    Fate.OLDER: "loses: bound earlier, and the last takes all",
    Fate.NOT_ASKED: "not asked: an earlier stage decides",
    Fate.OVERRULED: "the rules' choice and not the kernel's",
    Fate.NOT_JOINED: "out: takes no group that it has not joined",
}


@dataclass(frozen=True, slots=True)
class CandidateTexts:
    """Who a candidate is and what became of it. Texts are filled up, so that they stand under each other."""

    who: str
    place: str
    fate: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class DemuxLine:
    """One line of an explanation. Its texts are safe already."""

    label: str
    """Empty where the line belongs to the one above."""
    text: str
    row: int | None = None
    """The socket that it speaks of, a row of the interval's table."""
    candidate: CandidateTexts | None = None
    """The parts of the text, where it tells of a candidate."""


def stage_lines(decision: DemuxDecision, texts: RowTexts) -> Iterator[DemuxLine]:
    """Tell every stage, numbered in the kernel's order."""
    yield DemuxLine("1 for this host", reached_text(decision.facts, texts))
    for number, stage in enumerate(decision.stages, start=2):
        label = f"{number} {stage.kind}"
        if stage.candidates:
            yield from _candidate_lines(label, stage, decision, texts)
        else:
            yield DemuxLine(label, _empty(decision, stage))


def _candidate_lines(label: str, stage: Stage, decision: DemuxDecision, texts: RowTexts) -> Iterator[DemuxLine]:
    names = SocketNames(texts)
    chosen = [candidate for candidate in stage.candidates if candidate.fate.is_chosen]
    others = [candidate for candidate in stage.candidates if not candidate.fate.is_chosen]
    listed = chosen[:_MOST_CHOSEN] + others[:_MOST_REFUSED]
    cells = [(names.who(candidate.row), names.place(candidate.row)) for candidate in listed]
    widths = [max(cell_width(cell[column]) for cell in cells) for column in (0, 1)]
    for candidate, cell in zip(listed, cells, strict=True):
        who, place = (text + " " * (width - cell_width(text)) for text, width in zip(cell, widths, strict=True))
        told = CandidateTexts(who, place, _fate(candidate, stage, decision, names), candidate.fate.is_chosen)
        yield DemuxLine(label, f"{who}  {place}  {told.fate}", candidate.row, told)
        label = ""
    more = len(stage.candidates) + stage.left_out - len(listed)
    if more:
        yield DemuxLine("", f"and {count_text(more)} more")


def _fate(candidate: Candidate, stage: Stage, decision: DemuxDecision, names: SocketNames) -> str:
    if candidate.fate is Fate.LOWER_SCORE:
        best = max((other.score or 0 for other in stage.candidates if other.fate.is_chosen), default=0)
        return f"{_FATES[candidate.fate]}, score {candidate.score} against {best}"
    if not candidate.fate.is_chosen:
        return _FATES[candidate.fate]
    text = "gets a copy" if stage.kind is StageKind.EVERY else _FATES[candidate.fate]
    if candidate.fate is Fate.MEMBER and candidate.row == decision.winner:
        text += ", named by the kernel" if decision.facts.look_up else ", first in the chain"
    return text + names.sharing(candidate.row)


def _empty(decision: DemuxDecision, stage: Stage) -> str:
    port = decision.facts.segment.destination.port
    if stage.kind is StageKind.STEERING:
        return _steering(decision)
    return {
        StageKind.EXACT: "no socket has this pair",
        StageKind.ADDRESS: f"nobody waits on {safe_text(str(decision.facts.segment.destination))}",
        StageKind.WILDCARD: f"nobody waits on port {port} of every address",
    }.get(stage.kind, f"nobody waits on port {port}")


def _steering(decision: DemuxDecision) -> str:
    if decision.agreement is Agreement.RULES_ONLY:
        return "not visible: the kernel was not asked"
    is_exact = any(stage.kind is StageKind.EXACT and stage.decides for stage in decision.stages)
    if is_exact:
        return "not asked: the exact pair decides"
    if decision.agreement is Agreement.CHANGED:
        return "not visible: the list and the kernel's answer are of different moments"
    if not decision.ruled:
        return "no program steers it: the kernel names nobody either"
    return "no program steers it: the kernel names the same socket as the rules"
