"""What a sample costs, beside the kernel's own share of it and beside what a user would otherwise take."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter, process_time

import numpy as np
import psutil

from monitor.model.sample import Interval
from monitor.model.segment import Segment
from monitor.model.tcp import PROTOCOL_TCP
from monitor.sampling.decide_demux import decide
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.benchmarks.figures import Figure
from tests.benchmarks.floor import Floor
from tests.benchmarks.load import RunningLoad
from tests.benchmarks.rounds import Measurement, Spread, interleaved, program_milliseconds

FLOOR = "bare recv of a dump with TCP_INFO"
FLOOR_CPU = "bare recv, CPU time"
WARM = "warm"
WARM_CPU = "warm, CPU time"
SAMPLE = "warm: the sample"
INTERVAL = "warm: the interval"
AUDIT = "after a warm sample: owners' audit"
DEMUX = "who gets a segment, and why (no dump)"
COLD = "cold with all owners"
COLD_BY_PROC = "cold with all owners, /proc only"
SS_STATES = "ss -tan"
SS = "ss -tanp"
PSUTIL = "psutil.net_connections"

PERIOD_S = 1.0
SAMPLES_A_TURN = 4
_SHORTER_THAN_S = 10.0
"""Peers that take longer are measured once."""

# what, its divisor, goals by rows, whether the goal is the least
_RATIOS = (
    (WARM, FLOOR, {10_000: 1.6, 100_000: 1.25}, False),
    # Beside other work on the machine this one says more.
    (WARM_CPU, FLOOR_CPU, {}, False),
    (SS, WARM, {10_000: 6.0, 100_000: 20.0}, True),
    (PSUTIL, WARM, {10_000: 9.0, 100_000: 10.0}, True),
    (COLD, SS, {10_000: 0.35, 100_000: 0.1}, False),
    (COLD_BY_PROC, SS, {10_000: 0.8, 100_000: 0.2}, False),
)


class WarmSampler:
    """The live source and the interval before, as the program holds them between two samples, beside the floor."""

    def __init__(self) -> None:
        self.source = LiveSource()
        self.interval: Interval = advance(None, self.source.sample())
        # As the collector does once its first sample is on the way.
        self.source.warm_up()
        self._floor = Floor()

    def measure(self) -> Mapping[str, float]:
        """Take some samples at the program's pace, and a bare dump beside each; give the means.

        Owners are audited after a sample, every few seconds: the mean is the share of it that falls to each.
        """
        # What has come together while others had their turn is not one sample's to pay.
        self._advance()
        # Whichever comes second finds the kernel's sockets in the processor's caches.
        turns = [self._measure_after_pause(is_floor_first=bool(number % 2)) for number in range(SAMPLES_A_TURN)]
        return {name: statistics.mean(turn[name] for turn in turns) for name in turns[0]}

    def close(self) -> None:
        """Give back the netlink sockets."""
        self._floor.close()
        self.source.close()

    def _measure_after_pause(self, *, is_floor_first: bool) -> dict[str, float]:
        time.sleep(PERIOD_S)
        parts = [self._measure_floor, self._measure_warm]
        first, second = parts if is_floor_first else reversed(parts)
        return first() | second()

    def _measure_floor(self) -> dict[str, float]:
        began, started = process_time(), perf_counter()
        self._floor.dump()
        return {FLOOR: (perf_counter() - started) * 1000, FLOOR_CPU: (process_time() - began) * 1000}

    def _measure_warm(self) -> dict[str, float]:
        began, started = process_time(), perf_counter()
        sampled = self._advance()
        ended = perf_counter()
        warm_cpu = process_time() - began
        audited = perf_counter()
        self.source.audit()
        return {
            WARM: (ended - started) * 1000,
            SAMPLE: (sampled - started) * 1000,
            INTERVAL: (ended - sampled) * 1000,
            WARM_CPU: warm_cpu * 1000,
            AUDIT: (perf_counter() - audited) * 1000,
        }

    def _advance(self) -> float:
        """Take the next sample and make its interval; give the moment between the two."""
        sample = self.source.sample()
        sampled = perf_counter()
        self.interval = advance(self.interval, sample)
        return sampled


class Demultiplexer:
    """Asks who gets the segments of one of the load's connections, and of a new client of the same port."""

    def __init__(self, sampler: WarmSampler) -> None:
        self._source, self._interval = sampler.source, sampler.interval
        table = self._interval.table
        row = int(np.flatnonzero(table.is_pair)[0])
        self._pair = Segment(PROTOCOL_TCP, table.local(row).on_the_wire, table.remote(row).on_the_wire)
        self._new = replace(self._pair, source=replace(self._pair.source, port=1))

    def measure(self) -> Mapping[str, float]:
        """Decide both; give the mean."""
        started = perf_counter()
        for segment in (self._pair, self._new):
            decide(self._source, self._interval, segment)
        return {DEMUX: (perf_counter() - started) * 1000 / 2}


def measure(held: RunningLoad, rounds: int) -> list[Figure]:
    """Measure inside the load's namespace: first the ratios, then milliseconds."""
    rows = held.load.rows
    spreads = _spreads(rounds)
    figures = [
        Figure(f"{what} : {to}", rows, spreads[what].over(spreads[to]), goals.get(rows), is_least=is_least)
        for what, to, goals, is_least in _RATIOS
        if what in spreads and to in spreads
    ]
    return figures + [Figure(what, rows, spread.median, None, "ms", spread.range) for what, spread in spreads.items()]


def measure_cold() -> Mapping[str, float]:
    """Have a fresh process take its first sample."""
    return {COLD: _cold_milliseconds()}


def _spreads(rounds: int) -> dict[str, Spread]:
    sampler = WarmSampler()
    try:
        return interleaved(_measurements(sampler), rounds, shorter_than_s=_SHORTER_THAN_S)
    finally:
        sampler.close()


def _measurements(sampler: WarmSampler) -> list[Measurement]:
    measurements: list[Measurement] = [
        sampler.measure,
        Demultiplexer(sampler).measure,
        measure_cold,
        lambda: {COLD_BY_PROC: _cold_milliseconds("--proc-only")},
        lambda: {PSUTIL: _psutil_milliseconds()},
    ]
    if shutil.which("ss"):
        measurements.append(lambda: {SS_STATES: program_milliseconds(["ss", "-tan"])})
        measurements.append(lambda: {SS: program_milliseconds(["ss", "-tanp"])})
    return measurements


def _cold_milliseconds(*options: str) -> float:
    argv = [sys.executable, "-m", "tests.benchmarks.cold", *options]
    return float(subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout)


def _psutil_milliseconds() -> float:
    started = perf_counter()
    psutil.net_connections("tcp")
    return (perf_counter() - started) * 1000
