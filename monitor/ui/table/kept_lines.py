"""KeptLines: a widget that writes each of its lines once and keeps it until it changes.

Textual asks a widget for all its lines in every frame, whichever of them are dirty, and puts each through its style
cache. render_lines is therefore overridden here: without border, padding and that cache a frame costs a fraction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.filter import LineFilter
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from monitor.ui.table.styles import LineStyles
from monitor.ui.theme import palette_and_ground

WritesLine = Callable[[int], Strip]
"""Writes the line of that number, counted from the top, as wide as the widget."""


class KeptLines(Widget):
    """A widget made of lines, without border and padding. A subclass writes them."""

    def __init__(self, *, id: str | None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._kept: dict[int, Strip] = {}
        """By number of the line."""
        self._kept_width = 0
        self._writes_line: WritesLine | None = None
        self._filters: Sequence[LineFilter] = ()

    def line_writer(self, styles: LineStyles) -> WritesLine:
        """Make what writes lines in some styles, in the present size."""
        raise NotImplementedError

    def forget_lines(self) -> None:
        """Write every line anew in the next frame."""
        self._writes_line = None
        self.refresh()

    def repaint_lines(self, runs: Sequence[range], written: Mapping[int, Strip] | None = None) -> None:
        """Have runs of lines painted again, and no others.

        Args:
            runs: Which lines.
            written: What some of them look like now, by number; the others are written when they are painted.
        """
        for run in runs:
            for y in run:
                self._kept.pop(y, None)
        self._kept |= written or {}
        if runs:
            self.refresh(*[Region(0, run.start, self.size.width, len(run)) for run in runs])

    def notify_style_update(self) -> None:
        """Forget the styles, which Textual says have changed."""
        super().notify_style_update()
        self._writes_line = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the lines of a region to the compositor."""
        write = self._present_writer()
        kept = self._kept
        for y in crop.line_range:
            if y not in kept:
                kept[y] = write(y)
        strips = [kept[y] for y in crop.line_range]
        if crop.column_span != (0, self._kept_width):
            return [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _present_writer(self) -> WritesLine:
        filters = self.get_line_filters()
        width = self.size.width
        if self._writes_line is None or filters != self._filters or width != self._kept_width:
            self._filters, self._kept_width, self._kept = filters, width, {}
            palette, ground = palette_and_ground(self)
            self._writes_line = self.line_writer(LineStyles(palette, ground, filters, self.background_colors[1]))
        return self._writes_line
