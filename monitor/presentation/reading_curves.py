"""The curves beside the numbers of a connection's screen: a cell for four seconds."""

from __future__ import annotations

from monitor.model.series import Series
from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.linked_line import LineMaker
from monitor.presentation.sparkline import sparkline

_WIDE = 100
"""From this width on the curves show two minutes."""


def span_text(maker: LineMaker) -> str:
    """Say how much time a curve shows."""
    return "2 min" if maker.width >= _WIDE else "1 min"


def curve(reading: ConnectionReading, maker: LineMaker, name: str) -> str:
    """Draw one series of RowHistory by its name; nothing where nobody kept any."""
    if reading.history is None:
        return ""
    series: Series = getattr(reading.history, name)
    width, seconds = (30, 120.0) if maker.width >= _WIDE else (15, 60.0)
    return sparkline(series.resample(width, seconds), width)
