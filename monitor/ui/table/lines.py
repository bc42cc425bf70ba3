"""Screen lines as values. Two equal ones look the same, which is how a table knows what it has to redraw.

─[2 Connections 943 of 1,253]─ busiest first ──────── ↓ 41M/s ─    TitleLine
   state      local                  process              ↓/s▾     HeaderLine
▸! CLOSE-WAIT 192.0.2.10:41022       proxy[990]              0 ▐   RowLine
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from monitor.presentation.view import Line


class CursorLook(Enum):
    """How the cursor shows in a row."""

    ABSENT = 0
    FOCUSED = 1
    """The row that keys act on."""
    RESTING = 2
    """The row at which the cursor waits while another widget has the focus."""

    # As of Role: looked up for every line that is painted.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class TitleLine:
    """The rule above a table, with the pieces of text that stand in it."""

    name: str
    notes: tuple[str, ...] = ()
    """Left out from the last one on where the screen is narrow."""
    tail: str = ""
    """Stands at the right end."""
    is_focused: bool = False


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """The names of the columns."""

    sort_column: str | None
    is_descending: bool


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row of the view, or the empty space before the first or after the last."""

    line: Line | None
    cursor: CursorLook = CursorLook.ABSENT
    has_thumb: bool = False
    """Whether the scrollbar's thumb passes through this line."""
    is_chosen: bool = False
    """Whether the user has marked the row."""


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A dim sentence in place of the first row."""

    text: str


ScreenLine = TitleLine | HeaderLine | RowLine | MessageLine
