"""RouteAgreement: which route questions are open, what was answered, and the verdicts that follow for each interval.

It asks nobody itself: the sampler takes open questions from it between two samples and brings the answers. An answer
stands until links, addresses, routes or rules change; what sends no event (a sysctl, an address label) is noticed
after STALE_S.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from monitor.model.egress import Egress
from monitor.model.places import find_places
from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.model.ways import WAY, WAY_QUESTION, Records, words_of
from monitor.reasoning.egress import judge
from monitor.reasoning.egress_questions import EgressQuestions, egress_questions

STALE_S = 30.0
"""An answer is asked for anew after this time, whatever happened."""
_NEVER = -1


class RouteAgreement:
    """Used by the sampling thread."""

    def __init__(self) -> None:
        self._interval: Interval | None = None
        self._former: Egress | None = None
        self._questions = EgressQuestions(np.zeros(0, WAY_QUESTION), np.zeros(0, np.uint64), *(_NO_ROWS,) * 3)
        self._ways = np.zeros(0, WAY)
        self._generation = np.zeros(0, np.int64)
        self._answered_at = np.zeros(0)

    def take(self, interval: Interval) -> Interval:
        """Give the interval its verdicts, as far as the answers go, and see what must be asked now."""
        former = self._carried(interval)
        questions = egress_questions(interval, former)
        self._keep_answers(questions)
        self._interval, self._former, self._questions = interval, former, questions
        return self.judged()

    def judged(self) -> Interval:
        """Give the interval that was taken last with the verdicts that follow now.

        Raises:
            ValueError: none was taken yet.
        """
        if self._interval is None or self._former is None:
            raise ValueError("no interval was taken")
        is_answered = self._generation == self._interval.sample.network.routing_generation
        egress = judge(self._interval, self._former, self._questions, self._ways, is_answered)
        self._interval = replace(self._interval, egress=egress)
        return self._interval

    def open_questions(self, most: int) -> Records:
        """Give questions that have no answer of today, at most so many; none where all is answered."""
        return self._questions.records[self._open()[:most]]

    def learn(self, ways: Records) -> None:
        """Take the answers to the first open questions, in their order; there may be fewer than were asked."""
        if self._interval is None:
            return
        answered = self._open()[: len(ways)]
        self._ways[answered] = ways
        self._generation[answered] = self._interval.sample.network.routing_generation
        self._answered_at[answered] = self._interval.sample.boot_time

    def _open(self) -> Rows:
        if self._interval is None:
            return _NO_ROWS
        sample = self._interval.sample
        is_old = sample.boot_time - self._answered_at > STALE_S
        return np.flatnonzero((self._generation != sample.network.routing_generation) | is_old)

    def _carried(self, interval: Interval) -> Egress:
        """Give what was known of the interval's rows before."""
        former, known = Egress.unasked(len(interval.table)), self._interval
        if known is None or known.egress is None or known.table.namespace != interval.table.namespace:
            return former
        places = find_places(known.table.cookie, interval.table.cookie)
        rows = np.flatnonzero(places >= 0)
        for column in fields(former):
            getattr(former, column.name)[rows] = getattr(known.egress, column.name)[places[rows]]
        return former

    def _keep_answers(self, questions: EgressQuestions) -> None:
        """Bring the answers into the order of other questions; those that nobody puts any more are forgotten."""
        places = find_places(self._questions.keys, questions.keys)
        rows = np.flatnonzero(places >= 0)
        # Keys may collide, records do not.
        former, words = words_of(self._questions.records), words_of(questions.records)
        rows = rows[(former[places[rows]] == words[rows]).all(axis=1)]
        ways = np.zeros(len(questions.records), WAY)
        generation = np.full(len(ways), _NEVER)
        answered_at = np.full(len(ways), -np.inf)
        ways[rows], generation[rows] = self._ways[places[rows]], self._generation[places[rows]]
        answered_at[rows] = self._answered_at[places[rows]]
        self._ways, self._generation, self._answered_at = ways, generation, answered_at


_NO_ROWS: Rows = np.zeros(0, np.intp)
