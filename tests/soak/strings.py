"""python -m tests.soak.strings: hostile names by the hundred thousand through every list, on an emulated terminal.

Then through every other pane and screen that shows what strangers chose. Ends with an AssertionError that shows the
line where a frame is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from monitor.model.process import Process
from monitor.model.sample import Sample
from monitor.ui.app import Settings
from tests.scenes import ANY, FixedSource, Row, row, sample_of
from tests.soak import screens
from tests.soak.watched import WatchedApp, name

SIZE = (110, 200)
ROWS = 190
FIRST_PID = 1000
OWN_PID = 70


def listeners() -> list[Row]:
    """Give a listener of each process."""
    return [row("tcp", f"192.0.2.10:{FIRST_PID + at}", ANY, "LISTEN", owner=(FIRST_PID + at, 3)) for at in range(ROWS)]


def connections() -> list[Row]:
    """Give a connection of each process."""
    return [
        row("tcp", f"192.0.2.10:{FIRST_PID + at}", "198.51.100.7:443", "ESTAB", owner=(FIRST_PID + at, 3))
        for at in range(ROWS)
    ]


def peers() -> list[Row]:
    """Give connections of one process, each to another process on this host."""
    made = []
    for at in range(ROWS):
        ends = f"127.0.0.1:{20_000 + at}", f"127.0.0.1:{FIRST_PID + at}"
        made.append(row("tcp", *ends, "ESTAB", owner=(OWN_PID, 10 + at)))
        made.append(row("tcp", *reversed(ends), "ESTAB", owner=(FIRST_PID + at, 3)))
    return made


PANES: dict[str, tuple[Callable[[], list[Row]], Sequence[str], Settings]] = {
    "listeners": (listeners, ("1", "z"), Settings()),
    "connections": (connections, ("2", "z"), Settings()),
    "groups by process": (connections, ("2", "z", "t", "p"), Settings()),
    "the sockets of a process": (peers, (), Settings(pid=OWN_PID)),
}
"""What is listed, the keys that show it on the whole screen, and how the monitor starts."""


class RenamingSource(FixedSource):
    """A machine on which every process has another hostile name in each sample."""

    def __init__(self, rows: Sequence[Row], chance: random.Random) -> None:
        self._first = sample_of(rows)
        super().__init__([self._first])
        self._chance = chance
        self.names: list[bytes] = []
        """Those of the newest sample."""

    def sample(self, *, time_wait: bool = False) -> Sample:
        super().sample(time_wait=time_wait)
        self.names = []
        processes = {pid: self._renamed(process) for pid, process in self._first.owners.processes.items()}
        later = self._first.boot_time + len(self.questions)
        return replace(self._first, boot_time=later, owners=replace(self._first.owners, processes=processes))

    def _renamed(self, process: Process) -> Process:
        self.names.append(name(self._chance))
        return replace(process, name=self.names[-1])


async def show(pane: str, number: int, chance: random.Random) -> int:
    """Show so many names in a list; give how many were shown."""
    rows, keys, settings = PANES[pane]
    source = RenamingSource(rows(), chance)
    watched = WatchedApp(source, replace(settings, period_s=3600.0), SIZE)
    shown = 0
    async with watched.run_test(size=SIZE) as pilot:
        while watched.interval is None:
            await pilot.pause()
        await pilot.press(*keys)
        while shown < number:
            await watched.look_anew(pilot)
            shown += len(source.names)
    return shown


def main() -> int:
    """Show names in the lists and screens that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.strings")
    parser.add_argument("place", nargs="*", default=[*PANES, *screens.PLACES])
    parser.add_argument("--names", type=int, default=100_000, help="for each list (default: %(default)s)")
    parser.add_argument("--visits", type=int, default=100, help="of each other pane and screen (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    total = 0
    for place in arguments.place:
        started, chance = time.monotonic(), random.Random(arguments.seed)
        is_list = place in PANES
        run = show(place, arguments.names, chance) if is_list else screens.visit(place, arguments.visits, chance)
        shown = asyncio.run(run)
        total += shown
        print(
            f"{place}: {shown:,} names, no control on the terminal, no cell moved, {time.monotonic() - started:.0f} s",
            flush=True,
        )
    print(f"{total:,} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
