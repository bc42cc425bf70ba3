"""python -m tests.soak.processes: 10,000 real processes, some with sockets, against what they say that they hold.

Each sample's owners are held against the truth, at rest and while connections turn over; what a sample takes is told
beside it. Needs root. The exit code is 1 where a row or an owner was wrong even once.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from contextlib import closing
from time import perf_counter, thread_time

from monitor.kernel.proc_files import list_pids
from monitor.sampling.live import LiveSource
from tests.benchmarks import counting, turnover
from tests.benchmarks.figures import table
from tests.benchmarks.load import Load, running

_MOST_HOLDERS = 400
"""Each is waited for by select(), which takes no descriptor above 1023."""
_SAMPLES = 10


def main() -> int:
    """Start so many processes, and hold what is said of them against the truth."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.processes")
    parser.add_argument("--processes", type=int, default=10_000, help="in all (default: %(default)s)")
    parser.add_argument("--rows", type=int, default=4_000, help="connection rows that they hold (default: %(default)s)")
    arguments = parser.parse_args()
    holders = min(_MOST_HOLDERS, arguments.processes)
    with running(Load(arguments.rows, holders, arguments.processes - holders)) as held, held.entered():
        print(f"{len(list_pids()):,} processes, {holders:,} of them hold {arguments.rows:,} rows", flush=True)
        _time_samples()
        figures = [*counting.measure(held, 1), *turnover.measure(held, 1)]
    print(table(figures))
    return int(any(figure.is_wrong for figure in figures if figure.is_count))


def _time_samples() -> None:
    """Tell what the first sample takes, which looks into every process, and what those after it take."""
    with closing(LiveSource()) as source:
        taken = []
        for _ in range(1 + _SAMPLES):
            before = perf_counter(), thread_time()
            source.sample()
            taken.append((perf_counter() - before[0], thread_time() - before[1]))
            source.audit()
    (first, first_cpu), *later = taken
    wall, cpu = (statistics.median(column) * 1000 for column in zip(*later, strict=True))
    print(f"first sample {first * 1000:,.0f} ms ({first_cpu * 1000:,.0f} ms of a processor)")
    print(f"later samples {wall:,.1f} ms ({cpu:,.1f} ms of a processor), median of {_SAMPLES}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
