"""Intervals with what is found in them, as the sampling thread makes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from monitor.model.sample import Interval, Sample
from monitor.reasoning.findings import Findings
from monitor.sampling.intervals import advance
from tests.scenes import Row, sample_of


def found_in(samples: Iterable[Sample]) -> Interval:
    """Read samples one after another, and give the last interval."""
    findings, interval = Findings(), None
    for sample in samples:
        interval = advance(interval, sample)
        interval = replace(interval, findings=findings.advance(interval))
    assert interval is not None
    return interval


def found_among(rows: Sequence[Row], *, seconds: float = 10.0, **told: object) -> Interval:
    """Read the same rows every second for so long."""
    return found_in(sample_of(rows, float(second), **told) for second in range(round(seconds) + 1))
