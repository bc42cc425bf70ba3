"""ColumnChoice: which columns a table shows, in which order, and whether its width has a say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from monitor.presentation.row_columns import Widths
    from monitor.presentation.view import Column

CURVE = "curve"
"""Id of the column at the end of a row in which its history is drawn."""
_NARROWEST, _WIDEST = 0, 10_000


class Density(Enum):
    """Of which screen a table has the columns."""

    AUTO = "auto"
    """Of the present one."""
    COMPACT = "compact"
    """Of a narrow one, however wide it is."""
    FULL = "full"
    """Of a wide one: what does not fit is scrolled to."""


class FittableColumn(Protocol):
    """A column with its widths, before one of them is chosen."""

    @property
    def column(self) -> Column:
        """Title, alignment, and whether it stays in place."""
        ...

    @property
    def widths(self) -> Widths:
        """At 80, 120 and 200 cells."""
        ...


FittableT = TypeVar("FittableT", bound=FittableColumn)


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What the user has asked for; without anything the width of the pane decides."""

    names: tuple[str, ...] = ()
    """Ids from left to right; none for those that belong to the density."""
    density: Density = Density.AUTO

    def width_for(self, width: int) -> int:
        """Give the width that decides about columns in a pane of some width."""
        return {Density.COMPACT: _NARROWEST, Density.FULL: _WIDEST}.get(self.density, width)

    def has_curve(self, *, has_room: bool) -> bool:
        """Whether rows end in a curve; without a choice that depends on the room."""
        return CURVE in self.names if self.names else has_room and self.density is Density.AUTO

    def including(self, needed: Iterable[str]) -> ColumnChoice:
        """Give the same choice with some columns in front, where it has names and lacks them."""
        missing = tuple(name for name in needed if name not in self.names)
        return replace(self, names=(*missing, *self.names)) if self.names else self

    def fitted(self, columns: Sequence[FittableT], size: int) -> list[tuple[FittableT, Column]]:
        """Choose columns, each with how it stands: its width, and whether it stays when the rest is scrolled.

        Args:
            columns: All that the table has.
            size: Which of their widths to take.
        """
        by_id = {shown.column.id: shown for shown in columns}
        chosen = [by_id[name] for name in self.names if name in by_id]
        shown = chosen or [column for column in columns if column.widths[size] is not None]
        fitted, is_fixed = [], True
        for each in shown:
            # Behind one that is scrolled nothing can stay in its place.
            is_fixed = is_fixed and each.column.is_fixed
            width = next(cells for cells in (each.widths[size], *each.widths) if cells is not None)
            fitted.append((each, replace(each.column, width=width, is_fixed=is_fixed)))
        return fitted


NO_CHOICE = ColumnChoice()
