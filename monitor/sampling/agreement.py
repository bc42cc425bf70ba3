"""RouteAgreement: which route questions are open, what was answered, and the verdicts that follow for each interval.

It asks nobody itself: the sampler takes open questions from it between two samples and brings the answers. An answer
stands until links, addresses, routes or rules change; what sends no event (a sysctl, an address label) is noticed
after STALE_S. A row is judged anew where something changed that its verdict follows from, the others keep theirs.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import numpy.typing as npt

from monitor.model.egress import Egress
from monitor.model.places import find_places
from monitor.model.sample import Interval, Network
from monitor.model.socket_table import Bools, Rows
from monitor.model.ways import Records
from monitor.reasoning.egress import judge
from monitor.reasoning.egress_questions import QuestionNumbers, egress_questions
from monitor.sampling.route_answers import RouteAnswers
from monitor.sampling.succession import Succession

_ADDRESSES = ("local_high", "local_low", "local_port", "remote_high", "remote_low", "remote_port")
_COLUMNS = ("protocol", "state", *_ADDRESSES, "device", "uid", "inode", "mark", "has_mark")
"""What questions and verdicts follow from, beside the network and what the interval says of a row."""
_FEW_QUESTIONS = 4096
_ROWS_AT_ONCE = 8192
"""What judging a row takes for a moment is a hundred times what is kept of it."""


class RouteAgreement:
    """Used by the sampling thread."""

    def __init__(self) -> None:
        self._interval: Interval | None = None
        self._egress = Egress.unasked(0)
        self._numbers = QuestionNumbers.none(0)
        self._answers = RouteAnswers()
        self._is_due: Bools = np.zeros(0, np.bool_)
        self._forget_from = _FEW_QUESTIONS

    def take(self, interval: Interval) -> Interval:
        """Give the interval its verdicts, as far as the answers go, and see what must be asked now."""
        known, size = self._interval, len(interval.table)
        if known is None or known.table.namespace != interval.table.namespace:
            self._egress, self._numbers = Egress.unasked(size), QuestionNumbers.none(size)
            self._is_due = np.ones(size, np.bool_)
        else:
            step = Succession.of(known.table, interval.table, find_places(known.table.cookie, interval.table.cookie))
            self._egress, self._numbers = _egress_after(step, self._egress), _numbers_after(step, self._numbers)
            self._is_due = step.take(self._is_due, True) | _has_changed(step, known, interval)  # noqa: FBT003 - a value
        self._interval = interval
        for rows in _parted(self._is_due):
            self._put_questions(interval, rows)
        return self.judged()

    def judged(self) -> Interval:
        """Give the interval that was taken last with the verdicts that follow now.

        Raises:
            ValueError: none was taken yet.
        """
        if self._interval is None:
            raise ValueError("no interval was taken")
        is_answered = self._answers.are_of(self._interval.sample.network.routing_generation)
        for rows in _parted(self._is_due):
            interval, former, numbers = self._interval.only(rows), self._egress.take(rows), self._numbers.take(rows)
            self._egress = self._egress.with_rows(
                rows, judge(interval, former, numbers, self._answers.ways, is_answered)
            )
            self._is_due = np.zeros(len(self._is_due), np.bool_)
        return replace(self._interval, egress=self._egress)

    def open_questions(self, most: int) -> Records:
        """Give questions that have no answer of today, at most so many; none where all is answered."""
        return self._answers.records[self._open()[:most]]

    def learn(self, ways: Records) -> None:
        """Take the answers to the first open questions, in their order; there may be fewer than were asked."""
        if self._interval is None:
            return
        sample = self._interval.sample
        answered = self._open()[: len(ways)]
        is_news = self._answers.learn(answered, ways, sample.network.routing_generation, sample.boot_time)
        if is_news.any():
            self._is_due |= self._numbers.are_any_of(is_news)

    def _open(self) -> Rows:
        if self._interval is None:
            return np.zeros(0, np.intp)
        sample = self._interval.sample
        return self._answers.open_ones(sample.network.routing_generation, sample.boot_time)

    def _put_questions(self, interval: Interval, rows: Rows) -> None:
        """Find the questions of some rows; what no row puts any more is forgotten from time to time."""
        questions = egress_questions(interval.only(rows), self._egress.take(rows))
        numbers = self._answers.numbers_of(questions.records, questions.keys)
        self._numbers = self._numbers.with_rows(rows, questions.numbers.renumbered(numbers))
        if len(self._answers) >= self._forget_from:
            is_put = self._numbers.are_put(len(self._answers))
            self._numbers = self._numbers.renumbered(self._answers.keep_only(is_put))
            self._forget_from = max(_FEW_QUESTIONS, 2 * len(self._answers))


def _parted(is_due: Bools) -> list[Rows]:
    rows = np.flatnonzero(is_due)
    return [rows[first : first + _ROWS_AT_ONCE] for first in range(0, len(rows), _ROWS_AT_ONCE)]


def _egress_after(step: Succession, egress: Egress) -> Egress:
    unasked = Egress.unasked(1)
    return Egress(
        **{
            column.name: step.take(getattr(egress, column.name), getattr(unasked, column.name)[0])
            for column in fields(egress)
        }
    )


def _numbers_after(step: Succession, numbers: QuestionNumbers) -> QuestionNumbers:
    return QuestionNumbers(*(step.take(column, -1) for column in numbers.columns))


def _has_changed(step: Succession, former: Interval, interval: Interval) -> Bools:
    """Tell which rows may have another verdict, or put other questions, than before."""
    if _routing(former.sample.network) != _routing(interval.sample.network):
        return np.ones(len(interval.table), np.bool_)
    changed = np.zeros(len(interval.table), np.bool_)
    changed[step.changed(_COLUMNS)] = True
    pairs: tuple[tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]], ...] = (
        (former.direction, interval.direction),
        (former.interface, interval.interface),
        (np.isnan(former.opened_at), np.isnan(interval.opened_at)),
        (np.isnan(former.closed_at), np.isnan(interval.closed_at)),
    )
    for before, now in pairs:
        changed |= step.take(before, 0) != now
    return changed


def _routing(network: Network) -> tuple[object, ...]:
    selectors = network.rule_selectors if network.has_rules else None
    return network.is_read, network.routing_generation, network.links, network.addresses, selectors
