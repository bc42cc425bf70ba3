"""The whole monitor on a stage: on a fixed machine, at a time that stands still until a test moves it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from monitor.model.event_list import EventList
from monitor.sampling.sampler_events import EventsListed
from monitor.sampling.source import Source
from monitor.ui.app import MonitorApp, Settings
from monitor.ui.messages import SamplerReported
from monitor.ui.screens.main import MainScreen
from tests.scenes import FixedSource

PATIENCE_S = 30.0
"""Far more than anything here takes, also on a busy machine."""

_FOREIGN = re.compile(r"\s*(?:@font-face \{.*?\}|<!--.*?-->)", re.DOTALL)
_FONT_FAMILY = re.compile(r"font-family: [^;]*;")


@dataclass
class HandClock:
    """Stands in for the module `time` where the monitor would look at a real clock."""

    now: float = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def thread_time(self) -> float:
        return 0.0


@dataclass
class Stage:
    """A running monitor: what a user can do with it and see of it."""

    app: MonitorApp
    pilot: Pilot[None]
    source: FixedSource
    clock: HandClock
    """What decides how long ago a key was pressed and a table was sorted."""
    age_s: list[float] = field(default_factory=lambda: [0.0])
    """By how much the newest sample has aged."""

    @property
    def main(self) -> MainScreen:
        """The main screen, also while another lies over it."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    @property
    def lines(self) -> list[str]:
        """The screen line by line, without the blanks at their ends; nothing before it is laid out."""
        compositor = self.app.screen._compositor
        if compositor.size != self.app.size:
            return []
        strips = compositor.render_strips()
        assert [strip.cell_length for strip in strips] == [self.app.size.width] * self.app.size.height
        return [strip.text.rstrip() for strip in strips]

    @property
    def text(self) -> str:
        """The screen in one piece."""
        return "\n".join(self.lines)

    @property
    def cursor_line(self) -> str:
        """The line of the focused list's cursor: the mark of another list's resting cursor looks the same."""
        table = self.app.focused
        assert table is not None
        y = table.region.y + next(
            y for y, strip in enumerate(table.render_lines(table.size.region)) if "▸" in strip.text
        )
        return self.lines[y]

    def line_with(self, text: str) -> str:
        """The first line that holds a text."""
        return next(line for line in self.lines if text in line)

    def y_of(self, text: str) -> int:
        """The number of the first line that holds a text."""
        return next(y for y, line in enumerate(self.lines) if text in line)

    async def press(self, *keys: str) -> None:
        """Press keys one after another."""
        await self.pilot.press(*keys)
        await self.settle()

    async def burst(self, text: str) -> None:
        """Have a text come in one piece, as from behind a slow line, and be taken as fast as the monitor can."""
        for key in keys_in_one_piece(text):
            self.app.post_message(key)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text letter by letter."""
        await self.press(*(_character_to_key(letter) for letter in text))

    async def settle(self) -> None:
        """Wait until the screen has dealt with what it knows, and no question to the kernel is open."""
        await self.pilot.pause()
        await self.until(lambda: self.lines and "asking the kernel" not in self.text)

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, f"it never came; the screen:\n{self.text}"
            await self.pilot.pause()

    async def sees(self, text: str) -> None:
        """Wait until a text stands on the screen."""
        await self.until(lambda: text in self.text)

    async def next_sample(self) -> None:
        """Have one more sample read, and wait until the monitor has it."""
        before = self.app._newest
        self.app.action_sample_now()
        await self.until(lambda: self.app._newest is not before)
        await self.settle()

    async def grow_old(self, seconds: float) -> None:
        """Let time pass in which no sample comes."""
        self.age_s[0] += seconds
        self.app.tell_status()
        await self.settle()


def keys_in_one_piece(text: str) -> list[events.Key]:
    """Make the keys of what a terminal is read at one moment."""
    names = {"\r": "enter", "\x1b": "escape"}
    keys = [events.Key(names.get(letter) or _character_to_key(letter), letter) for letter in text]
    for key in keys:
        key.time = keys[0].time
    return keys


@asynccontextmanager
async def monitor_of(  # noqa: PLR0913 - one for each thing that a start can differ in
    source: FixedSource,
    size: tuple[int, int] = (120, 40),
    settings: Settings | None = None,
    *,
    samples: int = 2,
    has_colour: bool = True,
    open_source: Callable[[], Source] | None = None,
) -> AsyncIterator[Stage]:
    """Run the monitor and show some samples; more are read when the test asks for them.

    Args:
        source: The machine.
        size: Columns and rows of the screen.
        settings: What the command line asks for.
        samples: How many to show at first.
        has_colour: Whether NO_COLOR is not set.
        open_source: What the monitor calls to reach the source, where that is not to succeed at once.
    """
    clock = HandClock()
    age_s = [0.0]

    def boot_clock() -> float:
        return source.boot_clock() + age_s[0]

    with (
        # With a standing clock no sample is ever due.
        patch("monitor.sampling.sampling_loop.time", HandClock()),
        patch("monitor.ui.widgets.rows_pane.time", clock),
        patch.dict(os.environ, {} if has_colour else {"NO_COLOR": "1"}),
    ):
        if has_colour:
            os.environ.pop("NO_COLOR", None)
        app = MonitorApp(open_source or (lambda: source), settings, boot_clock)
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, pilot, source, clock, age_s)
            if samples:
                await stage.until(lambda: app.interval is not None)
                for _ in range(samples - 1):
                    await stage.next_sample()
                await stage.settle()
            yield stage


async def happens(stage: Stage, events: EventList) -> None:
    """Have the sampling thread list events."""
    stage.app.post_message(SamplerReported(EventsListed(events)))
    await stage.settle()


def picture(app: MonitorApp) -> str:
    """Draw the screen as SVG, in the reader's own monospace font: Textual's would be fetched from a stranger."""
    svg = _FOREIGN.sub("", app.export_screenshot(simplify=True))
    svg = _FONT_FAMILY.sub("font-family: monospace;", svg)
    # Blanks at the ends of a text count, which is not so by default, and as blanks they take a sixth of the room.
    svg = svg.replace("<svg ", '<svg xml:space="preserve" ', 1).replace("&#160;", " ")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
