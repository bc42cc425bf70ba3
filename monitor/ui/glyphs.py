"""The one switch for consoles that lack the program's signs.

The program's own lines are translated by their writers, which also count cells; Textual's widgets by a line filter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from monitor.presentation.characters import cells

_SIGNS = {
    "▸": ">",
    "×": "x",
    "▾": "v",
    "▴": "^",
    "─": "-",
    "│": "|",
    "┬": "+",
    "⇅": "*",
    "⋮": ":",
    "µ": "u",
    "←": "<",
    "→": ">",
    "↓": "v",
    "↑": "^",
    "‹": "<",
    "›": ">",
    "…": "~",
    "–": "-",
    "·": ".",
    "≥": ">",
    "✓": "=",
    "±": "~",
    "•": "*",
    "⏎": ">",
    **dict(zip("▁▂▃▄▅▆▇█", "__--==##", strict=True)),
    "▌": "#",
    "▐": "#",
}


class _AsciiGlyphs(dict[int, str]):
    """Knows the program's signs; for what else is not ASCII, such as letters of a name, there are question marks."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        return character if character.isascii() else "?" * cells(character)


ASCII_GLYPHS: Final[Mapping[int, str]] = _AsciiGlyphs(str.maketrans(_SIGNS))
"""A table for str.translate. One cell stays one cell, so that a line may be translated after it was laid out."""


class AsciiFilter(LineFilter):
    """Translates what Textual's own widgets draw: borders, placeholders, what is typed."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Give the segments of a line with other texts of the same width."""
        return [Segment(text.translate(ASCII_GLYPHS), style, control) for text, style, control in segments]
