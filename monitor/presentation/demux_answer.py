"""The answer to a demux question as the lines of its screen: the command's words, and where each leads.

node[4411] gets it: listener [::]:8080, IPv6 only. Certain: rules and kernel agree.
4 exact address    nobody waits on [2001:db8::10]:8080
5 wildcard       ✓ node[4411]  [::]:8080     wins              ⏎ process
                   nginx[811]  0.0.0.0:8080  out: IPv4 only    ⏎ process
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.model.demux import Agreement, Answer, DemuxDecision
from monitor.presentation.answer_lines import START, broken, target_of
from monitor.presentation.demux_lines import CandidateTexts, DemuxLine
from monitor.presentation.demux_names import SocketNames
from monitor.presentation.demux_places_words import place_texts, places_sentence
from monitor.presentation.demux_question import DemuxQuestion
from monitor.presentation.demux_verdicts import verdict_lines
from monitor.presentation.demux_words import DemuxWords
from monitor.presentation.fitting import cell_width
from monitor.presentation.formats import count_text
from monitor.presentation.linked_line import LinkedLine, Target, ToDemux, hint
from monitor.presentation.row_text import RowTexts
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

_LABEL_WIDTH = 16
_MARK, _NO_MARK = "✓ ", "  "
_DISAGREEMENTS = (Agreement.STEERED, Agreement.REORDERED, Agreement.CHANGED)
_ROLES = {"then": Role.STRONG, "beware": Role.NOTE, "assumed": Role.DIM, "unseen": Role.DIM}
"""Of lines that tell of no candidate, by their label."""


@dataclass(frozen=True, slots=True, eq=False)
class DemuxAnswer:
    """Decisions with what was asked and what their words are taken from."""

    question: DemuxQuestion
    decisions: tuple[DemuxDecision, ...]
    """One; or, where the question is about local addresses, one for each."""
    texts: RowTexts
    """Of the interval whose rows the decisions name."""

    def lines(self, width: int) -> list[LinkedLine]:
        """Lay the answer out; what is too long is broken between words."""
        if self.question.is_about_addresses or not self.decisions:
            return [*self._headline(places_sentence(self.decisions, self.texts), width), *self._places(width)]
        (decision,) = self.decisions
        sentence = DemuxWords(decision, self.texts).sentence()
        return [*self._headline(sentence, width), *_laid_out(_explained(decision, self.texts), self.texts, width)]

    @property
    def role(self) -> Role:
        """What the answer means for who asks."""
        if any(decision.agreement in _DISAGREEMENTS for decision in self.decisions):
            return Role.NOTE
        return Role.GOOD if any(decision.members for decision in self.decisions) else Role.TROUBLE

    @property
    def deciding_value(self) -> str:
        """What the first line is about that says who gets it, beside the headline."""
        if self.question.is_about_addresses:
            return "demux_place"
        stages = (stage for decision in self.decisions for stage in decision.stages if stage.decides)
        return next((_value(stage.kind.value) for stage in stages), "demux_answer")

    def _headline(self, sentence: str, width: int) -> Iterator[LinkedLine]:
        yield from broken(TextLine((*START, Cell(sentence, self.role))), width, value="demux_answer")
        yield LinkedLine(TextLine())

    def _places(self, width: int) -> Iterator[LinkedLine]:
        for decision, place in zip(self.decisions, place_texts(self.decisions, self.texts), strict=True):
            target = ToDemux(self._question_at(decision))
            role = Role.NAME if decision.members else Role.DIM
            start = (*START, Cell(f"{place.end}  ", Role.LOCAL), Cell(f"{place.device}  "))
            line = TextLine((*start, Cell(f"{place.who}  ", role), Cell(place.what, Role.DIM)), hint(target, width))
            yield from _fitted(line, width, target, "demux_place", under=start)

    def _question_at(self, decision: DemuxDecision) -> str:
        question, destination = self.question, decision.facts.segment.destination
        return str(DemuxQuestion(destination=destination, protocol=question.protocol, device=question.device))


def _explained(decision: DemuxDecision, texts: RowTexts) -> Iterator[DemuxLine]:
    """Put group and verdicts between the stages and what follows from them."""
    for line in DemuxWords(decision, texts).lines():
        if line.label == "then":
            yield from _group(decision, texts)
            yield from verdict_lines(decision, texts)
        yield line


def _group(decision: DemuxDecision, texts: RowTexts) -> Iterator[DemuxLine]:
    if decision.answer is Answer.ONE_OF:
        place = SocketNames(texts).place(decision.members[0])
        count = count_text(len(decision.members))
        yield DemuxLine("group", f"{count} sockets are one endpoint, {place}; each client gets one")


def _laid_out(lines: Iterable[DemuxLine], texts: RowTexts, width: int) -> Iterator[LinkedLine]:
    label = ""
    for line in lines:
        label = line.label or label
        value = _value(label.lstrip("0123456789 "))
        start = (*START, Cell(f"{line.label:<{_LABEL_WIDTH}}", Role.HEADING))
        target = None if line.row is None else target_of(texts, line.row)
        if line.candidate is not None:
            yield from _candidate(start, line.candidate, target, value, width)
            continue
        role = Role.TROUBLE if line.text.startswith("! ") else _ROLES.get(label, Role.PLAIN)
        whole = TextLine((*start, Cell(_NO_MARK), Cell(line.text, role)), hint(target, width))
        # What only goes on about the line above is none to stop at.
        has_cursor = bool(line.label) or target is not None
        yield from broken(whole, width, target=target, value=value if has_cursor else None)


def _value(label: str) -> str:
    return f"demux_{label.replace(' ', '_')}"


def _candidate(
    start: tuple[Cell, ...], told: CandidateTexts, target: Target | None, value: str, width: int
) -> Iterator[LinkedLine]:
    """Write who and where, and what became of the candidate."""
    mark = Cell(_MARK if told.is_chosen else _NO_MARK, Role.GOOD)
    fate = Cell(told.fate, Role.GOOD if told.is_chosen else Role.DIM)
    who, place = Cell(f"{told.who}  ", Role.NAME), Cell(f"{told.place}  ", Role.LOCAL)
    line = TextLine((*start, mark, who, place, fate), hint(target, width))
    yield from _fitted(line, width, target, value, under=(*start, mark))


def _fitted(
    line: TextLine, width: int, target: Target | None, value: str, *, under: tuple[Cell, ...]
) -> Iterator[LinkedLine]:
    """Write a line; where it is too long without its hint, and where that is not enough its last cell below.

    Args:
        line: Whole.
        width: Cells.
        target: Where it leads.
        value: What it is about.
        under: Its first cells, under whose end the last one then stands.
    """
    for end in (line.right, ()):
        if _width((*line.left, *end)) <= width:
            yield LinkedLine(TextLine(line.left, end), target, value)
            return
    *others, last = line.left[len(under) :]
    whole = Cell("  ".join(cell.text.strip() for cell in others), Role.NAME)
    first = (*under, *others) if _width((*under, *others)) <= width else (*under, whole)
    end = line.right if _width((*first, *line.right)) <= width else ()
    yield from broken(TextLine(first, end), width, target=target, value=value)
    yield from broken(TextLine((Cell(" " * _width(under)), last)), width)


def _width(cells: Iterable[Cell]) -> int:
    return sum(cell_width(cell.text) for cell in cells)
