"""The lines of the screen of a process' environment: a variable each, its value masked until it is asked for."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.process import ProcessEnvironment
from monitor.presentation.answer_lines import START
from monitor.presentation.fitting import cell_width, fit, pieces
from monitor.presentation.formats import count_text
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.masking import MASK
from monitor.presentation.process_words import process_title
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, plain, rule
from monitor.presentation.view import Cell, Role

_MOST_NAME = 40
_MOST_BYTES = 4096
"""Of one variable."""
_LINE = "environment"
"""What every line is about."""


def environment_title(environment: ProcessEnvironment | None, width: int) -> TextLine:
    """Say whose environment it is, and how old."""
    whose = "" if environment is None else f" of {process_title(environment.process)}"
    return rule(f"Environment{whose}", "as it was when the program started", width)


def environment_lines(
    environment: ProcessEnvironment | None, error: str | None, width: int, *, is_masked: bool
) -> list[LinkedLine]:
    """Lay out the variables in their order.

    Args:
        environment: What was read; None before, and where there is none.
        error: Why nothing was read.
        width: Cells.
        is_masked: Whether values are masked.
    """
    if environment is None:
        return [LinkedLine(plain(f" {error}" if error else " reading it …", Role.TROUBLE if error else Role.DIM))]
    lines = [line for variable in environment.variables for line in _lines(variable, width, is_masked=is_masked)]
    if environment.is_cut:
        lines.append(LinkedLine(plain(f" cut after {count_text(len(environment.variables))} variables", Role.NOTE)))
    return lines or [LinkedLine(plain(" it has none", Role.DIM))]


def _lines(variable: bytes, width: int, *, is_masked: bool) -> Iterator[LinkedLine]:
    """Write a variable in as many lines as it needs, the first with its name."""
    name, equals, value = variable.partition(b"=")
    if not equals:
        # A program may have written anything over it: what has no name is all value.
        name, value = b"", variable
    named = fit(safe_text(name, _MOST_BYTES), min(_MOST_NAME, width // 2)).rstrip() if name else ""
    shown = MASK.decode() if is_masked and value else safe_text(value, _MOST_BYTES)
    room = max(1, width - cell_width("".join(cell.text for cell in START)) - cell_width(named) - 2)
    for place, piece in enumerate(pieces(shown, room) or [""]):
        head = f"{named}=" if place == 0 else " " * (cell_width(named) + 1)
        yield LinkedLine(TextLine((*START, Cell(head, Role.NAME), Cell(piece))), value=_LINE)
