"""JoinedCells: the cells of a row as one text in which every column has its width, checked for the last time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.presentation.safe_text import fit
from monitor.presentation.view import Align, Cell
from monitor.ui.table.cells import checked
from monitor.ui.table.layout import Layout

NARROW = "▸µ×·–…←→≥▁▂▃▄▅▆▇█"
"""What cells are full of beside printable ASCII. Each is shown, and takes one terminal cell."""

_is_narrow = re.compile(f"[ -~{NARROW}]*").fullmatch


class JoinedCells:
    """Joins the cells of rows at one layout."""

    def __init__(self, layout: Layout) -> None:
        self._columns = [(placed.index, placed.width, placed.column.align is Align.RIGHT) for placed in layout.placed]
        self._starts = [placed.x for placed in layout.placed]
        self._width = layout.body
        self._gaps = [" "] * len(layout.placed)
        if layout.spare < 0:
            # The columns fill the line, and the gap after the last one is the scrollbar's cell.
            self._gaps[-1] = ""
        self._end = " " * layout.spare
        fields = [f"%{'' if is_right else '-'}{width}s" for _, width, is_right in self._columns]
        self._form = f"%s{''.join(map(str.__add__, fields, self._gaps))}{self._end}"

    def join(self, lead: str, cells: Sequence[Cell]) -> tuple[str, Sequence[int]]:
        """Give the text, after its first cells `lead`, and where in it each column begins."""
        text = self._form % (lead, *[cells[index].text for index, _, _ in self._columns])
        # Only where nothing had to be cut and no character is wide is a row of as many characters as cells.
        if len(text) == self._width and _is_narrow(text):
            return text, self._starts
        return self._fitted(lead, cells)

    def _fitted(self, lead: str, cells: Sequence[Cell]) -> tuple[str, Sequence[int]]:
        """Bring cell after cell to its width."""
        text, starts = lead, []
        for (index, width, is_right), gap in zip(self._columns, self._gaps, strict=True):
            starts.append(len(text))
            cell = cells[index]
            text += fit(checked(cell.text), width, right=is_right, keeps_end=cell.keeps_end) + gap
        return text + self._end, starts
