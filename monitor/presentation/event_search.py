"""EventSearch: which events have given words, those for what happened among them."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import Bools
from monitor.presentation.event_interval import records_of
from monitor.presentation.event_words import happening_text
from monitor.presentation.row_search import RowSearch


class EventSearch(RowSearch):
    """A RowSearch in which nobody is known to hold what no process is known to have held."""

    def __init__(self, interval: Interval) -> None:
        super().__init__(interval)
        self._records = records_of(interval, np.arange(len(interval.table)))

    def rows_with(self, needle: str) -> Bools:
        """Find events with the needle in what happened, or in any word of their sockets."""
        return super().rows_with(needle) | self._happened(needle.casefold())

    @cached_property
    def is_ownership_known(self) -> Bools:
        """Events of which a process is known."""
        known: Bools = self.interval.owner_end > self.interval.owner_first
        return known

    @cached_property
    def has_user(self) -> Bools:
        """Events of whose sockets a sample told the user."""
        known: Bools = self._records["has_uid"]
        return known

    def _happened(self, needle: str) -> Bools:
        code = self._records["kind"].astype(np.uint16) << np.uint16(8) | self._records["ending"]
        codes, place = np.unique(code, return_inverse=True)
        found: Bools = np.array([needle in happening_text(*divmod(one, 256)) for one in codes.tolist()], np.bool_)[
            place
        ]
        return found
