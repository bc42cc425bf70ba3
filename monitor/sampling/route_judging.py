"""Holds the connections of an interval against today's routes at once, for commands that have no sampler."""

from __future__ import annotations

from contextlib import suppress

from monitor.errors import KernelError, WireError
from monitor.model.sample import Interval
from monitor.sampling.agreement import RouteAgreement
from monitor.sampling.sight import WAYS_AT_ONCE
from monitor.sampling.source import Source


def judged(interval: Interval, agreement: RouteAgreement, source: Source) -> Interval:
    """Ask for every way that is not known yet; what the kernel does not answer stays unknown."""
    agreement.take(interval)
    with suppress(KernelError, WireError):
        while len(asked := agreement.open_questions(WAYS_AT_ONCE)) and len(ways := source.ways(asked)):
            agreement.learn(ways)
    return agreement.judged()
