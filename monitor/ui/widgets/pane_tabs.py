"""PaneTabs: the panes by name on one line, for where there is room for one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from textual import events
from textual.message import Message
from textual.widget import Widget

from monitor.presentation.safe_text import cell_width, fit, middle_cut_endpoint
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role
from monitor.ui.widgets.filtered_pane import FilteredPane
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.log_pane import LogPane
from monitor.ui.widgets.routing_pane import RoutingPane
from monitor.ui.widgets.text_lines import TextLines

PaneName = Literal["listeners", "connections", "routing", "events", "findings", "log"]
PANES: tuple[PaneName, ...] = ("listeners", "connections", "routing", "events", "findings", "log")
"""The panes of the main screen in the order of their numbers."""
_NUMBERS: dict[PaneName, int] = {"listeners": 1, "connections": 2, "routing": 3, "events": 4, "findings": 5, "log": 6}
"""By which they are reached."""
_SHORT = 3
"""Letters of a name where there is no room for all of it."""
_EDGES = 3
"""Cells between the names and the notes, and at both ends of the line."""


def tab_name(name: PaneName, pane: Widget, *, is_short: bool = False) -> str:
    """Name a pane with its number and its count: "2 Connections 943/1,253"; in short only what calls is counted."""
    count = pane.shown_of_all if isinstance(pane, ListPane) else ""
    if is_short:
        return f"{_NUMBERS[name]} {name.capitalize()[:_SHORT]} {count if count.endswith('!') else ''}".strip()
    return f"{_NUMBERS[name]} {name.capitalize()} {count}".strip()


class PaneTabs(TextLines):
    """Names, counts, and what narrows the current pane or what it is about; a click on a name goes there."""

    @dataclass(eq=False)
    class Chosen(Message):
        """A name was clicked."""

        name: PaneName

    def on_click(self, event: events.Click) -> None:
        """Go to the pane whose name is under the mouse."""
        event.stop()
        cells = self.lines[0].left if self.lines else ()
        ends = accumulate(cell_width(cell.text) for cell in cells)
        place = next((number for number, end in enumerate(ends) if event.x < end), 0)
        # The first cell is the margin.
        if 0 < place <= len(PANES):
            self.post_message(self.Chosen(PANES[place - 1]))

    def show_panes(self, panes: Mapping[PaneName, Widget], current: PaneName) -> None:
        """Show what the panes hold now; the current one stands in brackets."""
        pane = panes[current]
        notes = pane.subject if isinstance(pane, RoutingPane) else ""
        if isinstance(pane, FilteredPane):
            notes = ", ".join(pane.limits)
        elif isinstance(pane, LogPane):
            notes = pane.words
        cells = [_tab(name, panes[name], current, is_short=False) for name in PANES]
        if sum(cell_width(cell.text) for cell in cells) + cell_width(notes) + _EDGES > self.size.width:
            cells = [_tab(name, panes[name], current, is_short=name != current) for name in PANES]
        room = max(0, self.size.width - sum(cell_width(cell.text) for cell in cells) - _EDGES)
        shown = middle_cut_endpoint(notes, room) if isinstance(pane, RoutingPane) else fit(notes, room).rstrip()
        self.show([TextLine((Cell(" "), *cells), (Cell(f"{shown} ", Role.NOTE),))])


def _tab(name: PaneName, pane: Widget, current: PaneName, *, is_short: bool) -> Cell:
    text = tab_name(name, pane, is_short=is_short)
    if name == current:
        return Cell(f"[{text}]", Role.STRONG)
    return Cell(f" {text} ", Role.TROUBLE if text.endswith("!") else Role.HEADING)
