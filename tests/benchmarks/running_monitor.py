"""The installed program on a terminal, and the bare app that it is held against."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

from tests.benchmarks import bare_app
from tests.benchmarks.watched_terminal import PATIENCE_S, ListCursor, WatchedTerminal

SIZE = (160, 50)
PROGRAM = str(Path(sys.executable).with_name("fourtuple"))
_TITLE = "2 Connections"
_FRAME_RATE = {"TEXTUAL_FPS": "240", "TEXTUAL_ANIMATIONS": "none"}
"""As the program sets it for itself."""
_SETTLED_S = 1.0


def start_monitor(*arguments: str, size: tuple[int, int] = SIZE) -> tuple[WatchedTerminal, float]:
    """Start the program and wait for its first rows; gives the milliseconds that this took as well."""
    started = perf_counter()
    terminal = WatchedTerminal([PROGRAM, *arguments], size)
    cursor = ListCursor(1)
    try:
        # Before anybody moves it the cursor stands on the first row, once there is one.
        return terminal, terminal.milliseconds_until(cursor.has_moved, started)
    except BaseException:
        terminal.close()
        raise


def settled_cursor(terminal: WatchedTerminal) -> ListCursor:
    """Go to Connections, move, and give the cursor once the screen shows it and has come to rest."""
    terminal.wait_for(_TITLE, PATIENCE_S)
    title = next(y for y, line in enumerate(terminal.lines(), start=1) if _TITLE in line)
    cursor = ListCursor(title + 1)
    terminal.press("2", "down", "down")
    terminal.milliseconds_until(cursor.has_moved, perf_counter())
    for frame in terminal.drain(_SETTLED_S):
        cursor.has_moved(frame)
    return cursor


def start_bare_app(*arguments: str) -> WatchedTerminal:
    """Start the bare app and wait for its first frame."""
    terminal = WatchedTerminal([sys.executable, "-m", bare_app.__name__, *arguments], SIZE, _FRAME_RATE)
    try:
        terminal.wait_for(bare_app.shown(0), PATIENCE_S)
        terminal.drain(_SETTLED_S)
    except BaseException:
        terminal.close()
        raise
    return terminal
