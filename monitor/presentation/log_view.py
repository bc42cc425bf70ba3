"""The log as a table, newest first; an entry that is longer than a line goes on in the lines below it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from monitor.model.socket_table import Rows
from monitor.presentation.formats import clock_text
from monitor.presentation.log import LogEntry, LogKind
from monitor.presentation.text_line import TextLine, wrapped
from monitor.presentation.view import Cell, Column, Line, Role

_COLUMNS = (
    Column("time", "time", 9, is_fixed=True, is_sortable=False),
    Column("kind", "what", 7, is_fixed=True, is_sortable=False),
    Column("text", "", 20, is_sortable=False),
)
_OTHER_CELLS = 3 + 10 + 8 + 1
"""Marks, the first two columns with their gaps, and the scrollbar."""
_ROLES = {LogKind.ACTION: Role.STRONG, LogKind.NOTICE: Role.NOTE, LogKind.SOURCE: Role.DIM}


@dataclass(frozen=True)
class LogView:
    """A TableView; the key of a line is the entry's number and which of its lines it is."""

    entries: Sequence[LogEntry]
    """Oldest first."""
    width: int
    """Cells of the pane."""
    columns: Sequence[Column] = _COLUMNS
    sort_column: str | None = None
    is_descending: bool = False

    @property
    def count(self) -> int:
        """Number of lines."""
        return len(self._made)

    def key_at(self, position: int) -> Hashable:
        """Give the identity of the line at a position."""
        return self._made[position][0]

    def position_of(self, key: Hashable) -> int | None:
        """Find where a line stands now."""
        return next((place for place, (made, _) in enumerate(self._made) if made == key), None)

    def marked(self) -> Rows:
        """Give nothing: no entry is marked."""
        return np.zeros(0, np.intp)

    def lines(self, start: int, stop: int) -> list[Line]:
        """Give some lines."""
        return [line for _, line in self._made[start:stop]]

    @cached_property
    def _made(self) -> list[tuple[Hashable, Line]]:
        return [
            ((entry.number, part), line)
            for entry in reversed(self.entries)
            for part, line in enumerate(self._lines_of(entry))
        ]

    def _lines_of(self, entry: LogEntry) -> Iterator[Line]:
        room = max(1, self.width - _OTHER_CELLS)
        for part, line in enumerate(wrapped(TextLine((Cell(entry.text),)), room)):
            text = Cell("".join(cell.text for cell in line.left), _ROLES[entry.kind])
            first = (Cell(clock_text(entry.at)), Cell(entry.kind, Role.HEADING)) if not part else (Cell(""), Cell(""))
            yield Line(" ", (*first, text))


def holding(entries: Iterable[LogEntry], words: str) -> list[LogEntry]:
    """Choose the entries that hold every word, in their text or as what they are; large and small letters alike."""
    wanted = words.casefold().split()
    return [entry for entry in entries if all(word in f"{entry.kind} {entry.text}".casefold() for word in wanted)]
