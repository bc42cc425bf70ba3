"""Interleaved rounds: what is compared is measured in turns, so that a machine's moods fall on all alike."""

from __future__ import annotations

import gc
import os
import statistics
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from time import perf_counter

Measurement = Callable[[], Mapping[str, float]]
"""One turn: milliseconds by name. A turn may time its parts as well."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What several rounds of one measurement gave, in milliseconds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Sum up at least one value."""
        return cls(statistics.median(values), min(values), max(values))

    def over(self, other: Spread) -> float:
        """Give how many times the median of another it is."""
        return self.median / other.median

    @property
    def range(self) -> str:
        """Give "1.84 to 2.18"."""
        return f"{number_text(self.least)} to {number_text(self.most)}"


def interleaved(measurements: Sequence[Measurement], rounds: int, *, shorter_than_s: float = inf) -> dict[str, Spread]:
    """Take each measurement once per round; a first round warms caches and is not counted.

    One whose turn takes longer than the limit has no further turn, and that one counts.
    """
    values: defaultdict[str, list[float]] = defaultdict(list)
    left = list(measurements)
    for number in range(rounds + 1):
        for measure in tuple(left):
            # What the one leaves behind is not for the other to clean up.
            gc.collect()
            started = perf_counter()
            times = measure()
            is_last = perf_counter() - started > shorter_than_s
            if is_last:
                left.remove(measure)
            if number > 0 or is_last:
                for name, milliseconds in times.items():
                    values[name].append(milliseconds)
    return {name: Spread.of(times) for name, times in values.items()}


def program_milliseconds(argv: Sequence[str]) -> float:
    """Run a program without a terminal from exec to its end.

    Raises:
        RuntimeError: it failed.
    """
    quiet = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (0, 1)]
    started = perf_counter()
    # subprocess would do, but for its timeout, which looks every 50 ms whether the program has ended.
    pid = os.posix_spawnp(argv[0], list(argv), os.environ, file_actions=quiet)
    _, status, _ = os.wait4(pid, 0)
    elapsed = perf_counter() - started
    if status != 0:
        raise RuntimeError(f"{' '.join(argv)} ended with {os.waitstatus_to_exitcode(status)}")
    return elapsed * 1000


def number_text(value: float) -> str:
    """Give three digits or more of a number: "0.07", "1.34", "11.9", "3,308"."""
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:,.{digits}f}"
