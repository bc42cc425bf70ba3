"""An app whose frames an emulated terminal obeys, and names that would make a terminal obey.

Each frame is checked twice: it holds no character that a terminal would obey beside the monitor's own sequences, and
in every cell the emulator shows what the monitor meant to put there, so that no column has moved.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pyte
from textual._compositor import CompositorUpdate
from textual.pilot import Pilot
from textual.screen import Screen

from monitor.presentation.fitting import cell_width
from monitor.ui import app
from monitor.ui.app import MonitorApp, Settings
from tests.scenes import FixedSource

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


class WatchedApp(MonitorApp):
    """Writes every frame to an emulated terminal, and looks at what it writes."""

    CSS_PATH = Path(app.__file__).with_name("styles.tcss")

    def __init__(self, source: FixedSource, settings: Settings, size: tuple[int, int]) -> None:
        super().__init__(lambda: source, settings, source.boot_clock)
        self.terminal = pyte.Screen(*size)
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

    async def look_anew(self, pilot: Pilot[None]) -> None:
        """Have a sample read, and hold that the emulator shows what came of it."""
        before = self.interval
        self.action_sample_now()
        while self.interval is before:
            await pilot.pause()
        await self.look(pilot)

    async def look(self, pilot: Pilot[None]) -> None:
        """Wait until the screen has dealt with what it knows, and hold that the emulator shows it."""
        await pilot.pause()
        self.screen._on_timer_update()
        self.compare()

    def compare(self) -> None:
        """Hold that every cell of the emulator shows what it was meant to show."""
        for y, strip in enumerate(self.screen._compositor.render_strips()):
            meant = cells(strip.text)
            assert len(meant) == self.terminal.columns, (len(meant), strip.text)
            shown = [self.terminal.buffer[y][x].data for x in range(self.terminal.columns)]
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
