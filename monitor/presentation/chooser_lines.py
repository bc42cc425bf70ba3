"""The lines of the column chooser, and of the kept filters, under the cursor of a screen of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from monitor.presentation.fitting import fit
from monitor.presentation.linked_line import CURSOR_WIDTH, LinkedLine, ToColumn, ToFilter
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

_NAME_WIDTH = 14
_START = (Cell(" "), Cell(" " * CURSOR_WIDTH))


def column_lines(order: Iterable[str], shown: Set[str], words: Mapping[str, str]) -> list[LinkedLine]:
    """List columns with a cross before those that are shown.

    Args:
        order: Ids of all columns from left to right.
        shown: Ids of those that are shown.
        words: By id: what a column says.
    """
    return [
        LinkedLine(
            TextLine(
                (
                    *_START,
                    Cell("[x] " if name in shown else "[ ] ", Role.STRONG if name in shown else Role.DIM),
                    Cell(f"{name:<{_NAME_WIDTH}}", Role.PLAIN if name in shown else Role.DIM),
                    Cell(words.get(name, ""), Role.DIM),
                )
            ),
            ToColumn(name),
            name,
        )
        for name in order
    ]


def kept_filter_lines(filters: Mapping[str, str], present: str) -> list[LinkedLine]:
    """List kept filters by name; the present one has a sign before it."""
    return [
        LinkedLine(
            TextLine(
                (
                    *_START,
                    Cell("✓ " if text == present else "  ", Role.GOOD),
                    Cell(fit(safe_text(name), _NAME_WIDTH) + " ", Role.STRONG),
                    Cell(safe_text(text)),
                )
            ),
            ToFilter(name),
            name,
        )
        for name, text in filters.items()
    ]
