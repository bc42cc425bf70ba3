"""Figures: what was measured at one size, what it ought to be, and the table of both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.benchmarks.rounds import number_text

SIDE_BY_SIDE = (10_000, 100_000)
"""Sizes that stand in columns of one table; figures of other sizes stand below it, one a line."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure at one size."""

    what: str
    """The same words at every size: they join the figures of a line."""
    rows: int
    """Socket rows of the load; 0 where the figure does not depend on it."""
    measured: float
    goal: float | None
    """The most that it should be; None where it is only reported."""
    unit: str = "×"
    """"×" for a ratio of two medians of one run."""
    detail: str = ""
    """What the figure was made of, such as "11.9 : 8.9 ms"."""
    is_least: bool = False
    """Whether the goal is the least that it should be instead."""
    is_count: bool = False
    """Whether missing the goal is a mistake of the program, and no matter of speed."""

    @property
    def is_reached(self) -> bool:
        """Whether it is as good as its goal; without a goal always."""
        if self.goal is None:
            return True
        return self.measured >= self.goal if self.is_least else self.measured <= self.goal

    @property
    def is_wrong(self) -> bool:
        """Whether it is a count that is off."""
        return self.is_count and not self.is_reached

    @property
    def text(self) -> str:
        """Give "1.34 × (11.9 : 8.9 ms)"; bold, with the word short or wrong, where the goal is missed."""
        number = f"{self.measured:,}" if isinstance(self.measured, int) else number_text(self.measured)
        value = f"{number} {self.unit}".rstrip()
        shown = value if self.is_reached else f"**{value}, {'wrong' if self.is_wrong else 'short'}**"
        return f"{shown} ({self.detail})" if self.detail else shown

    @property
    def goal_text(self) -> str:
        """Give "≤ 1.6", "≥ 6", "0", or a dash."""
        if self.goal is None:
            return "–"
        sign = "" if self.is_count else "≥ " if self.is_least else "≤ "
        return f"{sign}{self.goal:g}"


def table(figures: Sequence[Figure]) -> str:
    """Write figures in Markdown, in the order of their first appearance."""
    beside = [figure for figure in figures if figure.rows in SIDE_BY_SIDE]
    others = [figure for figure in figures if figure.rows not in SIDE_BY_SIDE]
    return "\n\n".join(text for text in (_side_by_side(beside), _listed(others)) if text)


def keep(figures: Sequence[Figure], path: Path) -> None:
    """Write figures to a file, for a picture; it keeps what it had of other things and sizes."""
    kept = {(figure.what, figure.rows): figure for figure in (read_json(path) if path.exists() else [])}
    kept |= {(figure.what, figure.rows): figure for figure in figures}
    lines = ",\n".join(json.dumps(asdict(figure), ensure_ascii=False) for figure in kept.values())
    path.write_text(f"[\n{lines}\n]\n", "utf-8")


def read_json(path: Path) -> list[Figure]:
    """Read figures that were kept; raises ValueError or TypeError where it is something else."""
    return [Figure(**fields) for fields in json.loads(path.read_text("utf-8"))]


def _side_by_side(figures: Sequence[Figure]) -> str:
    if not figures:
        return ""
    sizes = sorted({figure.rows for figure in figures})
    by_place = {(figure.what, figure.rows): figure for figure in figures}
    lines = ["| what |" + "".join(f" {size:,} rows | goal |" for size in sizes)]
    lines.append("| --- |" + " ---: | --- |" * len(sizes))
    for what in dict.fromkeys(figure.what for figure in figures):
        cells = [by_place.get((what, size)) for size in sizes]
        lines.append(
            f"| {what} |" + "".join(f" {cell.text} | {cell.goal_text} |" if cell else " | |" for cell in cells)
        )
    return "\n".join(lines)


def _listed(figures: Sequence[Figure]) -> str:
    if not figures:
        return ""
    lines = ["| what | rows | measured | goal |", "| --- | ---: | ---: | --- |"]
    lines += [f"| {figure.what} | {figure.rows:,} | {figure.text} | {figure.goal_text} |" for figure in figures]
    return "\n".join(lines)
