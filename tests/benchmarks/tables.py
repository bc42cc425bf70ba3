"""python -m tests.benchmarks.tables: what a frame of LiveTable costs beside a DataTable that shows the same cells.

Each turn is one action and the frame that it causes, up to the characters for the terminal: CPU milliseconds of the
process, and characters. The rows' texts are ready in both cases. Both screens live in one app and take turns.
"""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import process_time

# Read when Textual is imported: at its own 60 frames a second a turn would mostly wait.
os.environ["TEXTUAL_FPS"] = "240"

from rich.text import Text
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.screen import Screen
from textual.widgets import DataTable

from monitor.presentation.view import Line
from monitor.ui.widgets.live_table import LiveTable
from tests.benchmarks.rounds import Spread
from tests.ui.synthetic_view import COLUMNS, SyntheticView

ROWS = 2_000
TURNS = 30
SIZE = (160, 50)
NO_FRAME_S = 0.05
"""How long to wait for a frame that need not come."""

Action = Callable[[], object]


@dataclass
class ReadyView(SyntheticView):
    """A view that has made all its lines beforehand."""

    ready: list[Line] = field(init=False)

    def __post_init__(self) -> None:
        self.ready = [self.line(row) for row in self.order]

    def lines(self, start: int, stop: int) -> list[Line]:
        return self.ready[start:stop]


class FrameApp(App[None]):
    """Turns every frame into characters, as with a terminal, and counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.characters = 0
        self.frame = asyncio.Event()

    def _display(self, screen: Screen[object], renderable: object) -> None:
        super()._display(screen, renderable)
        if isinstance(renderable, CompositorUpdate):
            self.characters += len(renderable.render_segments(self.console))
            self.frame.set()

    async def turn(self, action: Action) -> tuple[float, int]:
        """Do something and wait for its frame; give CPU milliseconds and characters."""
        self.frame.clear()
        before, started = self.characters, process_time()
        action()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.frame.wait(), NO_FRAME_S)
        return (process_time() - started) * 1e3, self.characters - before


def with_texts(text: str, step: int) -> ReadyView:
    """Make a view in which every so many rows one row has another text."""
    return ReadyView(range(ROWS), texts=dict.fromkeys(range(0, ROWS, step), text))


def live_actions(table: LiveTable) -> dict[str, Action]:
    """List what is measured of ours."""
    same = ReadyView(range(ROWS))
    others = iter([with_texts(f"x{number}", step=1) for number in range(TURNS + 1)])
    tenths = iter([with_texts(f"y{number}", step=10) for number in range(TURNS + 1)])
    seconds = iter([ReadyView(range(ROWS), idle=f"{number}s") for number in range(TURNS + 1)])
    table.show(same)
    return {
        "page down": table.action_page_down,
        "cursor down": table.action_cursor_down,
        "every row changed": lambda: table.show(next(others)),
        "every tenth row changed": lambda: table.show(next(tenths)),
        "idle times changed": lambda: table.show(next(seconds)),
        "nothing changed": lambda: table.show(same),
    }


def stock_actions(table: DataTable[Text]) -> dict[str, Action]:
    """List what is measured of Textual's own; it has no cheaper way to change a row than cell by cell."""
    for column in COLUMNS:
        table.add_column(column.title, key=column.id, width=column.width)
    for row in range(ROWS):
        table.add_row(*[Text(cell.text) for cell in SyntheticView().line(row).cells], key=str(row))
    numbers = iter(range(TURNS + 1))
    return {
        "page down": table.action_page_down,
        "cursor down": table.action_cursor_down,
        "one cell changed": lambda: table.update_cell("5", "up", Text(str(next(numbers)))),
    }


async def measure(
    app: FrameApp, widget: LiveTable | DataTable[Text], actions: Callable[[], dict[str, Action]]
) -> list[str]:
    """Give one line of Markdown per action: median and least CPU milliseconds, characters."""
    lines = []
    screen: Screen[None] = Screen()
    await app.push_screen(screen)
    await screen.mount(widget)
    widget.focus()
    todo = actions()
    await asyncio.sleep(1)
    gc.collect()
    gc.freeze()
    for name, action in todo.items():
        await app.turn(action)
        turns = [await app.turn(action) for _ in range(TURNS)]
        spread = Spread.of([milliseconds for milliseconds, _ in turns])
        characters = statistics.median(count for _, count in turns)
        lines.append(f"| {type(widget).__name__} | {name} | {spread} | {characters:.0f} |")
    return lines


async def main() -> None:
    """Measure and print."""
    app = FrameApp()
    async with app.run_test(size=SIZE):
        live: LiveTable = LiveTable()
        stock: DataTable[Text] = DataTable(cursor_type="row")
        lines = await measure(app, live, lambda: live_actions(live)) + await measure(
            app, stock, lambda: stock_actions(stock)
        )
    print("| table | turn | CPU ms | characters |\n| --- | --- | --- | --- |", *lines, sep="\n")


if __name__ == "__main__":
    asyncio.run(main())
