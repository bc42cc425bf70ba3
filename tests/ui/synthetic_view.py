"""A TableView of invented connections: rows are made when asked for, and whoever asks is counted."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from monitor.presentation.view import Align, Cell, Column, Line, Role

COLUMNS = (
    Column("state", "state", 10, is_fixed=True),
    Column("local", "local", 21, is_fixed=True),
    Column("remote", "remote", 21, is_fixed=True),
    Column("process", "process", 15),
    Column("down", "↓/s", 5, Align.RIGHT, descending_first=True),
    Column("up", "↑/s", 5, Align.RIGHT, descending_first=True),
    Column("rtt", "rtt", 5, Align.RIGHT),
    Column("retrans", "ret%", 4, Align.RIGHT),
    Column("idle", "idle", 4, Align.RIGHT, is_sortable=False),
)


@dataclass
class SyntheticView:
    """Rows named by the integers of `order`; the key is a pair, as of namespace and cookie."""

    order: Sequence[int] = range(10_000)
    columns: Sequence[Column] = COLUMNS
    sort_column: str | None = "down"
    is_descending: bool = True
    texts: dict[int, str] = field(default_factory=dict)
    """By row: what stands in the process column instead."""
    idle: str = "0s"
    """What stands in the idle column of every row."""
    marks: dict[int, str] = field(default_factory=dict)
    roles: dict[int, Role] = field(default_factory=dict)
    asked: list[tuple[int, int]] = field(default_factory=list)
    """Every (start, stop) of lines()."""

    @property
    def count(self) -> int:
        return len(self.order)

    def key_at(self, position: int) -> Hashable:
        return ("netns", self.order[position])

    def position_of(self, key: Hashable) -> int | None:
        assert isinstance(key, tuple)
        try:
            return self.order.index(key[1])
        except ValueError:
            return None

    def marked(self) -> list[int]:
        return [place for place, row in enumerate(self.order) if self.marks.get(row) in ("!", "~")]

    def lines(self, start: int, stop: int) -> list[Line]:
        self.asked.append((start, stop))
        return [self.line(row) for row in self.order[start:stop]]

    def line(self, row: int) -> Line:
        cells = {
            "state": Cell("ESTAB" if row % 3 else "CLOSE-WAIT", Role.PLAIN if row % 3 else Role.NOTE),
            "local": Cell("192.0.2.10:443", Role.LOCAL, keeps_end=True),
            "remote": Cell(f"198.51.100.{row % 250}:{row}", Role.REMOTE, keeps_end=True),
            "process": Cell(self.texts.get(row, f"nginx[{row}]"), Role.NAME, keeps_end=True),
            "down": Cell(str(row % 900), Role.RATE),
            "up": Cell("0", Role.DIM),
            "rtt": Cell("23ms"),
            "retrans": Cell("0.1"),
            "idle": Cell(self.idle, Role.DIM),
        }
        wanted = tuple(cells.get(column.id, Cell("x")) for column in self.columns)
        return Line(self.marks.get(row, " "), wanted, self.roles.get(row, Role.PLAIN))
