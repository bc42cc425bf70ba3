"""LineStrip: a line for the terminal that says of each piece's style only what differs from the piece before.

Textual spells every style out and takes it back behind every piece: most of what a frame sends, while a terminal, and
a slow line to it, take it in by the byte.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_RESET = "\x1b[0m"


class LineStrip(Strip):
    """A Strip whose styles have no links."""

    __slots__ = ("_written",)

    def __init__(self, segments: Iterable[Segment], cell_length: int) -> None:
        """Take the pieces of a line of so many cells."""
        super().__init__(segments, cell_length)
        self._written: str | None = None

    def render(self, console: Console) -> str:
        """Write the line for a terminal that is in no style, and leave it so."""
        if self._written is None:
            self._written = self._write(COLOR_SYSTEMS[console.color_system or "truecolor"])
        return self._written

    def _write(self, colours: ColorSystem) -> str:
        texts: list[str] = []
        former = None
        for text, style, _ in self:
            texts += _change(former, style, colours), text
            former = style
        return "".join(texts) + _RESET


@lru_cache(maxsize=4096)
def _change(former: Style | None, style: Style | None, colours: ColorSystem) -> str:
    """Give the sequence that brings a terminal from one style to another (ECMA-48 8.3.117 SGR)."""
    before, wanted = _parts(former or Style.null(), colours), _parts(style or Style.null(), colours)
    if before == wanted:
        return ""
    # What is taken back alone has a code of its own, which not every terminal knows: all is taken back.
    if any(had and not has for had, has in zip(before, wanted, strict=True)):
        return f"\x1b[0{''.join(f';{part}' for part in wanted if part)}m"
    return f"\x1b[{';'.join(has for had, has in zip(before, wanted, strict=True) if has != had)}m"


def _parts(style: Style, colours: ColorSystem) -> tuple[str, ...]:
    """Give the codes of foreground, background and of each attribute; empty for what a style leaves alone."""
    foreground = style.color.downgrade(colours).get_ansi_codes() if style.color else ()
    background = style.bgcolor.downgrade(colours).get_ansi_codes(foreground=False) if style.bgcolor else ()
    attributes = (code if getattr(style, name) else "" for name, code in _ATTRIBUTES.items())
    return (";".join(foreground), ";".join(background), *attributes)


_ATTRIBUTES = {
    "bold": "1",
    "dim": "2",
    "italic": "3",
    "underline": "4",
    "blink": "5",
    "blink2": "6",
    "reverse": "7",
    "conceal": "8",
    "strike": "9",
    "underline2": "21",
    "frame": "51",
    "encircle": "52",
    "overline": "53",
}
"""As rich names them, by their codes."""
