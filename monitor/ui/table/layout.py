"""Where the columns of a LiveTable stand at one width, and how large the thumb of its scrollbar is.

▸! state      local       process        ▐
└┬┘└───┬────┘ └─ columns, one cell apart ─┘└ scrollbar
LEAD  fixed ones first, then the others from the first that is not scrolled off
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.presentation.view import Align, Column

LEAD = 3
"""Cells before the first column: the cursor's mark, the row's mark, a gap."""
_MOST_STRETCHED = 72
"""Cells to which a column is stretched at most."""
_LEAST = 2
"""Cells below which a column is left out rather than cut."""


@dataclass(frozen=True, slots=True)
class PlacedColumn:
    """A column on screen."""

    index: int
    """Its place among the columns of the view, and of its cell in a line."""
    column: Column
    x: int
    """First cell of its text."""
    width: int
    """Cells of its text, without the gap after it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns on screen at one width."""

    width: int
    placed: tuple[PlacedColumn, ...]
    scrolled: int
    """Columns scrolled off on the left; the fixed ones never are."""
    has_more: bool
    """Whether columns are missing on the right."""

    @property
    def lead(self) -> int:
        """Cells of the marks; fewer than LEAD only where the screen is narrower."""
        return min(LEAD, self.width)

    @property
    def body(self) -> int:
        """Cells before the scrollbar, the lead included."""
        return max(self.lead, self.width - 1)

    @property
    def has_scrollbar(self) -> bool:
        """Whether there is a cell for it."""
        return self.body < self.width

    @property
    def spare(self) -> int:
        """Cells between the gap after the last column and the scrollbar; -1 where not even that gap fits."""
        last = self.placed[-1] if self.placed else None
        return self.body - (last.x + last.width + 1 if last else self.lead)

    def column_at(self, x: int) -> Column | None:
        """Find the column under a cell; the gap after a column belongs to it."""
        for placed in reversed(self.placed):
            if placed.x <= x < self.body:
                return placed.column if x <= placed.x + placed.width else None
        return None


def lay_out(columns: Sequence[Column], width: int, *, scrolled: int = 0, stretch: str | None = None) -> Layout:
    """Place as many columns as fit, the fixed ones first.

    Args:
        columns: All columns, the fixed ones first.
        width: Cells of the whole table.
        scrolled: Wish for the number of columns scrolled off; reduced where the rest would fit without.
        stretch: Id of the column that takes the room that is left; without one the last left-aligned column does.
    """
    room = max(0, width - 1 - LEAD)
    numbered = list(enumerate(columns))
    fixed = [pair for pair in numbered if pair[1].is_fixed]
    moving = [pair for pair in numbered if not pair[1].is_fixed]
    scrolled = max(0, min(scrolled, _most_scrolled(moving, room - _needed(fixed))))
    widths = _widths([*fixed, *moving[scrolled:]], room)
    shown = [*fixed, *moving[scrolled:]][: len(widths)]
    _stretch([column for _, column in shown], widths, room, stretch)
    placed = []
    x = LEAD
    for (index, column), cells in zip(shown, widths, strict=True):
        placed.append(PlacedColumn(index, column, x, cells))
        x += cells + 1
    return Layout(width, tuple(placed), scrolled, has_more=len(shown) < len(columns) - scrolled)


def thumb_lines(height: int, count: int, top: int) -> range:
    """Give the lines of the scrollbar's thumb; none where all rows are on screen.

    Args:
        height: Lines for rows.
        count: Rows of the list.
        top: Row on the first line; may lie before the first row or be the last.
    """
    if height <= 0 or count <= height:
        return range(0)
    size = max(1, height * height // count)
    start = round(max(0, min(top, count - height)) * (height - size) / (count - height))
    return range(start, start + size)


def _needed(columns: Sequence[tuple[int, Column]]) -> int:
    """Count the cells of columns that other columns follow, gaps included."""
    return sum(column.width + 1 for _, column in columns)


def _most_scrolled(moving: Sequence[tuple[int, Column]], room: int) -> int:
    """Count the columns that have to go until the last one is on screen."""
    needed = -1
    for kept, (_, column) in enumerate(reversed(moving)):
        needed += column.width + 1
        if needed > room:
            return len(moving) - max(1, kept)
    return 0


def _widths(columns: Sequence[tuple[int, Column]], room: int) -> list[int]:
    """Give the widths of the columns that fit, before anything is stretched.

    Only whole columns are shown, since half a number is a wrong one. The fixed ones and the first that can be scrolled
    are cut instead: otherwise a narrow screen could never show them.
    """
    widths: list[int] = []
    may_cut = True
    for _, column in columns:
        cells = column.width if column.width <= room or not may_cut else room
        if cells > room or cells < min(_LEAST, column.width):
            break
        widths.append(cells)
        room -= cells + 1
        may_cut = column.is_fixed
    return widths


def _stretch(columns: Sequence[Column], widths: list[int], room: int, stretch: str | None) -> None:
    """Give the room that is left to one of the columns, in place, up to a width at which rows can still be followed."""
    left = room - sum(widths) - len(widths) + 1
    if left <= 0 or not columns:
        return
    wanted = [i for i, column in enumerate(columns) if column.id == stretch]
    leftmost = [i for i, column in enumerate(columns) if column.align is Align.LEFT]
    for index in (*wanted, *reversed(leftmost)):
        # On a very wide screen the row stays together, and the room behind it empty.
        widths[index] += min(left, max(0, _MOST_STRETCHED - widths[index]))
        return
