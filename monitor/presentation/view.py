"""What a table widget draws: columns, and the rows of one moment in their order, asked for line by line.

TableView ──▶ LiveTable asks count, key_at, position_of and lines for the rows on screen only
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from monitor.model.socket_table import Rows


class Align(Enum):
    """Where a value stands in its column."""

    LEFT = "left"
    RIGHT = "right"


class Role(Enum):
    """What a cell means; the screen decides how that looks, and never by colour alone."""

    PLAIN = "plain"
    DIM = "dim"
    """Zero, unknown, or of little weight."""
    STRONG = "strong"
    TROUBLE = "trouble"
    """Fails now or soon."""
    ALERT = "alert"
    """The picture is not what it seems: old, paused. In reverse video."""
    NOTE = "note"
    """Worth a look."""
    GOOD = "good"
    LOCAL = "local"
    REMOTE = "remote"
    NAME = "name"
    """A process, a user, an interface."""
    RATE = "rate"
    HEADING = "heading"
    RULE = "rule"
    """Lines that part panes."""
    NEW = "new"
    CLOSED = "closed"

    # Enum hashes a member's name, in Python; every cell that is painted looks its role up.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    id: str
    """Stable name, for sorting, the configuration and tests."""
    title: str
    width: int
    """Cells; the text is cut or filled to it."""
    align: Align = Align.LEFT
    is_fixed: bool = False
    """Stays in place when the rest is scrolled sideways."""
    is_sortable: bool = True
    descending_first: bool = False
    """Whether the first press of sort shows the largest on top."""
    letter: str = ""
    """Chooses the column in the sort menu; the same at every width, and no other column's of its table."""


class Cell(NamedTuple):
    """Text made safe and not yet fitted to a width, and what it means.

    A tuple, since hundreds are made in a frame: a frozen dataclass takes half as long again to make, and twice as long
    to compare.
    """

    text: str
    role: Role = Role.PLAIN
    keeps_end: bool = False
    """Cut in the middle rather than at the end: an endpoint loses the middle of its address, never its port."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row as drawn. Two equal lines look the same."""

    marks: str
    """The second mark: one of "!", "~", "+", "×" or a space. The first one, the cursor, is the widget's."""
    cells: tuple[Cell, ...]
    """One per column, in the order of the columns."""
    role: Role = Role.PLAIN
    """Meaning of the whole row: NEW, CLOSED, TROUBLE, DIM."""


class TableView(Protocol):
    """An ordered, filtered list of rows at one moment. Cheap to make; only lines() makes text."""

    @property
    def columns(self) -> Sequence[Column]:
        """Columns from left to right, the fixed ones first."""
        ...

    @property
    def sort_column(self) -> str | None:
        """Id of the column that decides the order; None for the pane's own order."""
        ...

    @property
    def is_descending(self) -> bool:
        """Whether the largest stands first."""
        ...

    @property
    def count(self) -> int:
        """Number of rows."""
        ...

    def key_at(self, position: int) -> Hashable:
        """Give the identity of the row at a position, 0 <= position < count."""
        ...

    def position_of(self, key: Hashable) -> int | None:
        """Find where that row stands now; None where it is gone or filtered out."""
        ...

    def marked(self) -> Rows:
        """Give the positions of the rows whose second mark is "!" or "~", ascending, without making them."""
        ...

    def lines(self, start: int, stop: int) -> list[Line]:
        """Make the rows from start up to, not including, stop; shorter at the end of the list."""
        ...


@runtime_checkable
class HasHeadings(Protocol):
    """A TableView some of whose lines are headings. The cursor passes over them: the last line is none."""

    def is_heading_at(self, position: int) -> bool:
        """Tell whether the line at a position is a heading."""
        ...
