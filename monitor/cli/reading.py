"""Reads the sockets once for a command, with all that its filter and its columns ask for."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace

from monitor.model.sample import Interval
from monitor.presentation.filter_narrowing import narrowing_of
from monitor.presentation.filter_needs import needs_findings, needs_rates, needs_routes
from monitor.presentation.filter_tree import Everything, Filter
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource

RATED_S = 1.0
"""Between the two readings from which rates follow."""


def read_once(tree: Filter | None = None, *, has_rates: bool = False) -> Interval:
    """Read this machine, with TIME-WAIT and bound-only sockets.

    Args:
        tree: What will be asked; None for nothing that one list does not tell.
        has_rates: Whether rates are asked for beside it; they take a second.
    """
    asked = Everything() if tree is None else tree
    # What is wrong with a socket is seen by others.
    narrowing = None if needs_findings(asked) else narrowing_of(asked)
    with closing(LiveSource(narrowing=narrowing)) as source:
        interval = advance(None, source.sample(time_wait=True))
        is_rated, is_routed = has_rates or needs_rates(asked), needs_routes(asked)
        if is_rated:
            time.sleep(RATED_S)
        # The first sample of a source does without the policy rules, which decide about routes.
        if is_rated or is_routed:
            interval = advance(interval, source.sample(time_wait=True))
        if is_routed:
            interval = _judged(interval, source)
        return examined(interval) if needs_findings(asked) else interval


def _judged(interval: Interval, source: LiveSource) -> Interval:
    from monitor.sampling.agreement import RouteAgreement  # noqa: PLC0415 - few filters ask for it
    from monitor.sampling.route_judging import judged  # noqa: PLC0415 - as above

    return judged(interval, RouteAgreement(), source)


def examined(interval: Interval) -> Interval:
    """Add what is wrong."""
    from monitor.reasoning.findings import Findings  # noqa: PLC0415 - as above

    return replace(interval, findings=Findings().advance(interval))
