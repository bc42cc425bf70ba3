"""TextLine: a line of words outside the tables, as cells with a meaning."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.presentation.view import Cell, Role


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line. Its texts are safe already; two equal lines look the same."""

    left: tuple[Cell, ...] = ()
    right: tuple[Cell, ...] = ()
    """Stands at the right end; where the line is too narrow for both, the left part is cut."""


def plain(text: str, role: Role = Role.PLAIN) -> TextLine:
    """Make a line of one cell."""
    return TextLine((Cell(text, role),))
