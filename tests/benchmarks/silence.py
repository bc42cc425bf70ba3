"""Whether a busy machine on which nothing is wrong is told to have troubles."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace

from monitor.model.finding import Grade
from monitor.reasoning.findings import Findings
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import Load, running

LOAD = Load(10_000, processes=10, listeners=100, udp=200, time_wait=5_000)
TICKS = 300
TURNOVER_A_TICK = 500
"""Rows that are to be closed, and others opened, from each sample to the next."""
TICK_S = 0.15
"""Until the next sample is taken, a second later by the clock that the findings are told."""


def measure(rounds: int) -> list[Figure]:
    """Count the troubles that are told in samples of a load that turns over, though it has none."""
    del rounds
    told: set[str] = set()
    with running(LOAD) as held, held.entered(), closing(LiveSource()) as source:
        findings, interval, started = Findings(), None, time.monotonic()
        began = source.sample().boot_time
        source.warm_up()
        held.truth.update()
        before = len(held.truth.made)
        held.turn_over(TURNOVER_A_TICK / TICK_S)
        for tick in range(TICKS):
            time.sleep(max(0.0, started + tick * TICK_S - time.monotonic()))
            sample = source.sample(time_wait=True)
            source.audit()
            interval = advance(interval, replace(sample, boot_time=began + tick))
            told.update(one.kind for one in findings.advance(interval) if one.grade is Grade.TROUBLE)
        held.turn_over(0)
        held.truth.update()
        exchanged = (len(held.truth.made) - before) / TICKS
    what = f"troubles told in {TICKS} samples while connections come and go"
    detail = f"{exchanged:,.0f} rows exchanged between any two" + "".join(f", {kind}" for kind in sorted(told))
    return [Figure(what, LOAD.rows, len(told), 0, "", detail, is_count=True)]
