"""Which characters every terminal shows alike, and in how many cells."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, east_asian_width

# Combining spacing marks (Mc) are in this list because terminals give them 0, 1 or 2 cells.
_UNSHOWN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs", "Mc"})
_UNSHOWN_RANGES = (
    # Drawn as nothing: Default_Ignorable_Code_Point of DerivedCoreProperties.txt, and two blank signs.
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0x1D159, 0x1D159),
    (0xE0100, 0xE01EF),
    # One or two cells, depending on the terminal's edition of Unicode and on the character before.
    (0x2630, 0x2637),
    (0x268A, 0x268F),
    (0x3248, 0x324F),
    (0x4DC0, 0x4DFF),
    (0x1D300, 0x1D376),
    (0x1F1E6, 0x1F1FF),
    (0x1F3FB, 0x1F3FF),
)
_CONJOINING_JAMO = ((0x1161, 0x11FF), (0xD7B0, 0xD7FF))
"""Vowels and finals of Hangul: no marks by category, but drawn into the cells of the character before."""


@lru_cache(maxsize=8192)
def is_shown(character: str) -> bool:
    """Tell whether a character is visible, acts on nothing, and is as wide as `cells` says wherever it is drawn."""
    if character == " ":
        return True
    return category(character) not in _UNSHOWN_CATEGORIES and not _is_in(_UNSHOWN_RANGES, character)


@lru_cache(maxsize=8192)
def cells(character: str) -> int:
    """Count the terminal cells of a character that is shown: 0 for combining marks, 2 for wide East Asian ones."""
    if category(character) in ("Mn", "Me") or _is_in(_CONJOINING_JAMO, character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _is_in(ranges: tuple[tuple[int, int], ...], character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in ranges)
