"""The lines of the screen that offers rows in several forms: each with its letter, and as it would be copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.presentation.answer_lines import START
from monitor.presentation.copy_texts import Copy
from monitor.presentation.fitting import cell_width
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
        pieces = list(_pieces(copy.text, max(1, width - indent)))
        if len(pieces) > _MOST_LINES:
            pieces[_MOST_LINES - 1 :] = [f"… and {len(pieces) - _MOST_LINES + 1} lines more"]
        first = Cell(pieces[0]) if pieces else Cell(copy.reason, Role.DIM)
        yield LinkedLine(TextLine((*start, first)), target, f"copy_{copy.letter}")
        for piece in pieces[1:]:
            yield LinkedLine(TextLine((Cell(" " * indent), Cell(piece))))


def _pieces(text: str, room: int) -> Iterator[str]:
    """Break a text at its line ends, and wherever a line is full."""
    for line in text.splitlines():
        piece, used = "", 0
        for character in line:
            cells = cell_width(character)
            if used + cells > room and piece:
                yield piece
                piece, used = "", 0
            piece += character
            used += cells
        yield piece
