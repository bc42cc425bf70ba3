"""A bind decision as the lines of its screen: the command's words, with where each leads and what it can be asked.

No, EADDRINUSE: nginx[812] listens on 192.0.2.10:443.
1 ▸ LISTEN     192.0.2.10:443   nginx[812] (www-data, up 2h, fd 6)                              ⏎ process
               the same address and port
to get it      stop nginx[812]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model.bind import BindConflict, BindDecision, Certainty
from monitor.model.bind_facts import BindFacts
from monitor.presentation.answer_lines import START, broken, target_of
from monitor.presentation.bind_holders import owners_text, pair
from monitor.presentation.bind_words import MOST_CONFLICTS, answer, lines
from monitor.presentation.fitting import cell_width
from monitor.presentation.linked_line import CURSOR_WIDTH, LinkedLine, hint
from monitor.presentation.row_text import RowTexts
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

_NUMBER_WIDTH, _STATE_WIDTH = 3, 11
_LABEL_WIDTH = _NUMBER_WIDTH + _STATE_WIDTH
"""So that words after a label stand under the endpoints of those in the way."""
_UNDER = Cell(" " * (1 + CURSOR_WIDTH + _LABEL_WIDTH))
_HINTS_FROM = 60
"""Cells of a screen that has room for what Enter does."""
_ROLES = {"to get it": Role.STRONG, "to know": Role.STRONG, "no use": Role.DIM, "free now": Role.GOOD}


@dataclass(frozen=True, slots=True, eq=False)
class BindAnswer:
    """A decision with what its words are taken from."""

    decision: BindDecision
    texts: RowTexts
    """Of the interval whose rows the decision names."""
    facts: BindFacts

    @property
    def role(self) -> Role:
        """What the answer means for who asks."""
        if self.decision.certainty is Certainty.NOT_VISIBLE:
            return Role.NOTE
        return Role.GOOD if self.decision.is_ok else Role.TROUBLE


def answer_lines(shown: BindAnswer, width: int) -> list[LinkedLine]:
    """Lay an answer out; what is too long is broken between words."""
    return [*_answer(shown, width), LinkedLine(TextLine()), *_reasons(shown, width)]


def _answer(shown: BindAnswer, width: int) -> Iterator[LinkedLine]:
    text = Cell(answer(shown.decision, shown.texts), shown.role)
    return broken(TextLine((*START, text)), width, value="bind_answer")


def _reasons(shown: BindAnswer, width: int) -> Iterator[LinkedLine]:
    decision, texts = shown.decision, shown.texts
    endpoints = [pair(texts, conflict.row) for conflict in decision.conflicts[:MOST_CONFLICTS]]
    column = max(map(len, endpoints), default=0)
    notices = [("unread", notice) for notice in (*texts.interval.sample.notices, *shown.facts.notices)]
    role = Role.PLAIN
    for label, text in (*lines(decision, texts, shown.facts), *notices):
        if label.isdigit():
            role = Role.DIM
            yield from _conflict(texts, int(label), decision.conflicts[int(label) - 1], column, width)
        elif label:
            role = _ROLES.get(label, Role.PLAIN)
            start = Cell(f"{label:<{_LABEL_WIDTH}}", Role.HEADING)
            value = f"bind_{label.replace(' ', '_')}"
            yield from broken(TextLine((*START, start, Cell(text, role))), width, value=value)
        else:
            yield from broken(TextLine((_UNDER, Cell(text, role))), width)


def _conflict(texts: RowTexts, number: int, conflict: BindConflict, column: int, width: int) -> Iterator[LinkedLine]:
    target, value = target_of(texts, conflict.row), f"bind_{conflict.meeting.value.replace('-', '_')}"
    state = f"{texts.state(conflict.row):<{_STATE_WIDTH}}"
    start = (*START, Cell(f"{number:<{_NUMBER_WIDTH}}", Role.HEADING), Cell(state))
    endpoint, owners = pair(texts, conflict.row), Cell(owners_text(texts, conflict.row), Role.NAME)
    right = hint(target, width) if width >= _HINTS_FROM else ()
    whole = TextLine((*start, Cell(f"{endpoint:<{column}}  ", Role.LOCAL), owners), right)
    if sum(cell_width(cell.text) for cell in (*whole.left, *whole.right)) <= width:
        yield LinkedLine(whole, target, value)
    else:
        line = TextLine((*start, Cell(endpoint, Role.LOCAL)), whole.right)
        yield from broken(line, width, target=target, value=value)
        yield from broken(TextLine((_UNDER, owners)), width)
