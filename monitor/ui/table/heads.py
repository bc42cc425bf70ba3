"""The text of a table's title and of its columns' names, in pieces of one style each."""

from __future__ import annotations

from rich.style import Style

from monitor.presentation.safe_text import cell_width, fit
from monitor.presentation.view import Align
from monitor.ui.table.cells import checked
from monitor.ui.table.layout import Layout, PlacedColumn
from monitor.ui.table.lines import HeaderLine, TitleLine
from monitor.ui.table.styles import LineStyles

Runs = list[tuple[str, Style]]
"""Pieces of a line from left to right; a piece may be empty."""


def header_runs(header: HeaderLine, layout: Layout, styles: LineStyles) -> Runs:
    """Write the columns' names, with a mark beside the one that decides the order."""
    more = "›" if layout.has_more else "‹" if layout.scrolled else ""
    # Where nothing is off the screen, the name of the last column may reach over the scrollbar's cell.
    end = layout.body if more and layout.has_scrollbar else layout.width
    runs = [(" " * layout.lead, styles.header)]
    x = layout.lead
    for placed in layout.placed:
        is_sorted = placed.column.id == header.sort_column
        mark = ("▾" if header.is_descending else "▴") if is_sorted else ""
        room = min(placed.width + 1, end - placed.x)
        runs.append((_heading(placed, mark, room), styles.sorted_header if is_sorted else styles.header))
        x = placed.x + room
    return [*runs, (" " * (end - x), styles.header), (more[: layout.width - end], styles.rule)]


def title_runs(title: TitleLine, width: int, styles: LineStyles) -> Runs:
    """Write the rule with its texts; where it is narrow, without notes, then without tail, then with a cut name."""
    name = checked(f"[{title.name}]" if title.is_focused else f" {title.name} ")
    tail = checked(f" {title.tail} ") if title.tail else ""
    room = width - cell_width(f"─{name}─{tail}─" if tail else f"─{name}─")
    if tail and room < 0:
        tail, room = "", width - cell_width(f"─{name}─")
    if room < 0:
        return [(fit(f"─{name}─", width), styles.title)]
    runs = [("─", styles.rule), (name, styles.focused_title if title.is_focused else styles.title), ("─", styles.rule)]
    for text in title.notes:
        note = checked(f" {text} ")
        cells = cell_width(note) + 1
        if cells > room:
            break
        room -= cells
        runs += [(note, styles.title), ("─", styles.rule)]
    runs += [("─" * room, styles.rule), (tail, styles.title)]
    return [*runs, ("─", styles.rule)] if tail else runs


def _heading(placed: PlacedColumn, mark: str, room: int) -> str:
    """Write a column's name and the gap after it; the sort mark stands in the gap where the name needs all else."""
    title = checked(placed.column.title)
    width = min(placed.width, room)
    if mark and cell_width(title) >= width:
        return fit(title, room - 1) + mark
    return fit(fit(title + mark, width, right=placed.column.align is Align.RIGHT), room)
