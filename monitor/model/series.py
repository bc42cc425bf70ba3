"""Series: what one number was over the last minutes, for a sparkline and for "worst since"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.model.sample import F64


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Values by the time at which they were read. Unknown is NaN, and no reading is not a zero."""

    boot_times: F64
    """CLOCK_BOOTTIME in seconds, ascending."""
    values: F64
    """One per time."""

    @classmethod
    def empty(cls) -> Series:
        """Make the series of something that was never read."""
        return cls(np.zeros(0), np.zeros(0))

    def __len__(self) -> int:
        return len(self.values)

    @property
    def known(self) -> F64:
        """The values that are known, oldest first."""
        known: F64 = self.values[~np.isnan(self.values)]
        return known

    @property
    def last(self) -> float | None:
        """The newest reading's value; None where that one is not known, whatever came before."""
        return None if not len(self) or np.isnan(self.values[-1]) else float(self.values[-1])

    @property
    def lowest(self) -> float | None:
        """The least known value; None where none is known."""
        known = self.known
        return float(known.min()) if len(known) else None

    @property
    def highest(self) -> float | None:
        """The greatest known value; None where none is known."""
        known = self.known
        return float(known.max()) if len(known) else None

    def resample(self, width: int, seconds: float) -> list[float]:
        """Give the greatest value of each of `width` equal cells of time, the newest last; NaN for unknown.

        Cells begin at multiples of their length, so that a peak stays in its cell while time goes on. A cell between
        two readings takes the later one's value, which tells of the time since the one before; before the first
        reading nothing is known.

        Args:
            width: number of cells.
            seconds: time that all cells together span, up to the newest reading; more than 0.
        """
        cells = np.full(max(width, 0), np.nan)
        if not len(self) or width <= 0:
            return [float(value) for value in cells]
        numbers = np.floor(self.boot_times / (seconds / width)).astype(np.int64)
        numbers += width - 1 - numbers[-1]
        is_in = numbers >= 0
        np.fmax.at(cells, numbers[is_in], self.values[is_in])
        is_read = np.zeros(width, np.bool_)
        is_read[numbers[is_in]] = True
        later = np.searchsorted(numbers, np.arange(width))
        is_between = ~is_read & (later > 0)
        cells[is_between] = self.values[later[is_between]]
        return [float(value) for value in cells]
