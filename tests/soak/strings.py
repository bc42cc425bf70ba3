"""python -m tests.soak.strings: hostile names by the hundred thousand through every list, on an emulated terminal.

Each frame is checked twice: it holds no character that a terminal would obey beside the monitor's own sequences, and
in every cell the emulator shows what the monitor meant to put there, so that no column has moved. Ends with an
AssertionError that shows the line where either fails.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pyte
from textual._compositor import CompositorUpdate
from textual.screen import Screen

from monitor.model.process import Process
from monitor.model.sample import Sample
from monitor.presentation.fitting import cell_width
from monitor.ui import app
from monitor.ui.app import MonitorApp, Settings
from tests.scenes import ANY, FixedSource, Row, row, sample_of

SIZE = (110, 200)
ROWS = 190
FIRST_PID = 1000
OWN_PID = 70
_OURS = re.compile(r"\x1b\[(?:[0-9;]*m|[0-9]+;[0-9]+H)")
_FORBIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")

POOLS: tuple[Callable[[random.Random], bytes], ...] = (
    lambda chance: chance.randbytes(chance.randint(1, 12)),
    lambda chance: bytes([chance.randrange(1, 32)]),
    lambda chance: chr(chance.randrange(0x80, 0xA0)).encode(),
    lambda chance: chance.choice(
        [b"\x1b[31m", b"\x1b]0;x\x07", b"\x1b[2J", b"\x9b5m", b"\x1bP", b"\x1b[6n", b"\x1b[?1049l"]
    ),
    lambda chance: chance.choice("\u202e\u2066\u200b\ufeff\u200d\ufe0f\u2028\U000e0041\u3164\u2800\u00ad").encode(),
    lambda chance: chr(chance.randrange(0x300, 0x370)).encode() * chance.randint(1, 5),
    lambda chance: chance.choice("漢字宽한글ｗ👩👧❤☃🇩🇪ÅÉé").encode(),
    lambda chance: chance.choice([b"[/x]", b"[@click=app.leave_program]y", b"[red]", b"\\", b"\\x1b", b"%s", b"{0}"]),
    lambda chance: chr(chance.randrange(0xA0, 0xD800)).encode(),
    lambda chance: chr(chance.randrange(0xE000, 0x110000)).encode(),
    lambda _: b"plain",
)
"""What names are made of."""


def name(chance: random.Random) -> bytes:
    """Make a name of a few pieces; it holds neither NUL nor slash, as no file's name does."""
    made = b"".join(chance.choice(POOLS)(chance) for _ in range(chance.randint(1, 6)))
    return made.translate(None, b"\0/") or b"x"


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


class WatchedApp(MonitorApp):
    """Writes every frame to an emulated terminal, and looks at what it writes."""

    CSS_PATH = Path(app.__file__).with_name("styles.tcss")

    def __init__(self, source: RenamingSource, settings: Settings) -> None:
        super().__init__(lambda: source, settings, source.boot_clock)
        self.terminal = pyte.Screen(*SIZE)
        self._stream = pyte.Stream(self.terminal)

    def _display(self, screen: Screen[object], renderable: object) -> None:
        super()._display(screen, renderable)
        if isinstance(renderable, CompositorUpdate):
            sequence = renderable.render_segments(self.console)
            odd = {
                letter
                for letter in _OURS.sub("", sequence).replace("\n", "")
                if unicodedata.category(letter) in _FORBIDDEN
            }
            assert not odd, ascii(odd)
            self._stream.feed(without_marks(sequence).replace("\n", "\r\n"))

    def compare(self) -> None:
        """Hold that every cell of the emulator shows what it was meant to show."""
        for y, strip in enumerate(self.screen._compositor.render_strips()):
            meant = cells(strip.text)
            assert len(meant) == SIZE[0], (len(meant), strip.text)
            shown = [self.terminal.buffer[y][x].data for x in range(SIZE[0])]
            differing = [x for x, (ours, theirs) in enumerate(zip(meant, shown, strict=True)) if ours != theirs]
            assert not differing, (differing[:5], ascii(strip.text), ascii("".join(shown)))


def cells(text: str) -> list[str]:
    """Part a line into cells: right of a wide letter is an empty one, and marks have none."""
    made: list[str] = []
    for letter in text:
        width = cell_width(letter)
        made += [letter, ""][:width]
    return made


def without_marks(text: str) -> str:
    """Leave out what takes no cell: the emulator gives up a line at most of it."""
    return text if text.isascii() else "".join(letter for letter in text if letter.isascii() or cell_width(letter))


async def show(pane: str, number: int, chance: random.Random) -> int:
    """Show so many names in a list; give how many were shown."""
    rows, keys, settings = PANES[pane]
    source = RenamingSource(rows(), chance)
    watched = WatchedApp(source, replace(settings, period_s=3600.0))
    shown = 0
    async with watched.run_test(size=SIZE) as pilot:
        while watched.interval is None:
            await pilot.pause()
        await pilot.press(*keys)
        while shown < number:
            before = watched.interval
            watched.action_sample_now()
            while watched.interval is before:
                await pilot.pause()
            await pilot.pause()
            watched.screen._on_timer_update()
            watched.compare()
            shown += len(source.names)
    return shown


def main() -> int:
    """Show names in the lists that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.strings")
    parser.add_argument("pane", nargs="*", default=list(PANES))
    parser.add_argument("--names", type=int, default=100_000, help="for each list")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    for pane in arguments.pane:
        started = time.monotonic()
        shown = asyncio.run(show(pane, arguments.names, random.Random(arguments.seed)))
        print(
            f"{pane}: {shown:,} names, no control on the terminal, no cell moved, {time.monotonic() - started:.0f} s",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
