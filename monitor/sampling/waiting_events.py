"""WaitingEvents: what was read and not asked for yet, bounded in number."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np

from monitor.model.closes import CLOSE
from monitor.model.socket_events import SocketEvents
from monitor.model.transitions import TRANSITION, Actor, NoTransitions
from monitor.model.ways import Records

MOST_WAITING = 100_000
"""Of one kind: the busiest host makes as many in two seconds. Beyond that the oldest are left out."""


class WaitingEvents:
    """Filled from when it is made on, and emptied, under the lock of whoever owns it."""

    def __init__(self) -> None:
        self._since = time.clock_gettime(time.CLOCK_BOOTTIME)
        self.no_transitions: NoTransitions | None = None
        """Why there are none; None where they are seen."""
        self._closes = _Waiting(CLOSE)
        self._transitions = _Waiting(TRANSITION)
        self._actors: dict[int, Actor] = {}

    def add_closes(self, records: Records, lost: int) -> None:
        """Take what was read, and how many the kernel has dropped since the reading before."""
        self._closes.add(records, lost)

    def add_transitions(self, records: Records, lost: int, actors: Mapping[int, Actor]) -> None:
        """Take what was read likewise, with the threads that acted."""
        self._transitions.add(records, lost)
        self._actors |= actors
        if len(self._actors) > MOST_WAITING:
            acted = self._transitions.distinct("thread")
            self._actors = {thread: actor for thread, actor in self._actors.items() if thread in acted}

    def empty(self, namespace: int) -> SocketEvents:
        """Give all of it."""
        closes, lost_closes = self._closes.empty()
        transitions, lost_transitions = self._transitions.empty()
        actors, self._actors = self._actors, {}
        return SocketEvents(
            boot_time=time.clock_gettime(time.CLOCK_BOOTTIME),
            namespace=namespace,
            closes=closes,
            transitions=transitions,
            actors=actors,
            lost_closes=lost_closes,
            lost_transitions=lost_transitions,
            no_transitions=self.no_transitions,
            since=self._since,
        )


class _Waiting:
    """Records of one kind in the order in which they came."""

    def __init__(self, dtype: np.dtype[np.void]) -> None:
        self._dtype = dtype
        self._parts: list[Records] = []
        self._count = 0
        self._lost = 0

    def add(self, records: Records, lost: int) -> None:
        self._lost += lost
        if not len(records):
            return
        self._parts.append(records)
        self._count += len(records)
        while self._count > MOST_WAITING:
            oldest = self._parts.pop(0)
            self._count -= len(oldest)
            self._lost += len(oldest)

    def distinct(self, name: str) -> set[int]:
        """Give the values of a field."""
        return {value for part in self._parts for value in part[name].tolist()}

    def empty(self) -> tuple[Records, int]:
        """Give them, and how many were lost."""
        records = np.concatenate(self._parts) if self._parts else np.zeros(0, self._dtype)
        lost, self._lost, self._parts, self._count = self._lost, 0, [], 0
        return records, lost
