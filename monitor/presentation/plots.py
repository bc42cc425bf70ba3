"""The last two minutes as large plots below each other: rates, and connections by state.

ESTAB           ▁▂▃▄▅▆▇█████████████   902 most
                ████████████████████
           902  ████████████████████   812 least
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.model.series import Series
from monitor.model.tcp import PROTOCOL_TCP, TROUBLE_ORDER, TcpState, state_name
from monitor.presentation.formats import UNKNOWN, count_text, rate_text
from monitor.presentation.sparkline import tall_sparkline
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

if TYPE_CHECKING:
    from monitor.sampling.history import HostHistory, ProcessHistory

SPAN_S = 120.0
_LABEL_WIDTH, _EXTREMES_WIDTH = 20, 16
_MOST_HEIGHT = 5
_ORDER = (
    TcpState.ESTABLISHED,
    *TROUBLE_ORDER,
    TcpState.TIME_WAIT,
    TcpState.LISTEN,
    TcpState.CLOSED,
    TcpState.BOUND_INACTIVE,
)
"""States from top to bottom."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One number over time."""

    name: str
    series: Series
    text: Callable[[float], str]
    """Writes one value of it."""
    role: Role = Role.RATE


def plots_of(history: HostHistory | ProcessHistory) -> list[Plot]:
    """Plot what all sockets did together, or those of one process."""
    return [
        Plot("↓ in", history.receive_rate, _rate),
        Plot("↑ out", history.send_rate, _rate),
        *_states(history.states),
    ]


def plot_lines(plots: Sequence[Plot], width: int, height: int) -> list[TextLine]:
    """Draw plots below each other, as high as all of them fit; where not even lines do, the last are left out.

    Args:
        plots: From top to bottom.
        width: Cells.
        height: Lines that there are.
    """
    if not plots or height <= 0:
        return []
    each, left = divmod(height, len(plots))
    lines: list[TextLine] = []
    for place, plot in enumerate(plots[:height]):
        # The first ones get what is left; a line between them parts plots, where all can have one.
        room = max(1, min(each + (place < left), _MOST_HEIGHT + 1))
        high = room - 1 if each > 1 else 1
        lines += [*_lines(plot, width, high), *[TextLine()] * (room - high)]
    return lines


def _rate(per_second: float) -> str:
    text = rate_text(per_second)
    return text if text in ("0", UNKNOWN) else f"{text}/s"


def _states(states: Mapping[TcpState, Series]) -> list[Plot]:
    """Plot the states in which anything was, established ones always."""
    return [
        Plot(state_name(PROTOCOL_TCP, state), states[state], _count, _role(state))
        for state in _ORDER
        if state in states and (state == TcpState.ESTABLISHED or states[state].highest)
    ]


def _count(number: float) -> str:
    return count_text(round(number))


def _role(state: TcpState) -> Role:
    if state == TcpState.ESTABLISHED:
        return Role.GOOD
    return Role.NOTE if state in TROUBLE_ORDER else Role.DIM


def _lines(plot: Plot, width: int, height: int) -> list[TextLine]:
    cells = max(1, width - _LABEL_WIDTH - _EXTREMES_WIDTH)
    drawn = tall_sparkline(plot.series.resample(cells, SPAN_S), cells, height)
    now = UNKNOWN if plot.series.last is None else plot.text(plot.series.last)
    most, least = plot.series.highest, plot.series.lowest
    at_top = "" if most is None else f"  {plot.text(most)} most"
    at_bottom = "" if least is None else f"  {plot.text(least)} least"
    if height == 1:
        number = Cell(f"{now:>{_LABEL_WIDTH - len(plot.name) - 3}}  ", Role.STRONG)
        labels: list[tuple[Cell, ...]] = [(Cell(f" {plot.name}", Role.HEADING), number)]
        ends = [at_top]
    else:
        name, blank = (Cell(f"{text:<{_LABEL_WIDTH}}", Role.HEADING) for text in (f" {plot.name}", ""))
        number = Cell(f"{now:>{_LABEL_WIDTH - 2}}  ", Role.STRONG)
        labels = [(name,), *[(blank,)] * (height - 2), (number,)]
        ends = [at_top, *[""] * (height - 2), at_bottom]
    return [
        TextLine((*label, Cell(line, plot.role), Cell(end, Role.DIM)))
        for label, line, end in zip(labels, drawn, ends, strict=True)
    ]
