"""ExplainedValue: one mark or value of the line at the cursor, and why it is so there; and how it stands on a screen.

via        ▸ –             no interface has its local address
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.presentation.fitting import cell_width
from monitor.presentation.linked_line import CURSOR_WIDTH, LABEL_WIDTH, LinkedLine, hint
from monitor.presentation.text_line import TextLine, wrapped
from monitor.presentation.view import Cell, Column, Line, Role

if TYPE_CHECKING:
    from monitor.presentation.linked_line import Target

MARK_MEANINGS = {"!": "mark_trouble", "~": "mark_elsewhere", "+": "mark_new", "×": "mark_closed"}
"""By the second mark before a row: what explain() is asked for."""
_MISSING = ("–", "·")
_NARROW_VALUE, _WIDE_VALUE = 22, 32
_WIDE = 100


@dataclass(frozen=True, slots=True)
class Why:
    """What a column is about in one line of a table, and why it shows there what it shows."""

    meaning: str
    """What explain() is asked for; of one line's values each has another."""
    reason: str = ""
    """Says more of this value than the column does; safe text."""
    target: Target | None = None
    """Where it leads."""


@dataclass(frozen=True, slots=True)
class ExplainedValue:
    """One mark or value as the table shows it now."""

    label: str
    """The column's title."""
    value: Cell
    why: Why
    is_sorted: bool = False
    """Whether the table is sorted by it."""

    @property
    def surprise(self) -> int:
        """How little it asks to be explained: 0 a mark, 1 trouble, 2 a missing value, 3 what decides the order."""
        is_mark = self.why.meaning in MARK_MEANINGS.values()
        is_trouble = self.value.role in (Role.TROUBLE, Role.ALERT)
        # An owner that is not known is shown as its user: "(www-data)".
        is_missing = self.value.text in _MISSING or (self.value.role is Role.DIM and self.value.text.startswith("("))
        signs = (is_mark, is_trouble, is_missing, self.is_sorted)
        return next((rank for rank, holds in enumerate(signs) if holds), len(signs))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that a line of a pane shows, explained."""

    title: str
    """What the line is about."""
    values: tuple[ExplainedValue, ...]

    @property
    def most_surprising(self) -> str | None:
        """What the value is about that a reader most likely asks for; None where there are none."""
        return min(self.values, key=lambda value: value.surprise).why.meaning if self.values else None


def explained_line(
    columns: Sequence[Column], line: Line, whys: Sequence[Why], sort_column: str | None, *, mark_reason: str = ""
) -> tuple[ExplainedValue, ...]:
    """Put the values of a table's line beside their reasons, its mark first.

    Args:
        columns: The columns that are shown.
        line: Their cells.
        whys: One for each column.
        sort_column: Id of the column that decides the order.
        mark_reason: Why the line is marked, where that is known.
    """
    found = []
    if line.marks in MARK_MEANINGS:
        found.append(ExplainedValue("mark", Cell(line.marks, line.role), Why(MARK_MEANINGS[line.marks], mark_reason)))
    for column, cell, why in zip(columns, line.cells, whys, strict=True):
        label = column.title.partition(" / ")[0] or column.id
        found.append(ExplainedValue(label, cell, why, is_sorted=column.id == sort_column))
    return tuple(found)


def explanation_lines(explanation: Explanation, width: int) -> list[LinkedLine]:
    """Lay out the values below each other, each with its reason; what is too long is broken between words."""
    return [line for value in explanation.values for line in _lines(value, width)]


def _lines(value: ExplainedValue, width: int) -> Iterable[LinkedLine]:
    target = value.why.target
    right = hint(target, width)
    room = width - sum(cell_width(cell.text) for cell in right)
    start = (Cell(f" {value.label:<{LABEL_WIDTH - 1}}", Role.HEADING), Cell(" " * CURSOR_WIDTH))
    cells = _WIDE_VALUE if width >= _WIDE else _NARROW_VALUE
    shown = value.value.text.strip()
    reason = Cell(value.why.reason, Role.DIM)
    if cell_width(shown) < cells or not reason.text:
        shown += " " * (cells - cell_width(shown))
        first, *more = wrapped(TextLine((*start, Cell(shown, value.value.role), reason)), room)
    else:
        indent = " " * (LABEL_WIDTH + CURSOR_WIDTH)
        first = TextLine((*start, Cell(shown, value.value.role)))
        more = wrapped(TextLine((Cell(indent), reason)), width)
    yield LinkedLine(TextLine(first.left, right), target, value.why.meaning)
    yield from (LinkedLine(line) for line in more)
