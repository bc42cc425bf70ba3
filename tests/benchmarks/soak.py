"""Whether memory, descriptors and threads stay flat over many samples of a load that turns over."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from monitor.model.sample import Interval
from monitor.sampling.freed_memory import MANY_ROWS, keep_freed_memory, return_freed_memory
from monitor.sampling.history import KEPT_S
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import Load, running

TICKS = 3_000
WARM_UP = 300
"""Ticks until what grows once has grown: caches, the rates' window, the first rows that have been closed."""
WARM_UP_S = KEPT_S + 10
"""And seconds, since ticks come faster than a period here: what is remembered for a time, the histories longest."""
LOAD = Load(5_000)
TURNOVER = 0.1
"""Share of the rows replaced every second: ticks come faster than once a second, and changes with them."""
MOST_GROWTH = 1.05
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Usage(NamedTuple):
    """What this process takes."""

    resident_bytes: int
    descriptors: int
    threads: int

    @classmethod
    def now(cls) -> Usage:
        """Look."""
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        descriptors, threads = (sum(1 for _ in Path(f"/proc/self/{what}").iterdir()) for what in ("fd", "task"))
        return cls(pages * _PAGE_BYTES, descriptors, threads)


def measure(rounds: int, ticks: int = TICKS, load: Load = LOAD, turnover: float = TURNOVER) -> list[Figure]:
    """Take the samples one after another, without waiting for a period, then hold the last one against the truth.

    What is freed is kept, and given back after large samples, as the collector does it.
    """
    del rounds
    keep_freed_memory()
    with running(load) as held, held.entered(), closing(LiveSource()) as source:
        interval = advance(None, source.sample())
        source.warm_up()
        held.turn_over(load.rows * turnover)
        begun = time.monotonic()
        warm_up = WARM_UP
        interval = _advanced(interval, source, warm_up)
        while time.monotonic() < begun + WARM_UP_S:
            interval = _advanced(interval, source, 1)
            warm_up += 1
        before = Usage.now()
        interval = _advanced(interval, source, ticks)
        after = Usage.now()
        held.turn_over(0)
        held.truth.update()
        # By the second the rows that were closed meanwhile are known to be.
        interval = _advanced(interval, source, 2)
        mistakes = held.truth.mistakes(interval, held.truth.update())
    what = f"soak of {ticks:,} samples"
    growth = after.resident_bytes / before.resident_bytes
    megabytes = f"after {warm_up:,} samples {before.resident_bytes / 1e6:.1f}, then {after.resident_bytes / 1e6:.1f} MB"
    return [
        Figure(f"{what}: memory at the end : before", load.rows, growth, MOST_GROWTH, detail=megabytes),
        _count(f"{what}: descriptors more", load, after.descriptors - before.descriptors),
        _count(f"{what}: threads more", load, after.threads - before.threads),
        _count(f"{what}: mistakes in the last one", load, sum(mistakes)),
    ]


def _advanced(interval: Interval, source: LiveSource, ticks: int) -> Interval:
    for _ in range(ticks):
        interval = advance(interval, source.sample())
        if len(interval.table) >= MANY_ROWS:
            return_freed_memory()
        # As the monitor does: what nobody takes waits, up to a limit.
        source.events()
        source.audit()
    return interval


def _count(what: str, load: Load, number: int) -> Figure:
    return Figure(what, load.rows, number, 0, "", is_count=True)
