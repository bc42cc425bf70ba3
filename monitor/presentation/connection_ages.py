"""For how long connections have been open: exactly where the opening was seen, else at least.

The kernel keeps no birth time. What it counts from the opening is the time without data where none has passed, and
the time in which there was something to send: a connection is no younger than either, nor than the samples it is in.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Bools, Rows
from monitor.model.tcp import TcpState
from monitor.presentation.formats import duration_text
from monitor.presentation.known_cells import known_cell
from monitor.presentation.row_text import RowTexts
from monitor.presentation.view import Cell

_US = 1_000_000
_LEAST_S = 1.0
"""That a connection is at least 0 s old tells nothing."""


class Ages(NamedTuple):
    """An entry for each row."""

    seconds: F64
    """NaN where nothing tells."""
    is_exact: Bools
    """Whether the opening was seen; else it is at least so long ago."""


def connection_ages(interval: Interval, rows: Rows | slice) -> Ages:
    """Tell for how long some rows have been open, or were until they closed."""
    table, now = interval.table, interval.sample.boot_time
    until = np.fmin(interval.closed_at[rows], now)
    seen = until - interval.opened_at[rows]
    np.maximum(seen, 0.0, out=seen)
    # Each step in place: for very many rows, room for another array costs more than what is worked out.
    seconds = np.maximum(table.last_data_sent_ms[rows], table.last_data_recv_ms[rows]) / 1_000
    busy_s = table.busy_us[rows] / _US
    np.maximum(seconds, busy_s, out=seconds, where=table.knows("busy_us")[rows])
    np.maximum(seconds, until - _first_seen(interval), out=seconds)
    is_told = table.has_idle_time[rows] & (table.state[rows] != TcpState.TIME_WAIT) & (seconds >= _LEAST_S)
    is_exact = ~np.isnan(seen)
    seconds[~is_told] = np.nan
    np.copyto(seconds, seen, where=is_exact)
    return Ages(seconds, is_exact)


def age_text(seconds: float, *, is_exact: bool) -> str:
    """Write an age in at most 5 cells: "14m", "≥2h"; a dash for NaN."""
    text = duration_text(seconds)
    return text if is_exact or np.isnan(seconds) else f"≥{text}"


def age_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the ages of some rows."""
    ages = connection_ages(texts.interval, rows)
    columns = zip(ages.seconds.tolist(), ages.is_exact.tolist(), strict=True)
    return [known_cell(age_text(seconds, is_exact=is_exact)) for seconds, is_exact in columns]


def _first_seen(interval: Interval) -> float:
    """Give the CLOCK_BOOTTIME of the earliest sample that is still known: older rows were there then."""
    return min((counters.boot_time for counters in interval.counters), default=interval.sample.boot_time)
