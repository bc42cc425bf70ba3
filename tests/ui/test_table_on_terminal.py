"""The lines that a table redraws are enough: a terminal that got nothing else shows what the table says."""

from __future__ import annotations

import random

import pyte
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen

from monitor.ui.widgets.live_table import LiveTable
from tests.ui.synthetic_view import SyntheticView

SIZE = (90, 20)


class TerminalApp(App[None]):
    """Writes every frame to an emulated terminal."""

    CSS = "LiveTable { margin: 2 5 1 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.terminal = pyte.Screen(*SIZE)
        self.stream = pyte.Stream(self.terminal)
        self.characters = 0

    def compose(self) -> ComposeResult:
        yield LiveTable(empty_text="nothing")

    def _display(self, screen: Screen[object], renderable: object) -> None:
        super()._display(screen, renderable)
        if isinstance(renderable, CompositorUpdate):
            sequence = renderable.render_segments(self.console)
            self.characters += len(sequence)
            self.stream.feed(sequence.replace("\n", "\r\n"))

    def shown(self) -> list[str]:
        """What stands in the terminal where the table is."""
        region = self.query_one(LiveTable).region
        return [self.terminal.display[y][region.x : region.right] for y in region.line_range]


async def painted(pilot: Pilot[None]) -> None:
    """Have everything painted that waits for the next frame."""
    await pilot.pause()
    pilot.app.screen._on_timer_update()


async def test_a_terminal_that_gets_only_the_changes_shows_the_table():
    app = TerminalApp()
    rolls = random.Random(7)
    rows = list(range(200))
    async with app.run_test(size=SIZE) as pilot:
        table = app.query_one(LiveTable)
        table.focus()
        actions = [getattr(table, name) for name in vars(LiveTable) if name.startswith("action_")]
        for _ in range(150):
            match rolls.randrange(4):
                case 0:
                    rolls.choice(actions)()
                case 1:
                    changed = rolls.sample(rows, 20)
                    table.show(SyntheticView(list(rows), texts=dict.fromkeys(changed, rolls.choice("abc"))))
                case 2:
                    rolls.shuffle(rows)
                    table.show(SyntheticView(rows[: rolls.choice([0, 3, 200])]))
                case 3:
                    table.set_title(f"{rolls.random():.3f}")
            await painted(pilot)
            assert app.shown() == [strip.text for strip in table.render_lines(table.size.region)]


async def test_a_terminal_gets_nothing_where_nothing_changed():
    app = TerminalApp()
    async with app.run_test(size=SIZE) as pilot:
        table = app.query_one(LiveTable)
        table.show(SyntheticView())
        await painted(pilot)
        before = app.characters
        table.show(SyntheticView())
        await painted(pilot)
        assert app.characters == before
        table.show(SyntheticView(texts={0: "changed"}))
        await painted(pilot)
        assert 0 < app.characters - before < 600
