"""What a sample costs, beside the kernel's own share of it and beside what a user would otherwise take."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter

import numpy as np
import psutil

from monitor.model.sample import Interval
from monitor.model.segment import Segment
from monitor.model.tcp import PROTOCOL_TCP
from monitor.sampling.decide_demux import decide
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.benchmarks.floor import Floor
from tests.benchmarks.load import Load, running
from tests.benchmarks.rounds import Measurement, Spread, interleaved, program_milliseconds, ratio
from tests.namespaces import enter

FLOOR = "floor: one-pass dump with TCP_INFO"
WARM = "**warm sample and interval**"
SAMPLE = "of which the sample"
INTERVAL = "of which the interval"
DEMUX = "who gets a segment, and why (no dump)"
COLD = "cold first sample with owners"
SS = "ss -tanp"
PSUTIL = 'psutil.net_connections("tcp")'
PEERS = (SS, PSUTIL)


class WarmSampler:
    """The live source and the interval before, as the program holds them between two samples."""

    def __init__(self) -> None:
        self.source = LiveSource()
        self.interval: Interval | None = advance(None, self.source.sample())
        # As the collector does once its first sample is on the way.
        self.source.prepare()

    def measure(self) -> Mapping[str, float]:
        """Take the next sample and make its interval."""
        started = perf_counter()
        sample = self.source.sample()
        sampled = perf_counter()
        self.interval = advance(self.interval, sample)
        ended = perf_counter()
        return {
            WARM: (ended - started) * 1000,
            SAMPLE: (sampled - started) * 1000,
            INTERVAL: (ended - sampled) * 1000,
        }


class Demultiplexer:
    """Asks who gets the segments of one of the load's connections, and of a new client of the same port."""

    def __init__(self, sampler: WarmSampler) -> None:
        assert sampler.interval is not None
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


def measure_load(load: Load, rounds: int) -> tuple[int, dict[str, Spread]]:
    """Measure everything inside a load's namespace; gives the rows that a sample really had, and the times."""
    with running(load) as held:
        enter(held.namespace_fd)
        sampler = WarmSampler()
        try:
            with Floor() as floor:
                spreads = interleaved(_measurements(floor, sampler), rounds)
        finally:
            sampler.source.close()
        assert sampler.interval is not None
        return len(sampler.interval.sample.table), spreads


def table(rows: int, load: Load, spreads: Mapping[str, Spread]) -> str:
    """Write the measurements of one load as a table in Markdown."""
    lines = [
        f"{rows:,} rows, {load.processes} processes and {load.idle_processes} idle ones",
        "",
        "| | ms | × floor | × ours |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, spread in spreads.items():
        ours = ratio(spread, spreads[WARM]) if name in PEERS else "–"
        lines.append(f"| {name} | {spread} | {ratio(spread, spreads[FLOOR])} | {ours} |")
    return "\n".join(lines)


def _measurements(floor: Floor, sampler: WarmSampler) -> list[Measurement]:
    measurements: list[Measurement] = [
        lambda: {FLOOR: _milliseconds_of_dump(floor)},
        sampler.measure,
        Demultiplexer(sampler).measure,
        lambda: {COLD: _cold_milliseconds()},
        lambda: {PSUTIL: _psutil_milliseconds()},
    ]
    if shutil.which("ss"):
        measurements.append(lambda: {SS: program_milliseconds(["ss", "-tanp"])})
    return measurements


def _milliseconds_of_dump(floor: Floor) -> float:
    started = perf_counter()
    floor.dump()
    return (perf_counter() - started) * 1000


def _cold_milliseconds() -> float:
    answer = subprocess.run([sys.executable, "-m", "tests.benchmarks.cold"], capture_output=True, text=True, check=True)
    return float(answer.stdout)


def _psutil_milliseconds() -> float:
    started = perf_counter()
    psutil.net_connections("tcp")
    return (perf_counter() - started) * 1000
