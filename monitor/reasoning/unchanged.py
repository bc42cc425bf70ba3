"""Unchanged: for how long a number of some sockets has stood still."""

from __future__ import annotations

import numpy as np

from monitor.model.places import find_places
from monitor.model.sample import F64
from monitor.model.socket_table import U64


class Unchanged:
    """Remembers the sockets that it was asked about last, and nothing else."""

    def __init__(self) -> None:
        self._cookie: U64 = np.zeros(0, np.uint64)
        self._value: U64 = np.zeros(0, np.uint64)
        self._since: F64 = np.zeros(0)

    def seconds(self, now: float, cookie: U64, value: U64) -> F64:
        """Give for each socket how long it has had this value; 0 for one that was not asked about the last time.

        Args:
            now: CLOCK_BOOTTIME in seconds.
            cookie: The sockets.
            value: A number of each.
        """
        since = np.full(len(cookie), now)
        places = find_places(self._cookie, cookie)
        known = np.flatnonzero(places >= 0)
        known = known[self._value[places[known]] == value[known]]
        since[known] = self._since[places[known]]
        self._cookie, self._value, self._since = cookie, value, since
        elapsed: F64 = now - since
        return elapsed
