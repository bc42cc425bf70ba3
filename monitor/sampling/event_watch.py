"""EventWatch: when the sampling thread reads events, and what it makes of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from monitor.errors import MonitorError, SourceError

if TYPE_CHECKING:
    from monitor.model.event_list import EventList
    from monitor.model.sample import Interval
    from monitor.sampling.event_log import EventLog
    from monitor.sampling.source import Source

SPACING_S = 1.0
"""Where samples are more seldom, events are read as often as this."""


class EventWatch:
    """Of the sampling thread; any thread may look at what it listed last."""

    def __init__(self) -> None:
        self.listed: EventList | None = None
        """What happened; None before the first reading."""
        self.next_at = float("inf")
        """When events are to be read again, on the monotonic clock."""
        self.has_lost = False
        """Whether closes were missed since the sample before the last reading: only another sample tells which."""
        self._log: EventLog | None = None

    def read(self, source: Source, interval: Interval) -> bool:
        """Read what happened, and tell whether there is anything new to show.

        Raises:
            SourceError: the source has gone.
        """
        self.next_at = time.monotonic() + SPACING_S
        try:
            events = source.events()
        except SourceError:
            raise
        except MonitorError:
            # The list says so itself where there will be no more events; one reading that failed is made up for.
            return False
        if self._log is None:
            from monitor.sampling.event_log import EventLog  # noqa: PLC0415 - after the first rows

            self._log = EventLog()
        former, self.listed = self.listed, self._log.take(events, interval)
        self.has_lost = events.lost_closes > 0
        return self.listed.says_more_than(former)
