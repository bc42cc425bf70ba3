"""Decides about bind() by what was sampled last: what the sampling thread does between two samples."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.bind import BindAttempt, BindDecision
from monitor.model.bind_facts import BindFacts
from monitor.model.sample import Interval
from monitor.sampling.decide_bind import decide
from monitor.sampling.source import Source


@dataclass(frozen=True, slots=True, eq=False)
class DecidedBind:
    """A decision with what it was decided by."""

    decision: BindDecision
    """Of rows of the interval's table."""
    facts: BindFacts
    interval: Interval


def decide_by(source: Source, interval: Interval, attempt: BindAttempt) -> DecidedBind:
    """Decide an attempt.

    Args:
        source: Is asked for the facts.
        interval: Of a sample with TIME-WAIT and bound-only rows.
        attempt: What is asked.

    Raises:
        MonitorError: the facts could not be read.
    """
    # The rows of the sample stand first in the interval's table; what is only carried is gone or not known to be there.
    decision, facts = decide(source, interval.sample, attempt)
    return DecidedBind(decision, facts, interval)
