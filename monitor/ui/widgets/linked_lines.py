"""LinkedLines: a screen of words with a cursor. A line may lead somewhere, and may be asked what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from monitor.presentation.linked_line import CURSOR_CELL, CURSOR_WIDTH, LinkedLine, Target
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.widgets.text_lines import TextLines

_CURSOR = "▸"
_WHEEL_LINES = 3
MOST_WIDTH = 200
"""Cells of the lines on a wider screen: what stands at their end still belongs to what stands at their beginning."""


class LinkedLines(TextLines, can_focus=True):
    """Draws as many lines as fit around the cursor, which stays on what it is about when the lines change."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.TABLE, Where.CONNECTION)]
    DEFAULT_CSS: ClassVar[str] = f"LinkedLines {{ max-width: {MOST_WIDTH}; }}"

    @dataclass(eq=False)
    class Followed(Message):
        """The user wants to go where a line leads."""

        target: Target

    @dataclass(eq=False)
    class Asked(Message):
        """The user wants to know what a line means."""

        value: str

    @dataclass(eq=False)
    class Reached(Message):
        """The cursor stands on a line about something else than before."""

        value: str | None

    def __init__(self, *, glyphs: Mapping[int, str] | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._linked: Sequence[LinkedLine] = ()
        self._cursor = 0
        self._top = 0
        self._told: str | None = None
        self.sought = ""
        """What hits hold; empty while nothing is looked for."""

    @property
    def linked(self) -> Sequence[LinkedLine]:
        """All lines, also those that there is no room for."""
        return self._linked

    @property
    def line_at_cursor(self) -> LinkedLine | None:
        """The line at the cursor; None where there are none."""
        return self._linked[self._cursor] if self._linked else None

    def show_linked(self, lines: Sequence[LinkedLine]) -> None:
        """Replace the lines; the cursor stays with the same value and target, or on its place."""
        former = self.line_at_cursor
        self._linked = lines
        self._cursor = self._found_again(former)
        self._draw()

    def go_to(self, value: str) -> None:
        """Put the cursor on the first line that is about something; where there is none it stays."""
        self._cursor = next((place for place, line in enumerate(self._linked) if line.value == value), self._cursor)
        self._draw()

    def go_to_target(self) -> None:
        """Put the cursor on the first line that leads somewhere; where there is none it stays."""
        self._cursor = next((place for place, line in enumerate(self._linked) if line.target), self._cursor)
        self._draw()

    @property
    def cursor_position(self) -> int:
        """Place of the line at the cursor."""
        return self._cursor

    def hits(self, words: str) -> Sequence[int]:
        """Give the places of the lines that say some words, themselves or where they go on; ascending."""
        wanted = words.strip().casefold()
        stops = [place for place, line in enumerate(self._linked) if _is_stop(line)]
        ends = [*stops[1:], len(self._linked)]
        return [
            stop
            for stop, end in zip(stops, ends, strict=True)
            if any(wanted in _text(linked.line).casefold() for linked in self._linked[stop:end])
        ]

    def go_to_position(self, position: int) -> None:
        """Put the cursor on a line that says something."""
        self._cursor = position
        self._draw()

    def action_next_hit(self) -> None:
        """Go to the next line that was found, from the last one to the first."""
        from monitor.ui.seeking import next_of  # noqa: PLC0415 - on demand

        if self.sought:
            self.go_to_position(next_of(self.hits(self.sought), self._cursor, self._cursor))

    def action_previous_hit(self) -> None:
        """Go to the line before that was found, from the first one to the last."""
        from monitor.ui.seeking import before_of  # noqa: PLC0415 - on demand

        if self.sought:
            self.go_to_position(before_of(self.hits(self.sought), self._cursor, self._cursor))

    def action_cursor_down(self) -> None:
        """Go to the next line that says something."""
        self._move(1)

    def action_cursor_up(self) -> None:
        """Go to the line before that says something."""
        self._move(-1)

    def action_page_down(self) -> None:
        """Go down by what fits on the screen."""
        self._move(max(1, self.size.height - 1))

    def action_page_up(self) -> None:
        """Go up by what fits on the screen."""
        self._move(-max(1, self.size.height - 1))

    def action_first(self) -> None:
        """Go to the first line."""
        self._move(-len(self._linked))

    def action_last(self) -> None:
        """Go to the last line."""
        self._move(len(self._linked))

    def action_open(self) -> None:
        """Go where the line at the cursor leads."""
        line = self.line_at_cursor
        if line is not None and line.target is not None:
            self.post_message(self.Followed(line.target))

    def action_explain(self) -> None:
        """Ask what the line at the cursor means."""
        line = self.line_at_cursor
        if line is not None and line.value is not None:
            self.post_message(self.Asked(line.value))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor; with a second click follow."""
        event.stop()
        place = self._top + event.y
        if place < len(self._linked) and _is_stop(self._linked[place]):
            self._cursor = place
            self._draw()
            if event.chain == 2:  # noqa: PLR2004 - a double click
                self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go down some lines."""
        event.stop()
        self._move(_WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Go up some lines."""
        event.stop()
        self._move(-_WHEEL_LINES)

    def on_resize(self) -> None:
        """Draw as many lines as fit now."""
        self._draw()

    def _move(self, lines: int) -> None:
        """Move by a number of lines, and on to the nearest one that says something."""
        stops = [place for place, line in enumerate(self._linked) if _is_stop(line)]
        if not stops:
            return
        wanted = self._cursor + lines
        ahead = [place for place in stops if (place >= wanted if lines > 0 else place <= wanted)]
        self._cursor = (ahead[0] if lines > 0 else ahead[-1]) if ahead else (stops[-1] if lines > 0 else stops[0])
        self._draw()

    def _found_again(self, former: LinkedLine | None) -> int:
        stops = [place for place, line in enumerate(self._linked) if _is_stop(line)]
        if former is not None:
            known = (former.value, former.target)
            same = [place for place in stops if (self._linked[place].value, self._linked[place].target) == known]
            stops = same or stops
        return min(stops, key=lambda place: abs(place - self._cursor), default=0)

    def _draw(self) -> None:
        height = self.size.height
        last = self._last_of_cursor()
        self._top = max(0, min(self._top, len(self._linked) - height))
        if last >= self._top + height > 0:
            self._top = last - height + 1
        self._top = min(self._top, self._cursor)
        shown = list(enumerate(self._linked))[self._top : self._top + height]
        self.show(_with_cursor(linked.line) if place == self._cursor else linked.line for place, linked in shown)
        value = self.line_at_cursor.value if self.line_at_cursor is not None else None
        if value != self._told:
            self._told = value
            self.post_message(self.Reached(value))

    def _last_of_cursor(self) -> int:
        """Give the last line of what the cursor is on: a broken line goes on in lines that are no stops."""
        following = (place for place in range(self._cursor + 1, len(self._linked)) if _is_stop(self._linked[place]))
        return next(following, len(self._linked)) - 1


def _is_stop(line: LinkedLine) -> bool:
    return line.target is not None or line.value is not None


def _text(line: TextLine) -> str:
    return " ".join(cell.text for cell in (*line.left, *line.right))


def _with_cursor(line: TextLine) -> TextLine:
    cells = list(line.left)
    if len(cells) > CURSOR_CELL:
        cells[CURSOR_CELL] = Cell(f"{_CURSOR:<{CURSOR_WIDTH}}", Role.STRONG)
        cells[0] = cells[0]._replace(role=Role.STRONG)
    return TextLine(tuple(cells), line.right)
