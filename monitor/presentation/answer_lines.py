"""The lines of a screen that answers a question: broken to its width, drawn back when they are of another question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from monitor.presentation.fitting import cell_width
from monitor.presentation.linked_line import CURSOR_WIDTH, LinkedLine, Target, ToOwner, ToSocket
from monitor.presentation.row_text import RowTexts
from monitor.presentation.text_line import TextLine, wrapped
from monitor.presentation.view import Cell, Role

START = (Cell(" "), Cell(" " * CURSOR_WIDTH))
"""What every line begins with: a margin, and room for the cursor."""


def broken(
    line: TextLine, width: int, *, target: Target | None = None, value: str | None = None
) -> Iterator[LinkedLine]:
    """Break a line that is too long; only its beginning can have the cursor."""
    room = width - sum(cell_width(cell.text) for cell in line.right)
    first, *more = wrapped(TextLine(line.left), room)
    yield LinkedLine(TextLine(first.left, line.right), target, value)
    yield from map(LinkedLine, more)


def dimmed(those: Iterable[LinkedLine]) -> list[LinkedLine]:
    """Draw lines back that answer another question than the one that stands typed."""
    return [
        replace(each, line=TextLine(tuple(cell._replace(role=Role.DIM) for cell in each.line.left), each.line.right))
        for each in those
    ]


def target_of(texts: RowTexts, row: int) -> Target:
    """Say where Enter leads from a socket: a pair to its screen, any other to its process."""
    table = texts.interval.table
    cookie = int(table.cookie[row])
    return ToSocket(cookie) if bool(table.is_pair[row]) else ToOwner(cookie)
