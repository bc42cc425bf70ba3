"""A series as a line of block characters, to be drawn as one piece of text."""

from __future__ import annotations

import math
from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
"""From nothing to the greatest value."""


def sparkline(values: Sequence[float], width: int) -> str:
    """Draw the newest `width` values, the last one on the right, on a scale from 0 to the greatest of them.

    Unknown values (NaN, infinities) and those that there are too few of are blanks: a gap never looks like a zero.

    Args:
        values: Oldest first, none negative; Series.resample() gives one for each cell.
        width: Cells of the text.
    """
    if width <= 0:
        return ""
    shown = values[-width:]
    top = max((value for value in shown if math.isfinite(value)), default=0.0)
    return "".join(_block(value, top) for value in shown).rjust(width)


def tall_sparkline(values: Sequence[float], width: int, height: int) -> list[str]:
    """Draw them likewise over several lines, the uppermost first: eight steps in each.

    Args:
        values: As sparkline() takes them.
        width: Cells of each line.
        height: Lines, at least 1.
    """
    if height == 1 or width <= 0:
        return [sparkline(values, width)] * height
    shown = values[-width:]
    top = max((value for value in shown if math.isfinite(value)), default=0.0)
    steps = [_steps(value, top, height) for value in shown]
    floors = [line * len(BLOCKS) for line in reversed(range(height))]
    return ["".join(_filled(reached - floor) for reached in steps).rjust(width) for floor in floors]


def _steps(value: float, top: float, height: int) -> int:
    """Tell how many steps a value reaches from the bottom: at least one for what is known, none for what is not."""
    if not math.isfinite(value):
        return 0
    share = value / top if top > 0 else 0.0
    return max(1, round(max(share, 0.0) * height * len(BLOCKS)))


def _filled(steps: int) -> str:
    return " " if steps <= 0 else BLOCKS[min(steps, len(BLOCKS)) - 1]


def _block(value: float, top: float) -> str:
    if not math.isfinite(value):
        return " "
    # Divided first: the product of two large numbers might be none.
    share = value / top if top > 0 else 0.0
    return BLOCKS[round(max(share, 0.0) * (len(BLOCKS) - 1))]
