"""How long until something stands on the screen, beside what importing Textual alone takes."""

from __future__ import annotations

import compileall
import sys
from pathlib import Path
from time import perf_counter

import monitor
from tests.benchmarks.figures import Figure
from tests.benchmarks.load import RunningLoad
from tests.benchmarks.rounds import interleaved, program_milliseconds
from tests.benchmarks.running_monitor import PROGRAM, SIZE, start_monitor
from tests.terminal import Terminal

IMPORT = 'python -c "import textual.app"'
FIRST_PAINT = "first paint"
FIRST_ROWS = "start to the first real rows"
_LANDMARK = b"Listeners"
"""A word that only the main screen writes."""
_MOST_TO_PAINT = 1.35
_MOST_TO_ROWS = {10_000: 1.8, 100_000: 3.0}


def measure(held: RunningLoad, rounds: int) -> list[Figure]:
    """Start all three in turns, inside the load's namespace."""
    # As an installation does it; a checkout may be edited, or not writable for Python.
    compileall.compile_dir(Path(monitor.__file__).parent, quiet=1)
    rows = held.load.rows
    spreads = interleaved(
        [
            lambda: {IMPORT: program_milliseconds([sys.executable, "-c", "import textual.app"])},
            lambda: {FIRST_PAINT: _first_paint_ms()},
            lambda: {FIRST_ROWS: _first_rows_ms()},
        ],
        rounds,
    )
    return [
        Figure(
            f"{what} : {IMPORT}",
            rows,
            spreads[what].over(spreads[IMPORT]),
            goal,
            detail=f"{spreads[what].median:.0f} : {spreads[IMPORT].median:.0f} ms",
        )
        for what, goal in ((FIRST_PAINT, _MOST_TO_PAINT), (FIRST_ROWS, _MOST_TO_ROWS.get(rows)))
    ]


def _first_paint_ms() -> float:
    started = perf_counter()
    with Terminal([PROGRAM], SIZE) as terminal:
        terminal.wait_for(_LANDMARK)
        return (perf_counter() - started) * 1000


def _first_rows_ms() -> float:
    terminal, milliseconds = start_monitor()
    terminal.close()
    return milliseconds
