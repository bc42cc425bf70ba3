"""PaneTabs: the panes by name on one line, for where there is room for one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from textual.widget import Widget

from monitor.presentation.safe_text import middle_cut_endpoint
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.routing_pane import RoutingPane
from monitor.ui.widgets.text_lines import TextLines

PaneName = Literal["listeners", "connections", "routing"]
PANES: tuple[PaneName, ...] = ("listeners", "connections", "routing")
"""The panes of the main screen in the order of their numbers."""


class PaneTabs(TextLines):
    """Names, counts, and what narrows the current pane or what it is about."""

    def show_panes(self, panes: Mapping[PaneName, Widget], current: PaneName) -> None:
        """Show what the panes hold now; the current one stands in brackets."""
        cells = []
        for number, name in enumerate(PANES, 1):
            pane = panes[name]
            count = pane.shown_of_all if isinstance(pane, ListPane) else ""
            text = f"{number} {name.capitalize()} {count}".strip()
            is_current = name == current
            cells.append(Cell(f"[{text}]" if is_current else f" {text} ", Role.STRONG if is_current else Role.HEADING))
        pane = panes[current]
        notes = ", ".join(pane.limits) if isinstance(pane, ListPane) else ""
        if isinstance(pane, RoutingPane):
            notes = middle_cut_endpoint(pane.subject, self.size.width - sum(len(cell.text) for cell in cells) - 3)
        self.show([TextLine((Cell(" "), *cells), (Cell(f"{notes} ", Role.NOTE),))])
