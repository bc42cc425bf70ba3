"""LineWriter: screen lines as styled segments. The only writer of cells, and so the last check of every text."""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from rich.style import Style

from monitor.presentation.safe_text import cell_width, fit
from monitor.presentation.view import Cell, Role
from monitor.ui.table.cells import checked
from monitor.ui.table.heads import Runs, header_runs, title_runs
from monitor.ui.table.joined import JoinedCells
from monitor.ui.table.layout import Layout
from monitor.ui.table.lines import CursorLook, HeaderLine, MessageLine, RowLine, ScreenLine, TitleLine
from monitor.ui.table.styles import LineStyles

_MARK_ROLES = {" ": Role.PLAIN, "!": Role.TROUBLE, "~": Role.NOTE, "+": Role.NEW, "×": Role.CLOSED}


class LineWriter:
    """Writes lines at one layout and in one set of styles. Every line is exactly as wide as the layout."""

    def __init__(self, layout: Layout, styles: LineStyles, glyphs: Mapping[int, str]) -> None:
        """Prepare to write.

        Args:
            layout: Where the columns stand.
            styles: How they look.
            glyphs: A table for str.translate that keeps every width; empty to leave texts as they are.
        """
        self._layout = layout
        self._styles = styles
        self._glyphs = glyphs
        self._joined = JoinedCells(layout)
        self._lead, self._blank, self._has_scrollbar = layout.lead, " " * layout.body, layout.has_scrollbar
        self._indexes = [placed.index for placed in layout.placed]

    def write(self, line: ScreenLine) -> list[Segment]:
        """Write one line."""
        match line:
            case RowLine():
                runs = self._row(line)
            case HeaderLine():
                runs = header_runs(line, self._layout, self._styles)
            case TitleLine():
                runs = title_runs(line, self._layout.width, self._styles)
            case MessageLine():
                runs = self._message(line)
        if self._glyphs:
            runs = [(text.translate(self._glyphs), style) for text, style in runs]
        return [Segment(text, style) for text, style in runs if text]

    def _row(self, row: RowLine) -> Runs:
        runs: Runs = []
        if row.line is None:
            runs.append((self._blank, self._styles.plain))
        else:
            styles = self._styles.row(row.line.role, row.cursor)
            cursor = "▸" if row.cursor is not CursorLook.ABSENT else "*" if row.is_chosen else " "
            mark = row.line.marks if row.line.marks in _MARK_ROLES else fit(checked(row.line.marks), 1)
            lead = f"{cursor}{mark} "[: self._lead]
            if row.line.role is Role.HEADING:
                self._add_heading(runs, row.line.cells, styles)
            else:
                if mark != " ":
                    runs += [(lead[:1], styles[Role.PLAIN]), (lead[1:], styles[_MARK_ROLES.get(mark, Role.PLAIN)])]
                self._add_cells(runs, lead, row.line.cells, styles)
        if self._has_scrollbar:
            runs.append(("▐" if row.has_thumb else " ", self._styles.rule))
        return runs

    def _add_heading(self, runs: Runs, cells: tuple[Cell, ...], styles: Mapping[Role, Style]) -> None:
        """Add the words of a heading in a rule across the whole line."""
        room = self._layout.body
        rule = styles[Role.RULE]
        for cell in (cell for cell in cells if cell.text and cell.role is not Role.RULE):
            words = checked(cell.text)
            text = fit(f"{words} ", min(room, cell_width(words) + 1))
            start = "─ "[: max(0, room - cell_width(text))]
            runs += [(start, rule), (text, styles[cell.role])]
            room -= len(start) + cell_width(text)
        runs.append(("─" * room, rule))

    def _add_cells(self, runs: Runs, lead: str, cells: tuple[Cell, ...], styles: Mapping[Role, Style]) -> None:
        """Add the cells of a row behind its marks, neighbours that look alike as one run."""
        text, starts = self._joined.join(lead, cells)
        begin = len(lead) if runs else 0
        role = Role.PLAIN
        style = styles[role]
        for index, start in zip(self._indexes, starts, strict=True):
            if cells[index].role is not role:
                role = cells[index].role
                if styles[role] is not style:
                    runs.append((text[begin:start], style))
                    begin = start
                    style = styles[role]
        runs.append((text[begin:], style))

    def _message(self, message: MessageLine) -> Runs:
        layout = self._layout
        text = fit(checked(message.text), layout.width - layout.lead)
        return [(" " * layout.lead, self._styles.plain), (text, self._styles.dim)]
