"""python -m tests.benchmarks: measure, and print tables in Markdown."""

from __future__ import annotations

import argparse

from tests.benchmarks import agreement, collecting, startup
from tests.benchmarks.load import Load

PARTS = ("collecting", "agreement", "startup")


def main() -> None:
    """Measure what the command line names; collecting and startup where it names none."""
    arguments = _parse()
    if arguments.part in (None, "collecting"):
        for rows in arguments.rows:
            load = Load(rows, arguments.processes, arguments.idle_processes)
            counted, spreads = collecting.measure_load(load, arguments.rounds or 7)
            print(collecting.table(counted, load, spreads), flush=True, end="\n\n")
    if arguments.part == "agreement":
        for rows in arguments.rows[-1:]:
            print(agreement.table(rows, agreement.measure_agreement(rows, arguments.rounds or 7)))
    if arguments.part in (None, "startup"):
        print(startup.table(startup.measure_startup(arguments.rounds or 11, arguments.landmark)))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Medians and ratios of one run.")
    parser.add_argument("part", nargs="?", choices=PARTS, help="all but startup need root")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000], help="TCP rows of connections")
    parser.add_argument("--rounds", type=int, help="default: 7 of collecting, 11 of startup")
    parser.add_argument("--processes", type=int, default=50, help="that hold the sockets (default: %(default)s)")
    parser.add_argument("--idle-processes", type=int, default=200, help="without any (default: %(default)s)")
    parser.add_argument("--landmark", default="Listeners", help="word of the main screen (default: %(default)s)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
