"""LineCanvas: paints screen lines, each made once until it changes, and has only those repainted that changed.

Textual asks a widget for all its lines in every frame, whichever of them are dirty, and puts each through its style
cache. render_lines is therefore overridden here: without border, padding and that cache a frame costs a fraction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from monitor.ui.table.layout import Layout, lay_out
from monitor.ui.table.lines import RowLine, ScreenLine
from monitor.ui.table.styles import LineStyles
from monitor.ui.table.writer import LineWriter
from monitor.ui.theme import palette_and_ground


class LineCanvas(Widget):
    """A widget made of lines, without border and padding. A subclass fills it in fill()."""

    def __init__(self, glyphs: Mapping[int, str], *, id: str | None, classes: str | None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._layout = lay_out((), 0)
        self._lines: list[ScreenLine] = []
        self._strips: list[Strip | None] = []
        self._drawn_size = Size()
        self._writer: LineWriter | None = None
        self._filters: Sequence[LineFilter] = ()

    def fill(self) -> None:
        """Compose the lines for the present size and hand them to draw()."""
        raise NotImplementedError

    def draw(self, lines: list[ScreenLine], layout: Layout) -> None:
        """Replace what is on screen; nothing is repainted where nothing changed."""
        is_same = layout == self._layout and self._drawn_size == self.size
        changed = self._replace(lines[: self.size.height])
        self._drawn_size = self.size
        if not is_same:
            self._layout = layout
            self._writer = None
            self.refresh()
        elif changed:
            self.refresh(*[Region(0, run.start, self.size.width, len(run)) for run in changed])

    def on_resize(self) -> None:
        """Arrange the lines anew, unless they were painted in the new size already."""
        if self._drawn_size != self.size:
            self.fill()

    def notify_style_update(self) -> None:
        """Forget the styles, which Textual says have changed."""
        super().notify_style_update()
        self._writer = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the lines of a region to the compositor."""
        if self._drawn_size != self.size:
            self.fill()
        filters = self.get_line_filters()
        if self._writer is None or filters != self._filters:
            self._filters = filters
            self._writer = LineWriter(self._layout, self._make_styles(), self._glyphs)
            self._strips = [None] * len(self._lines)
        strips = [self._strip(y, self._writer) for y in crop.line_range]
        if crop.column_span != (0, self._layout.width):
            return [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _make_styles(self) -> LineStyles:
        palette, ground = palette_and_ground(self)
        return LineStyles(palette, ground, self._filters, self.background_colors[1])

    def _strip(self, y: int, writer: LineWriter) -> Strip:
        if y >= len(self._lines):
            return Strip(writer.write(RowLine(None)), self._layout.width)
        strip = self._strips[y]
        if strip is None:
            strip = self._strips[y] = Strip(writer.write(self._lines[y]), self._layout.width)
        return strip

    def _replace(self, lines: list[ScreenLine]) -> list[range]:
        """Take other lines, keep the strips of those that look the same, give the runs of those that do not."""
        painted = {_identity(line): strip for line, strip in zip(self._lines, self._strips, strict=True)}
        runs: list[range] = []
        strips: list[Strip | None] = []
        for y, (new, old) in enumerate(zip_longest(lines, self._lines)):
            if new is not None and new == old:
                strips.append(self._strips[y])
                continue
            strips.append(painted.get(_identity(new)))
            if runs and runs[-1].stop == y:
                runs[-1] = range(runs[-1].start, y + 1)
            else:
                runs.append(range(y, y + 1))
        self._lines, self._strips = lines, strips[: len(lines)]
        return runs


def _identity(line: ScreenLine | None) -> object:
    """Tell rows apart by their Line object, which a scrolled view gives again: hashing its text would cost more."""
    return (id(line.line), line.cursor, line.has_thumb) if isinstance(line, RowLine) else line
