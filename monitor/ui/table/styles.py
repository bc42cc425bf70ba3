"""LineStyles: a palette on the ground of one widget, passed through the line filters of the app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from monitor.presentation.view import Role
from monitor.ui.palette import QUIET, Palette
from monitor.ui.table.lines import CursorLook


class LineStyles:
    """Styles ready to be painted.

    Textual's line filters (NO_COLOR, ANSI colours to true ones) look at nothing but a segment's style. They are applied
    to each style once, not to every segment of every frame.
    """

    def __init__(self, palette: Palette, ground: Style, filters: Sequence[LineFilter], background: Color) -> None:
        self._palette = palette
        self._ground = ground
        self._filters = filters
        self._background = background
        self._known: dict[Style, Style] = {}
        self._rows: dict[tuple[Role, CursorLook], Mapping[Role, Style]] = {}
        self.plain = self._finished(Style.null())
        self.dim = self._finished(palette.roles[Role.DIM])
        self.rule = self._finished(palette.rule)
        self.title = self._finished(palette.title)
        self.focused_title = self._finished(palette.focused_title)
        self.header = self._finished(palette.header)
        self.sorted_header = self._finished(palette.sorted_header)

    def row(self, role: Role, cursor: CursorLook) -> Mapping[Role, Style]:
        """Give the style of every kind of cell in a row of that role; cells that look alike have one and the same."""
        styles = self._rows.get((role, cursor))
        if styles is None:
            cells = self._palette.row(role)
            styles = self._rows[role, cursor] = {
                name: self._finished(cells[name] + self._cursor(cursor, role if role in QUIET else name))
                for name in Role
            }
        return styles

    def _cursor(self, cursor: CursorLook, role: Role) -> Style:
        match cursor:
            case CursorLook.FOCUSED:
                return self._palette.at_cursor(role)
            case CursorLook.RESTING:
                return self._palette.resting_cursor
            case CursorLook.ABSENT:
                return Style.null()

    def _finished(self, style: Style) -> Style:
        segments = [Segment("x", self._ground + style)]
        for line_filter in self._filters:
            segments = line_filter.apply(segments, self._background)
        finished = segments[0].style or Style.null()
        return self._known.setdefault(finished, finished)
