"""The lines of the screen that offers rows in several forms: each with its letter, and as it would be copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.presentation.answer_lines import START
from monitor.presentation.copy_texts import Copy
from monitor.presentation.fitting import cell_width, pieces
from monitor.presentation.linked_line import LinkedLine, ToClipboard
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

_NAME_WIDTH = 13
_MOST_LINES = 8
"""Of one form on screen; it is copied whole all the same."""


def copy_lines(copies: Iterable[Copy], width: int) -> Iterator[LinkedLine]:
    """Lay the forms out below each other; what there is none of says why."""
    for copy in copies:
        target = ToClipboard(copy.letter) if copy.text else None
        start = (*START, Cell(f"{copy.letter} ", Role.STRONG), Cell(f"{copy.name:<{_NAME_WIDTH}}", Role.HEADING))
        indent = sum(cell_width(cell.text) for cell in start)
        rows = [row for line in copy.text.splitlines() for row in pieces(line, max(1, width - indent))]
        if len(rows) > _MOST_LINES:
            rows[_MOST_LINES - 1 :] = [f"… and {len(rows) - _MOST_LINES + 1} lines more"]
        first = Cell(rows[0]) if rows else Cell(copy.reason, Role.DIM)
        yield LinkedLine(TextLine((*start, first)), target, f"copy_{copy.letter}")
        for row in rows[1:]:
            yield LinkedLine(TextLine((Cell(" " * indent), Cell(row))))
