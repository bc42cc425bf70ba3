"""PendingTransitions: transitions that wait for the sample or the close that says whose socket it was."""

from __future__ import annotations

import numpy as np

from monitor.model.socket_events import SocketEvents
from monitor.model.socket_table import Bools, Rows
from monitor.model.transitions import TRANSITION, Actor
from monitor.model.ways import Records
from monitor.sampling.lives import Lives, lives_in

_MOST_PENDING = 200_000
_KEPT_S = 10.0
"""A close is told some milliseconds after the last transition; a sample comes once a second or more seldom."""
_ELSEWHERE_KEPT_S = 2.0
"""What a thread of another network namespace did waits no longer: a busy host has more of it than of ours."""
_DIALLING_KEPT_S = 150.0
"""So long the kernel dials, as it is usually set: two minutes and more (tcp_syn_retries)."""


class PendingTransitions:
    """Of one thread."""

    def __init__(self) -> None:
        self._records = np.zeros(0, TRANSITION)
        self._is_told: Bools = np.zeros(0, np.bool_)
        self._is_end_told: Bools = np.zeros(0, np.bool_)
        self.actors: dict[int, Actor] = {}
        """By thread: who made them."""
        self._lives: Lives | None = None

    @property
    def lives(self) -> Lives:
        """What they amount to."""
        if self._lives is None:
            self._lives = lives_in(self._records)
        return self._lives

    def add(self, events: SocketEvents) -> None:
        """Take what happened."""
        if not len(events.transitions):
            return
        self._records = np.concatenate([self._records, events.transitions.astype(TRANSITION, copy=False)])
        none_told = np.zeros(len(events.transitions), np.bool_)
        self._is_told = np.concatenate([self._is_told, none_told])
        self._is_end_told = np.concatenate([self._is_end_told, none_told])
        self.actors |= events.actors
        self._lives = None

    @property
    def is_told(self) -> Bools:
        """Lives whose beginning has become an event."""
        told: Bools = self._is_told[self.lives.first]
        return told

    @property
    def is_end_told(self) -> Bools:
        """Lives whose end has become an event though no close told it."""
        told: Bools = self._is_end_told[self.lives.first]
        return told

    def last_records(self, lives: Rows) -> Records:
        """Give the last transition of some lives."""
        return self._records[self.lives.last[lives]]

    def tell(self, lives: Rows) -> None:
        """Note that the beginning of some lives has become an event."""
        self._is_told[self.lives.first[lives]] = True

    def tell_end(self, lives: Rows) -> None:
        """Note that the end of some lives has become an event without a close."""
        self._is_end_told[self.lives.first[lives]] = True

    def forget(self, now: float, elapsed_s: float, over: Rows, namespace: int) -> None:
        """Drop the lives that are over, and what nobody will ask for any more."""
        if not len(self._records):
            return
        kept_s = _KEPT_S + (2 * elapsed_s if elapsed_s > 0 else 0.0)
        lives = self.lives
        # A life is kept as a whole: without its beginning its end would be another one's.
        last_at = self._records["boot_time"][lives.last]
        is_kept = last_at > now - kept_s
        is_kept |= lives.is_dialling & (lives.began_at > now - _DIALLING_KEPT_S)
        others = [number for number, actor in self.actors.items() if actor.namespace not in {None, namespace}]
        is_kept &= (last_at > now - _ELSEWHERE_KEPT_S) | ~np.isin(lives.thread, others)
        is_kept[over] = False
        kept = np.flatnonzero(is_kept[lives.member])[-_MOST_PENDING:]
        if len(kept) == len(self._records):
            return
        self._lives = None
        self._records, self._is_told = self._records[kept], self._is_told[kept]
        self._is_end_told = self._is_end_told[kept]
        threads = set(self._records["thread"].tolist())
        self.actors = {thread: actor for thread, actor in self.actors.items() if thread in threads}
