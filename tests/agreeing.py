"""Intervals with verdicts on their rows, as the sampler makes them from a source's answers."""

from __future__ import annotations

from collections.abc import Callable

from monitor.model.route import Flow, RouteDecision
from monitor.model.sample import Interval
from monitor.sampling.agreement import RouteAgreement
from monitor.sampling.source import Source
from tests.scenes import FixedSource

MANY = 1 << 20


def agreed(interval: Interval, route: Callable[[Flow], RouteDecision]) -> Interval:
    """Judge an interval by what a route function answers."""
    agreement = RouteAgreement()
    agreement.take(interval)
    return answered(agreement, FixedSource([interval.sample], route))


def answered(agreement: RouteAgreement, source: Source) -> Interval:
    """Have a source answer all that is open."""
    asked = agreement.open_questions(MANY)
    agreement.learn(source.ways(asked))
    return agreement.judged()
