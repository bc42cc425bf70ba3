"""What a service endpoint did in the last two minutes, in lines above where it can be reached.

conns    ▁▁▂▂▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃ 398 to 412
queue    ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▇███ 0 to 6
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from monitor.model.series import Series
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.formats import bytes_text, count_text
from monitor.presentation.sparkline import sparkline
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role

if TYPE_CHECKING:
    from monitor.sampling.history import ListenerHistory

_LABEL_WIDTH = 9
_CELLS, _SPAN_S = 20, 120.0
_LEAST = 2
"""Readings below which there is nothing to draw."""


def history_lines(history: ListenerHistory, protocol: int) -> list[TextLine]:
    """Draw the connections and the accept queue of a listener, or the bytes that wait at a UDP socket."""
    if protocol != PROTOCOL_TCP:
        return _lines("waiting", history.queue, bytes_text)
    return [
        *_lines("conns", history.connections, lambda number: count_text(round(number))),
        *_lines("queue", history.queue, lambda number: count_text(round(number))),
    ]


def _lines(label: str, series: Series, text: Callable[[float], str]) -> list[TextLine]:
    lowest, highest = series.lowest, series.highest
    if lowest is None or highest is None or len(series.known) < _LEAST:
        return []
    said = text(lowest) if lowest == highest else f"{text(lowest)} to {text(highest)}"
    curve = sparkline(series.resample(_CELLS, _SPAN_S), _CELLS)
    name = Cell(f"{label:<{_LABEL_WIDTH}}", Role.HEADING)
    return [TextLine((name, Cell(curve, Role.RATE), Cell(f" {said}")))]
