"""EventSums: what the events of groups come to: how many of each kind, how many in a second, and what passed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, lru_cache

import numpy as np

from monitor.model.event_list import EventKind
from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Bools, Rows
from monitor.presentation.event_cells import acknowledged_bytes, received_bytes, resent_segments, total_bytes
from monitor.presentation.event_interval import EventInterval, records_of
from monitor.presentation.groups import Groups
from monitor.reasoning.columns import sum_known

_ENDS = (EventKind.CLOSED, EventKind.FAILED)


class EventSums:
    """Arrays with an entry per group, each made when it is first asked for."""

    def __init__(self, groups: Groups) -> None:
        """Make the sums of groups of events.

        Raises:
            TypeError: these are groups of something else.
        """
        if not isinstance(groups.interval, EventInterval):
            raise TypeError(f"the rows of {type(groups.interval).__name__} are no events")
        self._interval = groups.interval
        self._groups = groups
        self._records = records_of(groups.interval, groups.rows)

    @cached_property
    def kinds(self) -> dict[EventKind, F64]:
        """How many there are of each kind."""
        return {kind: self._count(self._records["kind"] == kind) for kind in EventKind}

    @cached_property
    def opened_rate(self) -> F64:
        """Openings per second, lately; NaN before anything can be said."""
        return self._rate(self._records["kind"] == EventKind.OPENED)

    @cached_property
    def ended_rate(self) -> F64:
        """Closes and failures likewise."""
        return self._rate(np.isin(self._records["kind"], _ENDS))

    @cached_property
    def received(self) -> F64:
        """Bytes received by those that closed; NaN where that is known of none."""
        return self._sum(received_bytes)

    @cached_property
    def acknowledged(self) -> F64:
        """Bytes acknowledged likewise."""
        return self._sum(acknowledged_bytes)

    @cached_property
    def total(self) -> F64:
        """Both together."""
        return self._sum(total_bytes)

    @cached_property
    def resent(self) -> F64:
        """Segments sent again likewise."""
        return self._sum(resent_segments)

    def _count(self, which: Bools) -> F64:
        return np.bincount(self._groups.group[which], minlength=len(self._groups)).astype(np.float64)

    def _rate(self, which: Bools) -> F64:
        rated_s = self._interval.rated_s
        return self._count(which & (self._records["at"] > self._interval.now - rated_s)) / rated_s

    def _sum(self, values: Callable[[Interval, Rows], F64]) -> F64:
        return sum_known(self._groups.group, values(self._interval, self._groups.rows), len(self._groups))


# Every cell of a page asks for the sums of the same groups.
event_sums = lru_cache(maxsize=1)(EventSums)
