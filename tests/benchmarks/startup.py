"""How long until something stands on the screen, beside what importing Textual alone takes."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

from tests.benchmarks.rounds import Spread, interleaved, program_milliseconds, ratio
from tests.terminal import Terminal

IMPORT = '`python -c "import textual.app"`'
FIRST_PAINT = "**`fourtuple` to its first paint**"


def measure_startup(rounds: int, landmark: str) -> dict[str, Spread]:
    """Start both programs in turns; the landmark is a word that only the main screen writes."""
    return interleaved(
        [
            lambda: {IMPORT: program_milliseconds([sys.executable, "-c", "import textual.app"])},
            lambda: {FIRST_PAINT: _first_paint_milliseconds(landmark.encode())},
        ],
        rounds,
    )


def table(spreads: Mapping[str, Spread]) -> str:
    """Write the measurements as a table in Markdown."""
    lines = ["| | ms | × import |", "| --- | ---: | ---: |"]
    lines += [f"| {name} | {spread} | {ratio(spread, spreads[IMPORT])} |" for name, spread in spreads.items()]
    return "\n".join(lines)


def _first_paint_milliseconds(landmark: bytes) -> float:
    program = Path(sys.executable).with_name("fourtuple")
    started = perf_counter()
    with Terminal([str(program)], size=(120, 40)) as terminal:
        terminal.wait_for(landmark)
        return (perf_counter() - started) * 1000
