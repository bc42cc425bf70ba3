"""The one switch for consoles that lack the program's signs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ASCII_GLYPHS: Final[Mapping[int, str]] = MappingProxyType(
    str.maketrans(
        {
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
            **dict.fromkeys("▁▂▃▄▅▆▇█▌▐", "#"),
        }
    )
)
"""A table for str.translate. One cell stays one cell, so that a line may be translated after it was laid out."""
