"""LiveTable: a TableView of any length on the screen, under a cursor that stays with its row.

    LiveTable      events and actions in, messages out
    ├─ TableFace   what to show, as values:  RowCursor (the cursor's law), ViewWindow (rows on screen), Layout (columns)
    └─ LineCanvas  paints the lines that changed, by LineWriter

Keys are bound elsewhere, to the actions here.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.message import Message

from monitor.presentation.view import TableView
from monitor.ui.table.canvas import LineCanvas
from monitor.ui.table.face import TableFace
from monitor.ui.table.lines import TitleLine

_WHEEL_ROWS: Final = 3
_DOUBLE: Final = 2


@dataclass(eq=False)
class _TableMessage(Message):
    table: LiveTable

    @property
    def control(self) -> LiveTable:
        """The table that sent it."""
        return self.table


class LiveTable(LineCanvas, can_focus=True):
    """A table of rows with an identity: line 0 is a title, line 1 names the columns, below are the rows."""

    ALLOW_SELECT = False
    ALLOW_MAXIMIZE = True
    DEFAULT_CSS: ClassVar[str] = """
    LiveTable { width: 1fr; height: 1fr; overflow: hidden; }
    """

    @dataclass(eq=False)
    class CursorMoved(_TableMessage):
        """Another row is at the cursor: the user moved it, or the row that was there is gone."""

        key: Hashable | None
        """None where the table has become empty."""

    @dataclass(eq=False)
    class Opened(_TableMessage):
        """The user wants to see more of a row."""

        key: Hashable

    @dataclass(eq=False)
    class SortAsked(_TableMessage):
        """The user clicked on the name of a sortable column."""

        column_id: str

    def __init__(
        self,
        *,
        empty_text: str = "",
        has_title: bool = True,
        glyphs: Mapping[int, str] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        """Make a table without rows.

        Args:
            empty_text: Plain text that stands in place of the rows where there are none.
            has_title: Whether line 0 is the title; without it the columns' names move up.
            glyphs: A table for str.translate that replaces signs by others of the same width; None to keep them.
            id: The widget's id.
            classes: The widget's CSS classes.
        """
        super().__init__(glyphs or {}, id=id, classes=classes)
        self._face = TableFace(has_title=has_title, empty_text=empty_text)
        self._told_key: Hashable | None = None

    @property
    def view(self) -> TableView:
        """What the table shows; a view without rows before the first show()."""
        return self._face.view

    @property
    def cursor_key(self) -> Hashable | None:
        """Identity of the row at the cursor; None where there are no rows."""
        return self._face.key

    @property
    def cursor_position(self) -> int:
        """Position of the cursor's row in the view; 0 where there are no rows."""
        return self._face.cursor.position if self.view.count else 0

    @property
    def top_position(self) -> int:
        """Position of the row on the first line; negative where the lines above the first row are empty."""
        return self._face.cursor.top

    @property
    def page_height(self) -> int:
        """Lines for rows."""
        return self._face.page_height

    @property
    def is_following(self) -> bool:
        """Whether the user has moved the cursor, so that it stays with its row; otherwise it stays on top."""
        return self._face.cursor.is_following

    @property
    def chosen(self) -> Set[Hashable]:
        """Identities of the rows that stand marked with a star; rows that are not there do no harm."""
        return self._face.chosen

    @chosen.setter
    def chosen(self, chosen: Set[Hashable]) -> None:
        self._face.chosen = chosen
        self._redraw()

    @property
    def has_title(self) -> bool:
        """Whether line 0 is the title."""
        return self._face.has_title

    @has_title.setter
    def has_title(self, has_title: bool) -> None:
        self._face.set_title(self._face.title, is_shown=has_title)
        self._redraw()

    @property
    def empty_text(self) -> str:
        """Plain text that stands in place of the rows where there are none."""
        return self._face.empty_text

    @empty_text.setter
    def empty_text(self, text: str) -> None:
        self._face.empty_text = text
        self._redraw()

    def show(self, view: TableView, *, stretch: str | None = None) -> None:
        """Replace what is shown. The cursor's row keeps its line once the user has moved the cursor.

        Args:
            view: The rows, whose texts are safe already.
            stretch: Id of the column that takes the room that is left; without one the last left-aligned column does.
        """
        self._face.show(view, stretch)
        self._redraw()

    def set_title(self, name: str, notes: Sequence[str] = (), *, tail: str = "") -> None:
        """Set the pieces of the title, all plain text: the name on the left, then the notes, the tail on the right."""
        self._face.set_title(TitleLine(name, tuple(notes), tail), is_shown=self.has_title)
        self._redraw()

    def hold_row(self) -> None:
        """Let the cursor belong to the row that it is on, as it does once the user has moved it."""
        self._face.cursor.move_to(self.view, self.cursor_position, self.page_height)

    def action_cursor_down(self) -> None:
        """Move to the next row."""
        self._move_by(1)

    def action_cursor_up(self) -> None:
        """Move to the row before."""
        self._move_by(-1)

    def action_page_down(self) -> None:
        """Move down by what fits on the screen."""
        self._page_by(self.page_height)

    def action_page_up(self) -> None:
        """Move up by what fits on the screen."""
        self._page_by(-self.page_height)

    def action_half_page_down(self) -> None:
        """Move down by half of what fits on the screen."""
        self._page_by(self.page_height // 2)

    def action_half_page_up(self) -> None:
        """Move up by half of what fits on the screen."""
        self._page_by(-(self.page_height // 2))

    def action_first(self) -> None:
        """Move to the first row; on the first row, let go of it and stay on top of the list."""
        self._face.cursor.move_first(self.view, self.page_height)
        self._redraw()

    def action_last(self) -> None:
        """Move to the last row."""
        self._move_by(self.view.count)

    def action_scroll_left(self) -> None:
        """Bring back the column that was scrolled off last."""
        self._face.scroll_columns(-1)
        self._redraw()

    def action_scroll_right(self) -> None:
        """Scroll one column off; the fixed ones stay."""
        self._face.scroll_columns(1)
        self._redraw()

    def action_open(self) -> None:
        """Ask for more of the row at the cursor."""
        if self.cursor_key is not None:
            self.post_message(self.Opened(self, self.cursor_key))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor, open a row, or ask for an order."""
        event.stop()
        column = self._face.column_at(event.x, event.y)
        if column is not None and column.is_sortable:
            self.post_message(self.SortAsked(self, column.id))
        position = self._face.position_at(event.y)
        if position is not None:
            self._face.cursor.move_to(self.view, position, self.page_height)
            self._redraw()
            if event.chain == _DOUBLE:
                self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll the rows; the cursor comes along at the edge."""
        event.stop()
        self._wheel(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll the rows; the cursor comes along at the edge."""
        event.stop()
        self._wheel(-_WHEEL_ROWS)

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001 - Textual calls it so
        """Show by title and cursor whether keys come here."""
        super().watch_has_focus(has_focus)
        self._face.has_focus = has_focus
        self._redraw()

    def on_idle(self) -> None:
        """Tell where the cursor is, where that is news."""
        if self.cursor_key != self._told_key:
            self._told_key = self.cursor_key
            self.post_message(self.CursorMoved(self, self._told_key))

    def fill(self) -> None:
        """Draw the present state in the present size."""
        self._face.resize(self.size.width, self.size.height)
        self.draw(self._face.lines(), self._face.layout)

    def _move_by(self, rows: int) -> None:
        self._face.cursor.move_by(self.view, rows, self.page_height)
        self._redraw()

    def _page_by(self, rows: int) -> None:
        self._face.cursor.page_by(self.view, rows, self.page_height)
        self._redraw()

    def _wheel(self, rows: int) -> None:
        self._face.cursor.scroll_by(self.view, rows, self.page_height)
        self._redraw()

    def _redraw(self) -> None:
        """Draw, and tell where the cursor is if that is news; both once for keys that come together."""
        self.fill_soon()
