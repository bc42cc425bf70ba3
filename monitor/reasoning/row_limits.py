"""What held back the sending of many connections over the last seconds; see limits, which says it of one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.places import find_places
from monitor.model.sample import F64, Counters, Interval
from monitor.model.socket_table import U64, Bools, Rows
from monitor.reasoning.limits import LEAST_S, US

PROGRAM, PEER_WINDOW, SEND_BUFFER, NETWORK = range(4)
"""Who it was, in the order of the fields of Limits: the first axis of what limit_shares() gives."""


def limit_shares(interval: Interval, rows: Rows) -> F64:
    """Give the shares of the time since the oldest sample of the window that knows each row.

    Returns:
        Shape (4, rows): shares from 0 to 1, together 1. NaN where unknown: nothing to compare with, less than LEAST_S
        ago, a counter that fell, a kernel that does not tell, or a connection that is not set up.
    """
    shares = np.full((4, len(rows)), np.nan)
    table = interval.sample.table
    # A row that was read again since the sample has newer counters than the sample's time: so these are the sample's.
    asked = np.flatnonzero(rows < len(table))
    asked = asked[table.knows("send_buffer_us")[rows[asked]] & table.has_idle_time[rows[asked]]]
    now = interval.sample.boot_time
    for counters in _ends(interval.counters, now):
        asked = asked[np.isnan(shares[0, asked])]
        if not len(asked):
            break
        before = _places(counters.cookie, table.cookie, rows[asked])
        places, found = asked[before >= 0], before[before >= 0]
        now_us = [getattr(table, name)[rows[places]] for name in _COLUMNS]
        then_us = [getattr(counters, name)[found] for name in _COLUMNS]
        shares[:, places] = _shares(now_us, then_us, now - counters.boot_time)
    return shares


_COLUMNS = ("busy_us", "peer_window_us", "send_buffer_us")


def _ends(window: tuple[Counters, ...], now: float) -> Iterator[Counters]:
    """Give the oldest counters, and for rows that are younger the newest ones that are old enough."""
    old_enough = [counters for counters in window if now - counters.boot_time >= LEAST_S]
    yield from old_enough[:1]
    yield from old_enough[1:][-1:]


def _places(before: U64, now: U64, rows: Rows) -> Rows:
    """Find rows of one sample in another; most stand where they stood."""
    cookies, places = now[rows], np.full(len(rows), -1)
    within = np.flatnonzero(rows < len(before))
    stood = within[before[rows[within]] == cookies[within]]
    places[stood] = rows[stood]
    moved = np.flatnonzero(places < 0)
    if len(moved):
        places[moved] = find_places(before, cookies[moved])
    return places


def _shares(now_us: list[U64], then_us: list[U64], elapsed_s: float) -> F64:
    fell: Bools = np.logical_or.reduce([now < then for now, then in zip(now_us, then_us, strict=True)])
    busy, window, buffer = ((now - then) / (elapsed_s * US) for now, then in zip(now_us, then_us, strict=True))
    # The kernel counts by the jiffy and the clock does not: shares of the whole all the same.
    busy = np.minimum(busy, 1.0)
    window = np.minimum(window, busy)
    buffer = np.minimum(buffer, busy - window)
    shares = np.stack([1.0 - busy, window, buffer, busy - window - buffer])
    shares[:, fell] = np.nan
    return shares
