"""python -m tests.benchmarks: measure the program beside its peers, and print the figures with their goals in Markdown.

Every load lives in a network namespace of its own and ends with this process, however that ends. The exit code is 1
where a count is wrong (a row, an owner), never because of a time.
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.benchmarks import (
    agreement,
    collecting,
    collector_process,
    counting,
    events,
    frames,
    keys,
    resources,
    screen_soak,
    silence,
    soak,
    startup,
    turnover,
    unusual,
)
from tests.benchmarks.figures import SIDE_BY_SIDE, Figure, keep, table
from tests.benchmarks.load import Load, RunningLoad, running

LOADED: dict[str, Callable[[RunningLoad, int], list[Figure]]] = {
    "counting": counting.measure,
    "collecting": collecting.measure,
    "turnover": turnover.measure,
    "collector": collector_process.measure,
    "startup": startup.measure,
    "keys": keys.measure,
    "memory": resources.measure_memory,
}
"""Parts that are measured inside the namespace of each load."""
ALONE: dict[str, Callable[[int], list[Figure]]] = {
    "frames": frames.measure,
    "idle": resources.measure_idle,
    "agreement": agreement.measure,
    "events": events.measure,
    "silence": silence.measure,
    "unusual": unusual.measure,
    "soak": soak.measure,
    "screen-soak": screen_soak.measure,
}
"""Parts that make what they need."""
NOT_OF_ITSELF = ("soak", "screen-soak")
"""Parts that are measured only where they are named."""


def main() -> int:
    """Measure what the command line names; all of the table where it names nothing."""
    arguments = _parse()
    figures: list[Figure] = []
    try:
        for measured in _measured(arguments):
            figures += measured
    except KeyboardInterrupt:
        print("interrupted: what follows is not all", file=sys.stderr)
        return 128 + signal.SIGINT
    finally:
        # What took minutes to measure is not lost with a part that fails.
        _report(figures, arguments)
    return int(any(figure.is_wrong for figure in figures))


def _report(figures: Sequence[Figure], arguments: argparse.Namespace) -> None:
    print(f"{os.cpu_count()} processors, {platform.system()} {platform.release()}, Python {platform.python_version()},")
    print(f"medians of {arguments.rounds} rounds\n")
    goals = [figure for figure in figures if figure.goal is not None]
    others = [figure for figure in figures if figure.goal is None]
    print("\n\nAlso measured:\n\n".join(table(part) for part in (goals, others) if part))
    if arguments.json is not None:
        keep(figures, arguments.json)
    for figure in figures:
        if figure.is_wrong:
            print(f"wrong count: {figure.what} at {figure.rows:,} rows: {figure.text}", file=sys.stderr)


def _measured(arguments: argparse.Namespace) -> Iterator[list[Figure]]:
    parts: Sequence[str] = arguments.part or [part for part in (*LOADED, *ALONE) if part not in NOT_OF_ITSELF]
    loaded = [part for part in parts if part in LOADED]
    for rows in arguments.rows if loaded else ():
        with running(Load(rows, arguments.processes, arguments.idle_processes)) as held, held.entered():
            for part in loaded:
                print(f"{rows:,} rows: {part}", file=sys.stderr)
                yield LOADED[part](held, arguments.rounds)
    for part in parts:
        if part in ALONE:
            print(part, file=sys.stderr)
            yield ALONE[part](arguments.rounds)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Medians and ratios of one run.")
    names = ", ".join((*LOADED, *ALONE))
    parser.add_argument(
        "part", nargs="*", help=f"any of {names}; without one all but {' and '.join(NOT_OF_ITSELF)}. All need root"
    )
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIDE_BY_SIDE), help="TCP rows of connections")
    parser.add_argument("--rounds", type=int, default=7, help="after one that is not counted (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=50, help="that hold the sockets (default: %(default)s)")
    parser.add_argument("--idle-processes", type=int, default=200, help="without any (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="file to keep the figures in, as for screenshots/cost_curve.py")
    arguments = parser.parse_args()
    if unknown := set(arguments.part) - {*LOADED, *ALONE}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
