"""What following the owners costs while one row in a hundred is replaced every second, and whether it errs."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, suppress
from time import perf_counter

from monitor.kernel.owners import OwnerReader
from monitor.kernel.task_files import TaskFiles, open_task_files
from monitor.model.owner_table import OwnerTable
from monitor.model.socket_table import U32, U64
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import RunningLoad
from tests.benchmarks.rounds import Spread, interleaved, number_text
from tests.benchmarks.truth import Mistakes

SHARE_PER_SECOND = 0.01
PERIOD_S = 1.0
SAMPLES_A_TURN = 4
SCAN = "whole /proc scan"
_GOALS = {10_000: 0.3, 100_000: 0.15}


class TimedOwnerReader(OwnerReader):
    """Remembers how long its last reading took."""

    last_ms = 0.0

    def read(self, inodes: U32, cgroups: U64 | None = None) -> OwnerTable:
        """Read, and take the time."""
        started = perf_counter()
        table = super().read(inodes, cgroups)
        self.last_ms = (perf_counter() - started) * 1000
        return table


class Turnover:
    """A live source whose rows and owners are held against the truth after each sample."""

    def __init__(self, what: str, held: RunningLoad, open_files: Callable[[], TaskFiles | None]) -> None:
        self.what = what
        self._held = held
        self._owners = TimedOwnerReader(open_files=open_files)
        self._source = LiveSource()
        self._source._owners = self._owners
        self._interval = advance(None, self._source.sample())
        self._source.warm_up()
        self.samples = self.new_rows = 0
        self.mistakes = Mistakes(0, 0, 0, 0)

    def measure(self) -> Mapping[str, float]:
        """Take some samples at the program's pace while connections turn over; give the mean of reading the owners."""
        self._interval = advance(self._interval, self._source.sample())
        self._source.audit()
        truth = self._held.truth
        truth.update()
        known, judged, times_ms = len(truth.made), [], []
        self._held.turn_over(self._held.load.rows * SHARE_PER_SECOND)
        try:
            for _ in range(SAMPLES_A_TURN):
                time.sleep(PERIOD_S)
                self._interval = advance(self._interval, self._source.sample())
                self._source.audit()
                times_ms.append(self._owners.last_ms)
                judged.append((self._interval, truth.update()))
        finally:
            self._held.turn_over(0)
        # Only now: what judging takes is not the program's, and the load would go on meanwhile.
        for interval, stable in judged:
            self.mistakes = Mistakes(*map(sum, zip(self.mistakes, truth.mistakes(interval, stable), strict=True)))
        self.samples += len(judged)
        self.new_rows += len(truth.made) - known
        return {self.what: statistics.mean(times_ms)}

    def figures(self, spreads: Mapping[str, Spread]) -> list[Figure]:
        """Sum up what was measured and what was wrong."""
        rows = self._held.load.rows
        owners, scans = spreads[self.what], spreads[SCAN]
        new = self.new_rows / self.samples
        detail = f"{number_text(owners.median)} : {number_text(scans.median)} ms, {new:,.0f} new rows a sample"
        wrong, checked = sum(self.mistakes) - self.mistakes.ownerless, f"of {rows * self.samples:,}"
        return [
            Figure(f"{self.what} : {SCAN}", rows, owners.over(scans), _GOALS.get(rows), detail=detail),
            Figure(f"{self.what}: wrong", rows, wrong, 0, "", checked, is_count=True),
            Figure(f"{self.what}: not known yet", rows, self.mistakes.ownerless, None, "", checked),
        ]

    def close(self) -> None:
        """Give back what the source holds."""
        self._source.close()


def measure(held: RunningLoad, rounds: int) -> list[Figure]:
    """Measure inside the load's namespace, with BPF and without."""
    with ExitStack() as stack:
        turnovers = [
            stack.enter_context(closing(Turnover("new owners", held, open_task_files))),
            stack.enter_context(closing(Turnover("new owners, /proc only", held, lambda: None))),
        ]
        spreads = interleaved([*(turnover.measure for turnover in turnovers), scan], rounds)
        return [figure for turnover in turnovers for figure in turnover.figures(spreads)]


def scan() -> Mapping[str, float]:
    """Read every descriptor of every process, as whoever keeps nothing has to."""
    started = perf_counter()
    found: dict[int, list[int]] = {}
    for process in os.scandir("/proc"):
        if process.name.isdigit():
            with suppress(OSError):
                for fd in os.scandir(f"{process.path}/fd"):
                    link = os.readlink(fd.path)  # noqa: PTH115 - as fast as Python can
                    if link.startswith("socket:["):
                        found.setdefault(int(link[8:-1]), []).append(int(process.name))
    return {SCAN: (perf_counter() - started) * 1000}
