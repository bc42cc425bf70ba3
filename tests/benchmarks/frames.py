"""What a frame of the list costs beside Textual's DataTable with the same cells, and what goes to the terminal.

A turn is one action and the frame that it causes, up to the text for the terminal. Our cells are made in the frame, as
they are in the program; the stock table holds its cells ready. It holds the first rows only: filling it takes half a
minute at 100,000 rows, and its frame costs the same at any length.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import cycle
from statistics import median
from time import process_time

import numpy as np
from rich.text import Text
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.screen import Screen
from textual.widgets import DataTable

from monitor.model.sample import Interval
from monitor.presentation.connections_view import ConnectionsView
from monitor.presentation.sorting import Sort
from monitor.sampling.intervals import advance
from monitor.ui.widgets.live_table import LiveTable
from tests.benchmarks.figures import SIDE_BY_SIDE, Figure
from tests.many_sockets import many_sockets

TURNS = 30
SIZE = (160, 50)
STOCK_ROWS = 2_000
_NO_FRAME_S = 0.05
"""How long to wait for a frame that need not come."""
_MOST_OF_STOCK = 1 / 20
_MOST_OF_A_FRAME = 0.15

Action = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Turn:
    """What an action and its frame took; the medians of some."""

    cpu_ms: float
    sent_bytes: float


class FrameApp(App[None]):
    """Turns every frame into text, as with a terminal, and counts its bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.sent_bytes = 0
        self.frame = asyncio.Event()

    def _display(self, screen: Screen[object], renderable: object) -> None:
        super()._display(screen, renderable)
        if isinstance(renderable, CompositorUpdate):
            self.sent_bytes += len(renderable.render_segments(self.console).encode())
            self.frame.set()

    async def turn(self, action: Action) -> Turn:
        """Do something and wait for its frame."""
        self.frame.clear()
        before, started = self.sent_bytes, process_time()
        action()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.frame.wait(), _NO_FRAME_S)
        return Turn((process_time() - started) * 1000, self.sent_bytes - before)


def measure(rounds: int) -> list[Figure]:
    """Measure at both sizes."""
    del rounds
    return asyncio.run(_measure())


async def _measure() -> list[Figure]:
    app = FrameApp()
    async with app.run_test(size=SIZE):
        first = _view(_interval(STOCK_ROWS))
        stock: DataTable[Text] = DataTable(cursor_type="row")
        page, refresh = (await _turns(app, stock, lambda: _stock_actions(stock, first))).values()
        figures = []
        for rows in SIDE_BY_SIDE:
            live = LiveTable()
            interval = _interval(rows)
            ours = await _turns(app, live, lambda live=live, interval=interval: _live_actions(live, interval))
            figures += _figures(rows, ours, page, refresh)
    return figures


def _figures(rows: int, ours: dict[str, Turn], page: Turn, refresh: Turn) -> list[Figure]:
    figures = [
        Figure(
            f"{what}, CPU : stock DataTable",
            rows,
            mine.cpu_ms / stock.cpu_ms,
            _MOST_OF_STOCK,
            detail=f"{mine.cpu_ms:.1f} : {stock.cpu_ms:.1f} ms",
        )
        for what, mine, stock in (
            ("frame after PageDown", ours["page down"], page),
            ("frame after a refresh of every row", ours["all"], refresh),
        )
    ]
    tenth, all_ = ours["tenth"].sent_bytes, ours["all"].sent_bytes
    detail = f"{tenth:,.0f} : {all_:,.0f} bytes"
    return [
        *figures,
        Figure("sent when 10 % of the rows changed : full frame", rows, tenth / all_, _MOST_OF_A_FRAME, detail=detail),
        Figure("sent when no row changed", rows, ours["none"].sent_bytes, 0, "bytes"),
    ]


def _live_actions(table: LiveTable, interval: Interval) -> dict[str, Action]:
    changes = {"none": (0, 1), "tenth": (1, 10), "all": (1, 1)}
    views = {name: cycle([_changed(interval, *change), _view(interval)]) for name, change in changes.items()}
    table.show(_view(interval))
    shown = {name: lambda views=views: table.show(next(views)) for name, views in views.items()}
    return {**shown, "page down": table.action_page_down}


def _stock_actions(table: DataTable[Text], view: ConnectionsView) -> dict[str, Action]:
    """List the same; whatever changes of it, a DataTable draws all that is on screen."""
    for column in view.columns:
        table.add_column(column.title, key=column.id, width=column.width)
    for number, line in enumerate(view.lines(0, view.count)):
        table.add_row(*[Text(cell.text) for cell in line.cells], key=str(number))
    texts = cycle([Text("1K"), Text("2K")])
    changed = view.columns[-1].id
    return {"page down": table.action_page_down, "all": lambda: table.update_cell("5", changed, next(texts))}


async def _turns(
    app: FrameApp, widget: LiveTable | DataTable[Text], actions: Callable[[], dict[str, Action]]
) -> dict[str, Turn]:
    screen: Screen[None] = Screen()
    await app.push_screen(screen)
    await screen.mount(widget)
    widget.focus()
    todo = actions()
    await asyncio.sleep(1)
    gc.collect()
    gc.freeze()
    done = {}
    for name, action in todo.items():
        await app.turn(action)
        turns = [await app.turn(action) for _ in range(TURNS)]
        done[name] = Turn(median(turn.cpu_ms for turn in turns), median(turn.sent_bytes for turn in turns))
    return done


def _interval(rows: int) -> Interval:
    numbers = np.arange(rows)
    return advance(advance(None, many_sockets(numbers, 0.0)), many_sockets(numbers, 1.0))


def _view(interval: Interval) -> ConnectionsView:
    everything = np.ones(len(interval.table), np.bool_)
    return ConnectionsView.make(interval, everything, Sort("remote"), SIZE[0])


def _changed(interval: Interval, bytes_per_second: float, step: int) -> ConnectionsView:
    """Make the view in which every so many rows receive so much."""
    view = _view(interval)
    rate = interval.receive_rate.copy()
    rate[view.order[::step]] += bytes_per_second
    return _view(replace(interval, receive_rate=rate))
