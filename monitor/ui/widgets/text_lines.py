"""TextLines: a few lines of words, drawn in the colours of their meaning and never read as markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rich.segment import Segment

from monitor.presentation.safe_text import cell_width, fit
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Role
from monitor.ui.table.cells import checked
from monitor.ui.table.kept_lines import KeptLines, WritesLine
from monitor.ui.table.line_strip import LineStrip
from monitor.ui.table.lines import CursorLook
from monitor.ui.table.styles import LineStyles


class TextLines(KeptLines):
    """Shows TextLines from its top; what does not fit is cut."""

    ALLOW_SELECT = False

    def __init__(self, *, glyphs: Mapping[int, str] | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._glyphs = glyphs or {}
        self._lines: tuple[TextLine, ...] = ()

    @property
    def lines(self) -> tuple[TextLine, ...]:
        """What is shown."""
        return self._lines

    def show(self, lines: Iterable[TextLine]) -> None:
        """Replace the lines; those that look the same are not drawn again."""
        new = tuple(lines)
        changed = [y for y in range(max(len(new), len(self._lines))) if new[y : y + 1] != self._lines[y : y + 1]]
        self._lines = new
        self.repaint_lines([range(y, y + 1) for y in changed])

    def line_writer(self, styles: LineStyles) -> WritesLine:
        """Make what cuts lines to the present width and colours them."""
        looks, width = styles.row(Role.PLAIN, CursorLook.ABSENT), self.size.width

        def write_line(y: int) -> LineStrip:
            line = self._lines[y] if y < len(self._lines) else TextLine()
            parts = _fitted(line, width)
            return LineStrip([Segment(text.translate(self._glyphs), looks[role]) for text, role in parts], width)

        return write_line


def _fitted(line: TextLine, width: int) -> Iterator[tuple[str, Role]]:
    """Cut or fill a line to the width: first the right part has its room, then the left."""
    right = sum(cell_width(cell.text) for cell in line.right)
    if right > width:
        right = 0
    room = width - right
    for cell in line.left:
        cells = min(room, cell_width(cell.text))
        if cells:
            yield checked(fit(cell.text, cells)), cell.role
        room -= cells
    yield " " * room, Role.PLAIN
    if right:
        for cell in line.right:
            yield checked(cell.text), cell.role
