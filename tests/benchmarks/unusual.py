"""Loads that are many in another way than connections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter

from monitor.sampling.live import LiveSource
from tests.benchmarks import collecting, counting
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import Load, running
from tests.benchmarks.rounds import interleaved

LOADS = {
    "1,000 listeners": Load(10_000, listeners=1_000),
    "10,000 processes": Load(10_000, idle_processes=10_000),
    "50,000 UDP sockets": Load(1_000, udp=50_000),
    "50,000 TIME-WAIT": Load(10_000, time_wait=50_000),
}


def measure(rounds: int) -> list[Figure]:
    """Measure a warm and a cold sample of each, and count its mistakes."""
    return [
        replace(figure, what=f"{name}: {figure.what}")
        for name, load in LOADS.items()
        for figure in _measure(load, rounds)
    ]


def _measure(load: Load, rounds: int) -> list[Figure]:
    with running(load) as held, held.entered():
        sampler = collecting.WarmSampler()
        try:
            measurements = [sampler.measure, collecting.measure_cold]
            if load.time_wait:
                measurements.append(lambda: _with_time_wait(sampler.source))
            spreads = interleaved(measurements, rounds)
        finally:
            sampler.close()
        rows = len(sampler.interval.table)
        figures = [Figure(what, rows, spread.median, None, "ms", spread.range) for what, spread in spreads.items()]
        return figures + [replace(figure, rows=rows) for figure in counting.measure(held, rounds)]


def _with_time_wait(source: LiveSource) -> Mapping[str, float]:
    started = perf_counter()
    source.sample(time_wait=True)
    return {"sample with TIME-WAIT": (perf_counter() - started) * 1000}
