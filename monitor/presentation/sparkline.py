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


def _block(value: float, top: float) -> str:
    if not math.isfinite(value):
        return " "
    # Divided first: the product of two large numbers might be none.
    share = value / top if top > 0 else 0.0
    return BLOCKS[round(max(share, 0.0) * (len(BLOCKS) - 1))]
