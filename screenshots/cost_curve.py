"""Draws what a sample costs by the number of sockets, from figures that were measured.

python -m tests.benchmarks collecting --rows 1000 3000 10000 30000 100000 300000 --json screenshots/cost-curve.json
python screenshots/cost_curve.py
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).parent.parent))  # the figures' form is that of the benchmarks

from tests.benchmarks import collecting
from tests.benchmarks.figures import Figure, read_json

FOLDER = Path(__file__).parent
MEASURED = FOLDER / "cost-curve.json"
PICTURE = FOLDER / "cost-curve.svg"

_WIDTH, _HEIGHT = 860, 480
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 660, 60, 425
_LABEL_GAP = 18
_SIZES = ((1_000, "1,000"), (10_000, "10,000"), (100_000, "100,000"), (300_000, "300,000"))
_TIMES_MS = ((1, "1 ms"), (10, "10 ms"), (100, "100 ms"), (1_000, "1 s"), (10_000, "10 s"), (100_000, "100 s"))
_STYLE = """
  .ground { fill: #ffffff } .text { fill: #1f2328 } .faint { fill: #59636e } .grid { stroke: #d1d9e0 }
  .ours { stroke: #0550ae } .floor { stroke: #6e7781 } .ss { stroke: #bc4c00 } .psutil { stroke: #1a7f37 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .text { fill: #f0f6fc } .faint { fill: #9198a1 } .grid { stroke: #3d444d }
    .ours { stroke: #79c0ff } .floor { stroke: #9198a1 } .ss { stroke: #ffa657 } .psutil { stroke: #7ee787 }
  }
  text { font: 13px system-ui, sans-serif } .title { font-size: 15px; font-weight: 600 }
  .ours, .floor, .ss, .psutil { fill: none; stroke-width: 2 } .ours { stroke-width: 3.5 }
  .floor { stroke-dasharray: 2 4 } .ss { stroke-dasharray: 9 4 } .psutil { stroke-dasharray: 14 4 2 4 }
"""


@dataclass(frozen=True)
class Series:
    """One line of the picture."""

    what: str
    """The figures' name."""
    label: str
    style: str


SERIES = (
    Series(collecting.SS, "ss -tanp", "ss"),
    Series(collecting.PSUTIL, "psutil", "psutil"),
    Series(collecting.WARM, "fourtuple: all, with owners", "ours"),
    Series(collecting.FLOOR, "the kernel's dump alone", "floor"),
)


@dataclass(frozen=True)
class _Scale:
    """Places values of a range on a line, by their logarithm."""

    least: float
    most: float
    first: float
    last: float

    def place(self, value: float) -> float:
        share = log10(value / self.least) / log10(self.most / self.least)
        return round(self.first + share * (self.last - self.first), 1)


def draw(figures: Sequence[Figure]) -> str:
    """Write the picture; sizes and series that were not measured are not in it."""
    lines = {
        series: sorted((figure.rows, figure.measured) for figure in figures if figure.what == series.what)
        for series in SERIES
    }
    points = [point for line in lines.values() for point in line]
    along = _Scale(min(rows for rows, _ in points), max(rows for rows, _ in points), _LEFT, _RIGHT)
    top = next((mark for mark, _ in _TIMES_MS if mark >= max(ms for _, ms in points)), _TIMES_MS[-1][0])
    bottom = max((mark for mark, _ in _TIMES_MS if mark <= min(ms for _, ms in points)), default=_TIMES_MS[0][0])
    up = _Scale(bottom, top, _BOTTOM, _TOP)
    size = f'width="{_WIDTH}" height="{_HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {size}>',
        f"<title>What one sample costs</title><style>{_STYLE}</style>",
        f'<rect class="ground" {size} rx="8"/>',
        _text(_LEFT, 32, "What one look at every TCP socket costs", "text title"),
        *_grid(along, up),
        *(_curve(series, line, along, up) for series, line in lines.items() if line),
        *_labels({series: (along.place(line[-1][0]), up.place(line[-1][1])) for series, line in lines.items() if line}),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _grid(along: _Scale, up: _Scale) -> list[str]:
    parts = []
    for rows, label in _SIZES:
        if along.least <= rows <= along.most:
            x = along.place(rows)
            parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{_BOTTOM}"/>')
            parts.append(_text(x, _BOTTOM + 20, label, "faint", "middle"))
    for milliseconds, label in _TIMES_MS:
        if up.least <= milliseconds <= up.most:
            y = up.place(milliseconds)
            parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{y}" y2="{y}"/>')
            parts.append(_text(_LEFT - 8, y + 4, label, "faint", "end"))
    parts.append(_text((_LEFT + _RIGHT) / 2, _BOTTOM + 42, "sockets", "faint", "middle"))
    return parts


def _curve(series: Series, line: Sequence[tuple[int, float]], along: _Scale, up: _Scale) -> str:
    points = " ".join(f"{along.place(rows)},{up.place(milliseconds)}" for rows, milliseconds in line)
    return f'<polyline class="{series.style}" points="{points}"/>'


def _labels(ends: dict[Series, tuple[float, float]]) -> list[str]:
    """Name each line at its end, moved down where it would stand on the one above; one that ends early above it."""
    parts, free = [], 0.0
    for series, (x, y) in sorted(ends.items(), key=lambda item: item[1][1]):
        if x < _RIGHT:
            parts.append(_text(x, y - 10, series.label, "text", "end"))
            continue
        free = max(y, free + _LABEL_GAP)
        parts.append(_text(x + 10, free + 4, series.label, "text"))
    return parts


def _text(x: float, y: float, words: str, style: str, anchor: str = "start") -> str:
    return f'<text class="{style}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


if __name__ == "__main__":
    PICTURE.write_text(draw(read_json(MEASURED)), encoding="utf-8")
    print(f"drew {PICTURE.name}")
