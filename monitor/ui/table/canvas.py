"""LineCanvas: screen lines, composed once for all that happened since the last frame, of which the new are painted."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from textual.geometry import Region, Size
from textual.strip import Strip

from monitor.ui.table.kept_lines import KeptLines, WritesLine
from monitor.ui.table.layout import Layout, lay_out
from monitor.ui.table.line_strip import LineStrip
from monitor.ui.table.lines import RowLine, ScreenLine
from monitor.ui.table.styles import LineStyles
from monitor.ui.table.writer import LineWriter


class LineCanvas(KeptLines):
    """A widget whose lines follow from a state. A subclass composes them in fill()."""

    def __init__(self, glyphs: Mapping[int, str], *, id: str | None, classes: str | None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self._glyphs = glyphs
        self._layout = lay_out((), 0)
        self._lines: list[ScreenLine] = []
        self._drawn_size = Size()
        self._is_stale = False
        """Whether the lines are older than the state."""

    def fill(self) -> None:
        """Compose the lines for the present size and hand them to draw()."""
        raise NotImplementedError

    def fill_soon(self) -> None:
        """Compose the lines when all that came before has been dealt with, so that keys do not wait for lines."""
        self._is_stale = True
        self.check_idle()

    def draw(self, lines: list[ScreenLine], layout: Layout) -> None:
        """Replace what is on screen; nothing is repainted where nothing changed."""
        is_same = layout == self._layout and self._drawn_size == self.size
        lines = lines[: self.size.height]
        changed, moved = self._changes_to(lines)
        self._lines = lines
        self._drawn_size = self.size
        self._is_stale = False
        if is_same:
            self.repaint_lines(changed, moved)
        else:
            self._layout = layout
            self.forget_lines()

    def on_idle(self) -> None:
        """Compose what the next frame shows; what is hidden waits until it is not."""
        if self._is_stale and self.display:
            self.fill()

    def on_resize(self) -> None:
        """Arrange the lines anew, unless they were painted in the new size already."""
        if self._drawn_size != self.size:
            self.fill()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Give the lines of a region to the compositor."""
        if self._is_stale or self._drawn_size != self.size:
            self.fill()
        return super().render_lines(crop)

    def line_writer(self, styles: LineStyles) -> WritesLine:
        """Make what writes the lines of the present layout."""
        writer, width = LineWriter(self._layout, styles, self._glyphs), self._layout.width

        def write_line(y: int) -> Strip:
            line = self._lines[y] if y < len(self._lines) else RowLine(None)
            return LineStrip(writer.write(line), width)

        return write_line

    def _changes_to(self, lines: list[ScreenLine]) -> tuple[list[range], dict[int, Strip]]:
        """Give the runs of lines that look another way than before, and what is written of them in another place."""
        written = {_identity(line): self._kept.get(y) for y, line in enumerate(self._lines)}
        runs: list[range] = []
        moved: dict[int, Strip] = {}
        for y, (new, old) in enumerate(zip_longest(lines, self._lines)):
            if new is not None and new == old:
                continue
            strip = written.get(_identity(new))
            if strip is not None:
                moved[y] = strip
            if runs and runs[-1].stop == y:
                runs[-1] = range(runs[-1].start, y + 1)
            else:
                runs.append(range(y, y + 1))
        return runs, moved


def _identity(line: ScreenLine | None) -> object:
    """Tell rows apart by their Line object, which a scrolled view gives again: hashing its text would cost more."""
    return (id(line.line), line.cursor, line.has_thumb) if isinstance(line, RowLine) else line
