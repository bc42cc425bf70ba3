"""python -m tests.soak.ticks: whether memory, descriptors and threads stay flat over a day of samples, and on screen.

The samples come as fast as they can be taken, so that 86,400 of them, a day at one a second, take minutes. Needs root.
The exit code is 1 where a descriptor or thread more is held at the end, or the last sample is wrong in a row.
"""

from __future__ import annotations

import argparse
import sys

from tests.benchmarks import screen_soak, soak
from tests.benchmarks.figures import table
from tests.benchmarks.load import Load

A_DAY = 86_400


def main() -> int:
    """Take so many samples, and show so many."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.ticks")
    parser.add_argument("--ticks", type=int, default=A_DAY, help="samples of the collector (default: %(default)s)")
    parser.add_argument("--rows", type=int, default=soak.LOAD.rows, help="that they hold (default: %(default)s)")
    parser.add_argument(
        "--turnover", type=float, default=soak.TURNOVER, help="share of them replaced every second (%(default)s)"
    )
    parser.add_argument("--processes", type=int, default=soak.LOAD.processes, help="that hold them (%(default)s)")
    parser.add_argument(
        "--idle-processes", type=int, default=soak.LOAD.idle_processes, help="beside them (%(default)s)"
    )
    parser.add_argument(
        "--screen-ticks", type=int, default=10_000, help="samples that are shown (default: %(default)s)"
    )
    parser.add_argument(
        "--screen-rows", type=int, default=screen_soak.ROWS, help="sockets that these hold (default: %(default)s)"
    )
    arguments = parser.parse_args()
    figures = []
    if arguments.ticks:
        load = Load(arguments.rows, arguments.processes, arguments.idle_processes)
        figures += soak.measure(1, arguments.ticks, load, arguments.turnover)
        print(table(figures), flush=True)
    if arguments.screen_ticks:
        shown = screen_soak.measure(1, arguments.screen_ticks, arguments.screen_rows)
        print(table(shown))
        figures += shown
    return int(any(figure.is_wrong for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
