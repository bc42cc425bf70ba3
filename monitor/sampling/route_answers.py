"""RouteAnswers: every route question that some row puts, once, with its latest answer."""

from __future__ import annotations

import numpy as np

from monitor.model.places import find_places
from monitor.model.socket_table import U64, Bools, Rows
from monitor.model.ways import WAY, WAY_QUESTION, Records, words_of

STALE_S = 30.0
"""An answer is asked for anew after this time, whatever happened."""
_NEVER = -1


class RouteAnswers:
    """Questions have numbers, which stand until keep_only(). All arrays have one entry for each question."""

    def __init__(self) -> None:
        self.records: Records = np.zeros(0, WAY_QUESTION)
        self.ways: Records = np.zeros(0, WAY)
        """All zero where there was no answer yet."""
        self._keys: U64 = np.zeros(0, np.uint64)
        self._generation = np.zeros(0, np.int64)
        self._answered_at = np.zeros(0)

    def __len__(self) -> int:
        return len(self.records)

    def numbers_of(self, records: Records, keys: U64) -> Rows:
        """Give the number of each question, a new one to each that was not put before.

        Args:
            records: different questions, as WAY_QUESTION.
            keys: a number for each that two of them rarely share.
        """
        numbers = find_places(self._keys, keys)
        known = np.flatnonzero(numbers >= 0)
        # Keys may collide, records do not.
        is_other = (words_of(self.records[numbers[known]]) != words_of(records[known])).any(axis=1)
        numbers[known[is_other]] = -1
        new = np.flatnonzero(numbers < 0)
        if len(new):
            numbers[new] = np.arange(len(self), len(self) + len(new))
            self.records = np.concatenate([self.records, records[new]])
            self.ways = np.concatenate([self.ways, np.zeros(len(new), WAY)])
            self._keys = np.concatenate([self._keys, keys[new]])
            self._generation = np.concatenate([self._generation, np.full(len(new), _NEVER)])
            self._answered_at = np.concatenate([self._answered_at, np.full(len(new), -np.inf)])
        return numbers

    def are_of(self, generation: int) -> Bools:
        """Tell which answers are there and of these routes (Network.routing_generation)."""
        are_there: Bools = self._generation == generation
        return are_there

    def open_ones(self, generation: int, now: float) -> Rows:
        """Number the questions whose answer is of other routes than these, or stale."""
        return np.flatnonzero(~self.are_of(generation) | (now - self._answered_at > STALE_S))

    def learn(self, numbers: Rows, ways: Records, generation: int, now: float) -> Bools:
        """Take answers; tell for every question whether its answer is news: the first of these routes, or another."""
        is_news = np.zeros(len(self), np.bool_)
        differs = (words_of(self.ways[numbers]) != words_of(np.ascontiguousarray(ways))).any(axis=1)
        is_news[numbers] = differs | (self._generation[numbers] != generation)
        self.ways[numbers] = ways
        self._generation[numbers], self._answered_at[numbers] = generation, now
        return is_news

    def keep_only(self, is_put: Bools) -> Rows:
        """Forget the other questions; give the new number of each former one, -1 for those forgotten."""
        self.records, self.ways, self._keys = self.records[is_put], self.ways[is_put], self._keys[is_put]
        self._generation, self._answered_at = self._generation[is_put], self._answered_at[is_put]
        return np.where(is_put, np.cumsum(is_put) - 1, -1)
