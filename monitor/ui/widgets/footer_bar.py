"""The footer: what keys do in the focused pane, from the one key table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role
from monitor.ui.keys import Where, footer
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.ui.keyed_app import KeyedApp


class FooterBar(TextLines):
    """One line of keys with their words."""

    app: KeyedApp
    _where = Where.CONNECTIONS
    _question: TextLine | None = None

    def show_keys(self, where: Where) -> None:
        """Show the keys of a place."""
        self._where = where
        if self._question is not None:
            self.show([self._question])
            return
        cells: list[Cell] = []
        for shown, word in footer(
            where,
            self.size.width,
            is_ascii=bool(self._glyphs),
            is_read_only=self.app.is_read_only,
            table=self.app.key_map.table,
        ):
            cells += [Cell(f" {shown}", Role.STRONG), Cell(f" {word} ", Role.HEADING)]
        self.show([TextLine(tuple(cells))])

    def question(self, line: TextLine | None) -> None:
        """Show more letters that are awaited than the message line has room for; None for the keys again."""
        self._question = line
        self.show_keys(self._where)

    def on_resize(self) -> None:
        """Show as many keys as fit now."""
        self.show_keys(self._where)
