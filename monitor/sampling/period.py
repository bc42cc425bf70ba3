"""Period: the time from the start of one sample to the start of the next, chosen, or long enough for what one costs.

Of standard library only: the screen starts with it before anything is read.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

MIN_PERIOD_S = 0.1
MAX_PERIOD_S = 3600.0
SHARE = 0.1
"""Of one processor: an automatic period lets samples cost no more, and of a chosen one it is said."""
AUTO_PERIODS_S = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 60.0)
"""What an automatic period may be: lengths that can be read at a glance."""
CHOICES_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""What keys step through."""
_SLACK = 0.75
"""A shorter period is taken only where samples would use no more of the share than this: costs waver."""
_KEPT = 5
"""Costs of which the middle one counts: a single dear sample, as a whole search for owners is, moves nothing."""
_LEAST_KNOWN = 2
"""Costs without which an automatic period does not move."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The period at one moment, as the status line tells it."""

    period_s: float
    is_auto: bool = True
    cost_s: float | None = None
    """Seconds of processor time that a sample usually takes of late; None before the first."""

    @property
    def share(self) -> float:
        """The share of one processor that samples take; 0 where that is not known yet."""
        return (self.cost_s or 0.0) / self.period_s


class Period:
    """Chosen by any thread, told of costs by the sampling one."""

    def __init__(self, chosen_s: float | None = None) -> None:
        """Begin.

        Args:
            chosen_s: Seconds; None for a period that follows the costs.
        """
        self._auto_s = AUTO_PERIODS_S[0]
        self._cost_s: float | None = None
        self._costs: deque[float] = deque(maxlen=_KEPT)
        self.choose(chosen_s)

    @property
    def seconds(self) -> float:
        """Seconds between the starts of two samples."""
        return self._auto_s if self._chosen_s is None else self._chosen_s

    @property
    def pace(self) -> Pace:
        """What can be said of it now."""
        return Pace(self.seconds, self._chosen_s is None, self._cost_s)

    def choose(self, seconds: float | None) -> None:
        """Take a period, within the limits; None lets it follow the costs again."""
        self._chosen_s = None if seconds is None else min(max(seconds, MIN_PERIOD_S), MAX_PERIOD_S)

    def take(self, cost_s: float, *, is_cold: bool) -> None:
        """Learn what a sample cost.

        Args:
            cost_s: Seconds of processor time.
            is_cold: The first one of a source also imports, and finds all owners: the period does not follow it.
        """
        if not is_cold:
            self._costs.append(cost_s)
        self._cost_s = sorted(self._costs)[(len(self._costs) - 1) // 2] if self._costs else cost_s
        if len(self._costs) < _LEAST_KNOWN:
            return
        needed = self._cost_s / SHARE
        if needed > self._auto_s:
            self._auto_s = _at_least(needed)
        else:
            self._auto_s = min(self._auto_s, _at_least(needed / _SLACK))


def next_shorter(seconds: float) -> float | None:
    """Give the choice below a period; None for an automatic one where there is none."""
    return max((choice for choice in CHOICES_S if choice < seconds), default=None)


def next_longer(seconds: float) -> float | None:
    """Give the choice above a period; None likewise."""
    return min((choice for choice in CHOICES_S if choice > seconds), default=None)


def _at_least(seconds: float) -> float:
    return next((period for period in AUTO_PERIODS_S if period >= seconds), AUTO_PERIODS_S[-1])
