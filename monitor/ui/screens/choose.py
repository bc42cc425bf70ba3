"""A choice of one process among several owners.

status
─ 4 processes hold 127.0.0.1:7300 ─────────
▸ nginx[812]  nginx: master process /usr/sbin/nginx
  nginx[813]  nginx: worker process
 Enter opens, Esc goes back
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from monitor.presentation.process_words import command_text, process_title
from monitor.presentation.safe_text import cell_width, fit
from monitor.presentation.text_line import TextLine, plain, rule
from monitor.presentation.view import Cell, Role
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.process import Process
    from monitor.model.sample import Interval
    from monitor.ui.app import MonitorApp

_OTHER_LINES = 3
"""Status, title, and what can be pressed."""


class ChooseProcess(Screen[int | None]):
    """Lists the owners of a socket; the one that is chosen is the screen's result."""

    app: MonitorApp
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,backspace", "leave", "back", show=False, priority=True),
        Binding("down,j", "move(1)", "next", show=False, priority=True),
        Binding("up,k", "move(-1)", "before", show=False, priority=True),
        Binding("enter,p", "take", "open", show=False, priority=True),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    ChooseProcess { layout: vertical; background: $background; color: $foreground; }
    ChooseProcess #status { height: 1; width: 1fr; }
    ChooseProcess #choices { height: 1fr; width: 1fr; }
    """

    def __init__(self, title: str, choices: Sequence[Process], glyphs: Mapping[int, str] | None) -> None:
        """Offer choices.

        Args:
            title: What they own.
            choices: One or more.
            glyphs: A table for str.translate, or None.
        """
        super().__init__()
        self._title = title
        self._choices = choices
        self._cursor = 0
        self._status = TextLines(glyphs=glyphs, id="status")
        self._list = TextLines(glyphs=glyphs, id="choices")

    def compose(self) -> ComposeResult:
        """Lay out status and list."""
        yield self._status
        yield self._list

    def on_screen_resume(self) -> None:
        """Show the status as it is now."""
        self.app.tell_status()

    def on_resize(self) -> None:
        """Show as much of the list as there is room for."""
        self._draw()
        self.app.tell_status()

    def show_interval(self, interval: Interval) -> None:
        """The choice stays as it was asked."""

    def show_status(self, line: TextLine) -> None:
        """Show the status line."""
        self._status.show([line])

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._cursor = max(0, min(self._cursor + rows, len(self._choices) - 1))
        self._draw()

    def action_take(self) -> None:
        """Choose."""
        self.dismiss(self._choices[self._cursor].pid)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """Choose the row that was clicked."""
        line = event.screen_y - self._list.region.y - 1
        position = self._top + line
        if 0 <= line < self._room and position < len(self._choices):
            self._cursor = position
            self.action_take()

    @property
    def _top(self) -> int:
        return max(0, self._cursor - self._room + 1)

    @property
    def _room(self) -> int:
        """Choices that fit."""
        return max(1, self.size.height - _OTHER_LINES)

    def _draw(self) -> None:
        lines = [rule(self._title, "", self.size.width)]
        titles = [process_title(process) for process in self._choices]
        width = max(map(cell_width, titles))
        for position in range(self._top, min(self._top + self._room, len(titles))):
            is_here = position == self._cursor
            title = Cell(fit(titles[position], width), Role.STRONG if is_here else Role.NAME)
            command = Cell(f"  {command_text(self._choices[position].command_line)}", Role.DIM)
            lines.append(TextLine((Cell("▸ " if is_here else "  "), title, command)))
        self._list.show([*lines, plain(" Enter opens, Esc goes back", Role.DIM)])
