"""What following the owners costs while one row in a hundred is replaced every second, and whether it errs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

from monitor.kernel.owners import OwnerReader
from monitor.kernel.task_files import TaskFiles, open_task_files
from monitor.model.owner_table import OwnerTable
from monitor.model.socket_table import U32
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import RunningLoad
from tests.benchmarks.rounds import Spread, number_text
from tests.benchmarks.truth import Mistakes

SHARE_PER_SECOND = 0.01
PERIOD_S = 1.0
_GOALS = {10_000: 0.3, 100_000: 0.15}


class TimedOwnerReader(OwnerReader):
    """Remembers how long its last reading took."""

    last_ms = 0.0

    def read(self, inodes: U32) -> OwnerTable:
        """Read, and take the time."""
        started = perf_counter()
        table = super().read(inodes)
        self.last_ms = (perf_counter() - started) * 1000
        return table


class Turnover:
    """A live source whose owners are held against the truth after each sample."""

    def __init__(self, held: RunningLoad, open_files: Callable[[], TaskFiles | None]) -> None:
        self._owners = TimedOwnerReader(open_files=open_files)
        self._source = LiveSource()
        self._source._owners = self._owners
        self._truth = held.truth
        self._truth.update()
        self._interval = advance(None, self._source.sample())
        self._source.prepare()
        self.owners_ms: list[float] = []
        self.new_rows: list[int] = []
        self.mistakes: list[Mistakes] = []

    def step(self) -> None:
        """Take one sample and check it."""
        known = len(self._truth.made)
        self._interval = advance(self._interval, self._source.sample())
        self.owners_ms.append(self._owners.last_ms)
        stable = self._truth.update()
        self.new_rows.append(len(self._truth.made) - known)
        self.mistakes.append(self._truth.mistakes(self._interval, stable))

    def close(self) -> None:
        """Give back what the source holds."""
        self._source.close()


def measure(held: RunningLoad, rounds: int) -> list[Figure]:
    """Measure inside the load's namespace, with BPF and without."""
    held.turn_over(held.load.rows * SHARE_PER_SECOND)
    try:
        return [
            *_measure("new owners : whole /proc scan", Turnover(held, open_task_files), held, rounds),
            *_measure("new owners, /proc only : whole /proc scan", Turnover(held, lambda: None), held, rounds),
        ]
    finally:
        held.turn_over(0)


def _measure(what: str, turnover: Turnover, held: RunningLoad, rounds: int) -> list[Figure]:
    scans_ms: list[float] = []
    rows = held.load.rows
    try:
        next_at = time.monotonic()
        for _ in range(rounds):
            next_at = max(next_at + PERIOD_S, time.monotonic())
            time.sleep(max(0.0, next_at - time.monotonic()))
            turnover.step()
            scans_ms.append(scan_milliseconds())
    finally:
        turnover.close()
    owners, scans, new = Spread.of(turnover.owners_ms), Spread.of(scans_ms), Spread.of(turnover.new_rows)
    detail = f"{number_text(owners.median)} : {number_text(scans.median)} ms, {new.median:,.0f} new rows a sample"
    wrong = sum(found.wrong + found.strange + found.absent for found in turnover.mistakes)
    ownerless = sum(found.ownerless for found in turnover.mistakes)
    checked = f"of {rows * rounds:,}"
    return [
        Figure(what, rows, owners.over(scans), _GOALS.get(rows), detail=detail),
        Figure(f"{what.partition(' :')[0]}: wrong", rows, wrong, 0, "", checked, is_count=True),
        Figure(f"{what.partition(' :')[0]}: not known yet", rows, ownerless, None, "", checked),
    ]


def scan_milliseconds() -> float:
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
    return (perf_counter() - started) * 1000
