"""TextLine: a line of words outside the tables, as cells with a meaning."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.presentation.fitting import cell_width
from monitor.presentation.view import Cell, Role

_LEAST_ROOM = 12
"""Cells that a broken line has at least, however narrow the pane is."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line. Its texts are safe already; two equal lines look the same."""

    left: tuple[Cell, ...] = ()
    right: tuple[Cell, ...] = ()
    """Stands at the right end; where the line is too narrow for both, the left part is cut."""


def plain(text: str, role: Role = Role.PLAIN) -> TextLine:
    """Make a line of one cell."""
    return TextLine((Cell(text, role),))


def rule(name: str, tail: str, width: int) -> TextLine:
    """Make a rule across the screen with a title, and a second one at its end; either may be empty."""
    rest = max(0, width - cell_width(name) - (3 if name else 1) - (cell_width(tail) + 3 if tail else 0))
    title = (Cell(f"{name} ", Role.STRONG),) if name else ()
    end = (Cell(f" {tail} ", Role.HEADING), Cell("─", Role.RULE)) if tail else ()
    return TextLine((Cell("─ " if name else "─", Role.RULE), *title, Cell("─" * rest, Role.RULE)), end)


def wrapped(line: TextLine, width: int) -> list[TextLine]:
    """Break a line that is too long between words; what follows stands under the beginning of its last cell."""
    if not line.left or sum(cell_width(cell.text) for cell in line.left) <= width:
        return [line]
    *labels, last = line.left
    indent = sum(cell_width(cell.text) for cell in labels)
    room = max(_LEAST_ROOM, width - indent)
    rows = [""]
    for word in last.text.split():
        joined = f"{rows[-1]} {word}" if rows[-1] else word
        if cell_width(joined) <= room or not rows[-1]:
            rows[-1] = joined
        else:
            rows.append(word)
    first, *rest = (Cell(row, last.role) for row in rows)
    return [TextLine((*labels, first), line.right), *(TextLine((Cell(" " * indent), row)) for row in rest)]
