"""RowCursor: which row the cursor is on and which rows are on screen, without a screen.

The law: once the user has moved the cursor it belongs to a row, not to a place. That row keeps its line of the screen
whatever happens to the order, even where this leaves lines empty above the first row or below the last. Headings are
passed over, and seen with the row beneath them.
"""

from __future__ import annotations

from collections.abc import Hashable

from monitor.presentation.view import HasHeadings, TableView


class RowCursor:
    """The cursor and the window over the rows of a view; all positions count from the top of the list."""

    __slots__ = ("is_following", "key", "position", "top")

    def __init__(self) -> None:
        self.key: Hashable | None = None
        """Identity of the row at the cursor; None before there was a row."""
        self.position = 0
        self.top = 0
        """Position of the row on the first line; negative where lines above the first row are empty."""
        self.is_following = False
        """Whether the user has chosen this row; until then the cursor stays on top of the list."""

    def follow(self, view: TableView, height: int) -> None:
        """Find the row again in a newer view."""
        if view.count == 0:
            # The key is kept: a filter that matched nothing for a moment has not moved the cursor.
            return
        if not self.is_following:
            self.position, self.top = _row_near(view, 0), 0
            self._reveal(view, height)
        elif (found := view.position_of(self.key)) is None:
            self.position = _row_near(view, min(self.position, view.count - 1))
            self._settle(view, height)
        else:
            self.top += found - self.position
            self.position = found
        self.key = view.key_at(self.position)

    def resize(self, view: TableView, height: int) -> None:
        """Fit the window to a screen that became higher or lower."""
        self._settle(view, height)

    def move_to(self, view: TableView, position: int, height: int, *, is_upward: bool = False) -> None:
        """Put the cursor on a row for the user, from a heading on the next one; the window moves only if it must."""
        if view.count == 0:
            return
        self.position = _row_near(view, max(0, min(position, view.count - 1)), is_upward=is_upward)
        self.key = view.key_at(self.position)
        self.is_following = True
        self._reveal(view, height)

    def move_by(self, view: TableView, rows: int, height: int) -> None:
        """Move the cursor for the user; against the end of the list it stays as it is."""
        target = _row_near(view, max(0, min(self.position + rows, view.count - 1)), is_upward=rows < 0)
        if target != self.position:
            self.move_to(view, target, height)

    def page_by(self, view: TableView, rows: int, height: int) -> None:
        """Move window and cursor together, so that the cursor keeps its line where the list is long enough."""
        self._scroll(view.count, rows, height)
        self.move_by(view, rows, height)

    def scroll_by(self, view: TableView, rows: int, height: int) -> None:
        """Move the window; the cursor comes along where it would leave the screen."""
        before = self.top
        self._scroll(view.count, rows, height)
        if self.top != before:
            inside = max(self.top, min(self.position, self.top + max(1, height) - 1))
            self.move_to(view, inside, height, is_upward=rows < 0)

    def move_first(self, view: TableView, height: int) -> None:
        """Go to the first row; done there once more, let go of it and stay on top of the list."""
        if self.position == _row_near(view, 0) and self.top == 0:
            self.is_following = False
            return
        self.top = 0
        self.move_to(view, 0, height)

    def _scroll(self, count: int, rows: int, height: int) -> None:
        self.top = max(0, min(self.top + rows, count - max(1, height)))

    def _settle(self, view: TableView, height: int) -> None:
        """Close empty lines as far as the list is long enough, and keep the cursor on screen."""
        self._scroll(view.count, 0, height)
        self._reveal(view, height)

    def _reveal(self, view: TableView, height: int) -> None:
        has_heading = self.position > 0 and _is_heading(view, self.position - 1)
        self.top = max(self.position - max(1, height) + 1, min(self.top, self.position - has_heading))


def _row_near(view: TableView, position: int, *, is_upward: bool = False) -> int:
    """Give the position itself, from a heading the next row that way; up from the first heading the first row."""
    if is_upward:
        while position > 0 and _is_heading(view, position):
            position -= 1
    while position < view.count - 1 and _is_heading(view, position):
        position += 1
    return position


def _is_heading(view: TableView, position: int) -> bool:
    return isinstance(view, HasHeadings) and view.is_heading_at(position)
