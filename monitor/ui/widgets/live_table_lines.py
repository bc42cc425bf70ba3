"""LineWriter: lines of a LiveTable as styled segments. The only writer of cells, so the last check of every text.

    ─[2 Connections 943 of 1,253]─ busiest first ──────── ↓ 41M/s ─    TitleLine
       state      local                  process              ↓/s▾     HeaderLine
    ▸! CLOSE-WAIT 192.0.2.10:41022       proxy[990]              0 ▐   RowLine

A screen line is a value: two equal ones look the same, which is how the table knows what it has to redraw.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from rich.segment import Segment
from rich.style import Style

from monitor.presentation.safe_text import cell_width, fit
from monitor.presentation.view import Align, Cell, Line, Role
from monitor.ui.palette import Palette
from monitor.ui.widgets.live_table_layout import Layout, PlacedColumn

_MARK_ROLES = {"!": Role.TROUBLE, "~": Role.NOTE, "+": Role.NEW, "×": Role.CLOSED}
_THUMB = "▐"


class CursorLook(Enum):
    """How the cursor shows in a row."""

    ABSENT = 0
    FOCUSED = 1
    """The row that keys act on."""
    RESTING = 2
    """The row at which the cursor waits while another widget has the focus."""


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


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A dim sentence in place of the first row."""

    text: str


ScreenLine = TitleLine | HeaderLine | RowLine | MessageLine


class LineWriter:
    """Writes screen lines at one layout and in one palette. Every line is exactly as wide as the layout."""

    def __init__(self, layout: Layout, palette: Palette, ground: Style, glyphs: Mapping[int, str]) -> None:
        self.layout = layout
        self._palette = palette
        self._ground = ground
        self._glyphs = glyphs
        """A table for str.translate that keeps every width; empty to leave texts as they are."""
        self._row_styles: dict[tuple[Role, CursorLook], Mapping[Role, Style]] = {}

    def write(self, line: ScreenLine) -> list[Segment]:
        """Write one line."""
        match line:
            case RowLine():
                runs = self._row(line)
            case HeaderLine():
                runs = self._header(line)
            case TitleLine():
                runs = self._title(line)
            case MessageLine():
                runs = self._message(line)
        if self._glyphs:
            return [Segment(text.translate(self._glyphs), style) for text, style in runs if text]
        return [Segment(text, style) for text, style in runs if text]

    def _row(self, row: RowLine) -> Iterator[tuple[str, Style]]:
        layout = self.layout
        if row.line is None:
            yield " " * layout.body, self._ground
        else:
            styles = self._styles_of(row.line.role, row.cursor)
            mark = "▸" if row.cursor is not CursorLook.ABSENT else " "
            lead = f"{mark}{fit(_printable(row.line.marks), 1)} "
            yield lead[: layout.lead], styles[_MARK_ROLES.get(row.line.marks, Role.PLAIN)]
            yield from self._cells(row.line.cells, styles)
        if layout.body < layout.width:
            yield _THUMB if row.has_thumb else " ", self._ground + self._palette.rule

    def _cells(self, cells: tuple[Cell, ...], styles: Mapping[Role, Style]) -> Iterator[tuple[str, Style]]:
        """Write the cells of a row, neighbours of one role as one run."""
        run: list[str] = []
        role = Role.PLAIN
        x = self.layout.lead
        for placed in self.layout.placed:
            cell = cells[placed.index]
            if cell.role is not role:
                yield "".join(run), styles[role]
                run = []
                role = cell.role
            run.append(_fitted(cell, placed))
            run.append(" ")
            x = placed.x + placed.width + 1
        run.append(" " * (self.layout.body - x))
        # The gap after the last column is the scrollbar's cell where the columns fill the line.
        yield "".join(run)[: None if x <= self.layout.body else -1], styles[role]

    def _header(self, header: HeaderLine) -> Iterator[tuple[str, Style]]:
        layout = self.layout
        plain, chosen = self._ground + self._palette.header, self._ground + self._palette.sorted_header
        yield " " * layout.lead, plain
        x = layout.lead
        for placed in layout.placed:
            is_sorted = placed.column.id == header.sort_column
            mark = ("▾" if header.is_descending else "▴") if is_sorted else ""
            room = min(placed.width + 1, layout.body - placed.x)
            yield _heading(placed, mark, room), chosen if is_sorted else plain
            x = placed.x + room
        yield " " * (layout.body - x), plain
        if layout.body < layout.width:
            yield "›" if layout.has_more else "‹" if layout.scrolled else " ", self._ground + self._palette.rule

    def _title(self, title: TitleLine) -> Iterator[tuple[str, Style]]:
        palette, ground, width = self._palette, self._ground, self.layout.width
        rule, note_style = ground + palette.rule, ground + palette.header
        notes = [f" {_printable(note)} " for note in title.notes]
        tail = f" {_printable(title.tail)} ─" if title.tail else ""
        name = _printable(title.name)
        name = f"[{name}]" if title.is_focused else f" {name} "
        # ─name─ and, per note, the note and ─; at least one ─ before the tail.
        room = width - 2 - cell_width(name) - cell_width(tail)
        if room < 0:
            tail, room = "", width - 2 - cell_width(name)
        if room < 0:
            yield fit(f"─{name}─", width), ground + palette.title
            return
        yield "─", rule
        yield name, ground + (palette.focused_title if title.is_focused else palette.title)
        yield "─", rule
        for note in notes:
            cells = cell_width(note) + 1
            if cells > room:
                break
            yield note, note_style
            yield "─", rule
            room -= cells
        yield "─" * room, rule
        yield tail[:-1], note_style
        yield tail[-1:], rule

    def _message(self, message: MessageLine) -> Iterator[tuple[str, Style]]:
        lead = " " * self.layout.lead
        yield lead, self._ground
        text = _printable(message.text)
        yield fit(text, self.layout.width - self.layout.lead), self._ground + self._palette.roles[Role.DIM]

    def _styles_of(self, role: Role, cursor: CursorLook) -> Mapping[Role, Style]:
        styles = self._row_styles.get((role, cursor))
        if styles is None:
            over = {
                CursorLook.ABSENT: Style.null(),
                CursorLook.FOCUSED: self._palette.cursor,
                CursorLook.RESTING: self._palette.resting_cursor,
            }[cursor]
            row = self._palette.row(role)
            styles = self._row_styles[role, cursor] = {name: self._ground + row[name] + over for name in Role}
        return styles


def _fitted(cell: Cell, placed: PlacedColumn) -> str:
    return fit(_printable(cell.text), placed.width, right=placed.column.align is Align.RIGHT, keeps_end=cell.keeps_end)


def _heading(placed: PlacedColumn, mark: str, room: int) -> str:
    """Write a column's name and the gap after it; the sort mark stands in the gap where the name needs all else."""
    title = _printable(placed.column.title)
    width = min(placed.width, room)
    if mark and cell_width(title) >= width:
        return fit(title, room - 1) + mark
    return fit(fit(title + mark, width, right=placed.column.align is Align.RIGHT), room)


def _printable(text: str) -> str:
    """Give the text as it is; were a control character to slip past safe_text, it would be replaced here."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
