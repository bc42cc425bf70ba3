"""A choice of one process among several owners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Cell, Role
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.sample import Interval


class ChooseProcess(Screen[int | None]):
    """Lists the owners of a socket; the one that is chosen is the screen's result."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,backspace", "leave", "back", show=False, priority=True),
        Binding("down,j", "move(1)", "next", show=False, priority=True),
        Binding("up,k", "move(-1)", "before", show=False, priority=True),
        Binding("enter,p", "take", "open", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[tuple[int, str]], glyphs: Mapping[int, str] | None) -> None:
        """Offer choices.

        Args:
            title: What they own.
            choices: Pid and text of each, the text made safe.
            glyphs: A table for str.translate, or None.
        """
        super().__init__()
        self._title = title
        self._choices = choices
        self._cursor = 0
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        yield TextLines(glyphs=self._glyphs, id="choices")

    def on_mount(self) -> None:
        """Show the list."""
        self._draw()

    def show_interval(self, interval: Interval) -> None:
        """The choice stays as it was asked."""

    def show_status(self, line: TextLine) -> None:
        """A choice has no status line."""

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._cursor = max(0, min(self._cursor + rows, len(self._choices) - 1))
        self._draw()

    def action_take(self) -> None:
        """Choose."""
        self.dismiss(self._choices[self._cursor][0])

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked."""
        position = self._top + event.y - 2
        if event.y > 1 and 0 <= position < len(self._choices):
            self._cursor = position
            self.action_take()

    @property
    def _top(self) -> int:
        return max(0, self._cursor - max(1, self.size.height - 4))

    def _draw(self) -> None:
        lines = [plain(f" {self._title}", Role.STRONG), plain(" Enter opens, Esc goes back", Role.DIM)]
        for position, (_, text) in list(enumerate(self._choices))[self._top : self._top + self.size.height]:
            is_here = position == self._cursor
            lines.append(TextLine((Cell("▸ " if is_here else "  "), Cell(text, Role.STRONG if is_here else Role.NAME))))
        self.query_one(TextLines).show(lines)
