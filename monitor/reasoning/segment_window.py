"""SegmentWindow: what each connection sent, and sent again, over the last seconds."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from monitor.model.places import find_places
from monitor.model.sample import F64, Interval
from monitor.model.socket_table import U32, U64, Bools, Rows, SocketTable
from monitor.reasoning.finding_conditions import WINDOW_S

_HALF_RANGE = 1 << 31


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Segments of some rows, an entry each."""

    rows: Rows
    """Of the interval's table."""
    sent: F64
    """Those sent again included."""
    resent: F64
    sent_before: F64
    """Before the window began."""
    resent_before: F64
    over_s: float
    """Length of the window."""


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    boot_time: float
    cookie: U64
    sent: U32
    resent: U32
    is_known: Bools


class SegmentWindow:
    """Keeps the counters of a few moments; the columns are the samples' own, not copies."""

    def __init__(self) -> None:
        self._counted: deque[_Counted] = deque()

    def add(self, interval: Interval) -> None:
        """Take the counters of a sample; two moments are at least half a window apart."""
        now, table = interval.sample.boot_time, interval.sample.table
        counted = self._counted
        while len(counted) > 1 and now - counted[1].boot_time >= WINDOW_S:
            counted.popleft()
        if not counted or now - counted[-1].boot_time >= WINDOW_S / 2:
            counted.append(_Counted(now, table.cookie, table.segs_out, table.total_retrans, _is_told(table)))

    def segments(self, interval: Interval, asked: Bools) -> Segments:
        """Give what some rows of the newest sample sent since the window began; those that are not known are left out.

        Args:
            interval: The newest, which was added.
            asked: An entry for each row of its table.
        """
        start, table = self._counted[0], interval.table
        rows = np.flatnonzero(asked & _is_told(table) & table.is_pair)
        places = find_places(start.cookie, table.cookie[rows])
        # What was opened since has sent all of it since.
        is_new = (places < 0) & (interval.opened_at[rows] > start.boot_time)
        was_told = np.append(start.is_known, False)[places]
        is_counted = is_new | was_told
        rows, places = rows[is_counted], places[is_counted]
        sent_before = np.append(start.sent, np.uint32(0))[places]
        resent_before = np.append(start.resent, np.uint32(0))[places]
        # Unsigned 32-bit counters may wrap; a difference in the upper half is a counter that fell.
        sent, resent = table.segs_out[rows] - sent_before, table.total_retrans[rows] - resent_before
        is_risen = (sent < _HALF_RANGE) & (resent < _HALF_RANGE) & (sent > 0)
        return Segments(
            rows[is_risen],
            sent[is_risen].astype(np.float64),
            resent[is_risen].astype(np.float64),
            sent_before[is_risen].astype(np.float64),
            resent_before[is_risen].astype(np.float64),
            interval.sample.boot_time - start.boot_time,
        )


def _is_told(table: SocketTable) -> Bools:
    told: Bools = table.knows("segs_out") & table.knows("total_retrans")
    return told
