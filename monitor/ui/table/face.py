"""TableFace: what a LiveTable shows, as values. It knows rows, cursor, title and size, and nothing of Textual."""

from __future__ import annotations

from collections.abc import Hashable, Sequence, Set
from dataclasses import replace

from monitor.presentation.view import Column, TableView
from monitor.ui.table.cursor import RowCursor
from monitor.ui.table.layout import Layout, lay_out, thumb_lines
from monitor.ui.table.lines import CursorLook, HeaderLine, MessageLine, RowLine, ScreenLine, TitleLine
from monitor.ui.table.window import NO_ROWS, ViewWindow


class TableFace:
    """The state behind a table of some width and height: its screen lines follow from it alone."""

    def __init__(self, *, has_title: bool, empty_text: str) -> None:
        self.cursor = RowCursor()
        self.title = TitleLine("")
        self.has_title = has_title
        self.empty_text = empty_text
        self.has_focus = False
        self.chosen: Set[Hashable] = frozenset()
        """Identities of the rows that the user has marked."""
        self._rows = ViewWindow(NO_ROWS)
        self._stretch: str | None = None
        self._scrolled = 0
        self._width = 0
        self._height = 0
        self._laid_out: tuple[object, Layout] = (None, lay_out((), 0))
        """The last layout, and what it follows from."""

    @property
    def view(self) -> TableView:
        """What is shown; a view without rows before the first show()."""
        return self._rows.view

    @property
    def key(self) -> Hashable | None:
        """Identity of the row at the cursor; None where there are no rows."""
        return self.cursor.key if self.view.count else None

    @property
    def layout(self) -> Layout:
        """The columns as they stand in this width."""
        asked = (self.view.columns, self._width, self._scrolled, self._stretch)
        if self._laid_out[0] != asked:
            columns, width, scrolled, stretch = asked
            self._laid_out = (asked, lay_out(columns, width, scrolled=scrolled, stretch=stretch))
        return self._laid_out[1]

    @property
    def header_y(self) -> int:
        """Line of the columns' names; the rows begin below it."""
        return int(self.has_title)

    @property
    def page_height(self) -> int:
        """Lines for rows."""
        return max(0, self._height - self.header_y - 1)

    def resize(self, width: int, height: int) -> None:
        """Take the size of the screen area, in cells."""
        if (width, height) != (self._width, self._height):
            self._width, self._height = width, height
            self.cursor.resize(self.view, self.page_height)

    def set_title(self, title: TitleLine, *, is_shown: bool) -> None:
        """Change the title; where it is not shown its line is given to the rows."""
        self.title = title
        if is_shown != self.has_title:
            self.has_title = is_shown
            self.cursor.resize(self.view, self.page_height)

    def show(self, view: TableView, stretch: str | None) -> None:
        """Take other rows."""
        self._rows = ViewWindow(view)
        self._stretch = stretch
        self.cursor.follow(view, self.page_height)

    def scroll_columns(self, columns: int) -> None:
        """Scroll columns off on the left, or back again where the number is negative."""
        self._scrolled = self.layout.scrolled + columns

    def column_at(self, x: int, y: int) -> Column | None:
        """Find the column whose name is drawn there."""
        return self.layout.column_at(x) if y == self.header_y else None

    def position_at(self, y: int) -> int | None:
        """Find the row that is drawn on a line."""
        position = self.cursor.top + y - self.header_y - 1
        return position if y > self.header_y and 0 <= position < self.view.count else None

    def lines(self) -> list[ScreenLine]:
        """Compose title, header and rows, as many lines as the screen area has."""
        view = self.view
        lines: list[ScreenLine] = [HeaderLine(view.sort_column, view.is_descending), *self._body()]
        if self.has_title:
            lines.insert(0, replace(self.title, is_focused=self.has_focus))
        return lines[: self._height]

    def _body(self) -> Sequence[ScreenLine]:
        """Compose the lines below the header: the rows in the window, and empty space around them."""
        height, count, top = self.page_height, self.view.count, self.cursor.top
        if not count:
            return [MessageLine(self.empty_text), *[RowLine(None)] * (height - 1)]
        rows = self._rows.lines(top, top + height)
        before = min(height, max(0, -top))
        padded = [*[None] * before, *rows, *[None] * (height - before - len(rows))]
        thumb = thumb_lines(height, count, top)
        cursor_y = self.cursor.position - top
        look = self._cursor_look()
        return [
            RowLine(row, look if y == cursor_y else CursorLook.ABSENT, y in thumb, self._is_chosen(top + y))
            for y, row in enumerate(padded)
        ]

    def _is_chosen(self, position: int) -> bool:
        return bool(self.chosen) and 0 <= position < self.view.count and self.view.key_at(position) in self.chosen

    def _cursor_look(self) -> CursorLook:
        if self.has_focus:
            return CursorLook.FOCUSED
        # A list that nobody has touched and that has no focus has no cursor to show.
        return CursorLook.RESTING if self.cursor.is_following else CursorLook.ABSENT
