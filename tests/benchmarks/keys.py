"""From a key to the frame that shows what it did, while the monitor refreshes; beside the bare app.

A key comes 30 to 60 ms after the one before, or once that one is painted. Both programs run in turns, never at once.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from statistics import median
from time import perf_counter

from tests.benchmarks import bare_app
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import RunningLoad
from tests.benchmarks.running_monitor import settled_cursor, start_bare_app, start_monitor
from tests.benchmarks.watched_terminal import ListCursor, WatchedTerminal

PERIOD_S = 0.5
TURNS = 4
KEYS_A_TURN = 100
_PAUSES_S = (0.03, 0.06)
_KEYS = ("down", "down", "down", "down", "pagedown", "pagedown", "pageup")
HELD_KEYS = 200
HELD_PAUSE_S = 0.01
_SHARES = (0.5, 0.99)
_GOALS = {10_000: (1.5, 3.0), 100_000: (1.6, 3.5)}
_MOST_HOLDS = 5
_MOST_HELD_MS = {100_000: 60.0}
_QUIET_S = 2.0


def measure(held: RunningLoad, rounds: int) -> list[Figure]:
    """Press some hundred keys in either program, inside the load's namespace; then hold PageDown."""
    rows = held.load.rows
    ours: list[float] = []
    bare: list[float] = []
    for turn in range(TURNS):
        # Both do with the same keys and pauses.
        keys = list(_keys(random.Random(turn)))
        bare += _in_bare_app(keys)
        ours += _in_monitor(keys)
    what = "key to paint at 2 refreshes a second : bare app"
    figures = []
    for share, goal in zip(_SHARES, _GOALS.get(rows, (None, None)), strict=True):
        mine, floor = (_quantile(times, share) for times in (ours, bare))
        detail = f"{mine:.1f} : {floor:.1f} ms"
        figures.append(Figure(f"{what}, p{share * 100:.0f}", rows, mine / floor, goal, detail=detail))
    lasts = [_last_of_held() for _ in range(min(rounds, _MOST_HOLDS))]
    what = f"PageDown held for {HELD_KEYS} keys, 100 a second: last key to paint"
    detail = f"{min(lasts):.0f} to {max(lasts):.0f} in {len(lasts)} turns"
    return [*figures, Figure(what, rows, median(lasts), _MOST_HELD_MS.get(rows), "ms", detail)]


def _quantile(times: list[float], share: float) -> float:
    return sorted(times)[round(share * (len(times) - 1))]


def _keys(chance: random.Random) -> Iterator[tuple[str, float]]:
    """Give keys, and the pause from each to the next."""
    for _ in range(KEYS_A_TURN):
        yield chance.choice(_KEYS), chance.uniform(*_PAUSES_S)


def _in_monitor(keys: Sequence[tuple[str, float]]) -> list[float]:
    terminal, _ = start_monitor("--period", str(PERIOD_S))
    with terminal:
        cursor = settled_cursor(terminal)
        times = []
        for key, pause_s in keys:
            started = perf_counter()
            terminal.press(key)
            times.append(terminal.milliseconds_until(cursor.has_moved, started))
            for frame in terminal.drain(started + pause_s - perf_counter()):
                cursor.has_moved(frame)
        return times


def _in_bare_app(keys: Sequence[tuple[str, float]]) -> list[float]:
    with start_bare_app() as terminal:
        times = []
        for number, (key, pause_s) in enumerate(keys, start=1):
            awaited = bare_app.shown(number).encode()
            started = perf_counter()
            terminal.press(key)
            times.append(terminal.milliseconds_until(lambda frame, awaited=awaited: awaited in frame, started))
            terminal.drain(started + pause_s - perf_counter())
        return times


def _last_of_held() -> float:
    """Hold PageDown; give the milliseconds from the last key to the last frame that moves the cursor."""
    terminal, _ = start_monitor("--period", str(PERIOD_S))
    with terminal:
        cursor = settled_cursor(terminal)
        started = perf_counter()
        for number in range(1, HELD_KEYS):
            terminal.press("pagedown")
            for frame in terminal.drain(started + number * HELD_PAUSE_S - perf_counter()):
                cursor.has_moved(frame)
        terminal.press("pagedown")
        return _last_move_ms(terminal, cursor, perf_counter())


def _last_move_ms(terminal: WatchedTerminal, cursor: ListCursor, pressed: float) -> float:
    moved = pressed
    while (now := perf_counter()) < pressed + _QUIET_S:
        frames = terminal.frames(pressed + _QUIET_S - now)
        arrived = perf_counter()
        moves = [cursor.has_moved(frame) for frame in frames]
        if any(moves):
            moved = arrived
    return (moved - pressed) * 1000
