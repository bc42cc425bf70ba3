"""The path to a screen: "Connections › 192.0.2.10:41022 → 198.51.100.20:5432 › proxy[990]"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.presentation.fitting import CUT, cell_width, middle_cut_endpoint
from monitor.presentation.linked_line import ToBind, ToDemux, ToProcess, ToSocket, ToWorkers
from monitor.presentation.view import Cell, Role

StopTarget = ToProcess | ToSocket | ToBind | ToDemux | ToWorkers
"""What a path is made of."""

_SEPARATOR = " › "


@dataclass(frozen=True, slots=True)
class Stop:
    """A place to which a path has led, and to which it can lead again."""

    target: StopTarget
    name: str
    """What stands on its screen: "nginx[812]"."""
    came_by: str = ""
    """The row by which it was reached, where that is no stop of its own: "[::]:443"."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the path says of it."""
        return (self.came_by, self.name) if self.came_by else (self.name,)


def path_cells(names: Sequence[str], room: int) -> tuple[Cell, ...]:
    """Write a path in at most `room` cells: where it is too long its middle goes, then its beginning, never its end.

    Args:
        names: of the places from the first to the present one, made safe; at least one.
        room: cells.
    """
    *_, here = names
    before = next((form for form in _forms(names[:-1]) if cell_width(form) + cell_width(here) <= room), "")
    shown = middle_cut_endpoint(here, room - cell_width(before))
    return (*((Cell(before, Role.HEADING),) if before else ()), Cell(shown, Role.STRONG))


def _forms(names: Sequence[str]) -> list[str]:
    """Give what may stand before the last name, longest first."""
    if not names:
        return []
    start, *middle = names
    kept = [[start, *middle], *([start, CUT, *middle[left:]] for left in range(1, len(middle) + 1)), [CUT]]
    return [_SEPARATOR.join([*form, ""]) for form in kept]
