"""Rates: counters over elapsed time. Unknown stays unknown."""

from __future__ import annotations

import numpy as np

from monitor.model.places import find_places
from monitor.model.sample import F32, Counters, Sample
from monitor.model.socket_table import U32, U64, Bools, SocketTable

WINDOW_S = 5.0
"""Rates are averages over this time."""
_SPACING_S = 0.8
"""Closer samples share one entry in the window."""
_SLEEP_S = 1.0
"""The two clocks are read one after the other: less may be a delay between."""


def counters_of(sample: Sample) -> Counters:
    """Keep what rates and limits need of a sample, without holding on to the rest of it."""
    table = sample.table
    is_known = table.knows("bytes_received") & table.knows("bytes_acked")
    return Counters(
        boot_time=sample.boot_time,
        cookie=table.cookie,
        bytes_received=table.bytes_received,
        bytes_acked=table.bytes_acked,
        is_known=is_known,
        busy_us=table.busy_us,
        peer_window_us=table.peer_window_us,
        send_buffer_us=table.send_buffer_us,
        asleep_s=sample.asleep_s,
    )


def slept_between(before: float, after: float) -> float:
    """Give the seconds of sleep between two readings of Sample.asleep_s; 0 where they differ by a delay alone."""
    slept = after - before
    return slept if slept >= _SLEEP_S else 0.0


def since_sleep(window: tuple[Counters, ...], asleep_s: float) -> tuple[Counters, ...]:
    """Leave out what was read before the machine slept: over a sleep every rate would come out too low."""
    return tuple(counters for counters in window if not slept_between(counters.asleep_s, asleep_s))


def extend_window(window: tuple[Counters, ...], sample: Sample) -> tuple[Counters, ...]:
    """Add a sample to the window and drop what is older than the window, but for one entry to start from."""
    kept = _within(window, sample.boot_time)
    if len(kept) > 1 and sample.boot_time - kept[-1].boot_time < _SPACING_S:
        return kept
    return (*kept, counters_of(sample))


def _within(window: tuple[Counters, ...], now: float) -> tuple[Counters, ...]:
    """Leave out what is older than the window, but for the youngest of it: rates start there."""
    start = 0
    while start + 1 < len(window) and now - window[start + 1].boot_time >= WINDOW_S:
        start += 1
    return window[start:]


def rates(window: tuple[Counters, ...], now: float, table: SocketTable) -> tuple[F32, F32]:
    """Give received and acknowledged bytes per second for each row, NaN where unknown.

    A row is compared with the oldest entry of the window that knows it: the first for most, the last for a young one.
    A counter that fell, or a time that did not pass, gives no rate.
    """
    receive = np.full(len(table), np.nan, np.float32)
    send = np.full(len(table), np.nan, np.float32)
    window = _within(window, now)
    is_open = table.knows("bytes_received") & table.knows("bytes_acked") & table.is_pair
    for counters in (window[0], window[-1]) if len(window) > 1 else window:
        elapsed = now - counters.boot_time
        if elapsed <= 0 or not is_open.any():
            continue
        is_known, received, acked = _before(counters, table)
        is_known &= is_open
        np.copyto(receive, _per_second(table.bytes_received, received, elapsed), where=is_known)
        np.copyto(send, _per_second(table.bytes_acked, acked, elapsed), where=is_known)
        is_open &= ~is_known
    return receive, send


def retransmitted(now: SocketTable, before: U32, was_known: Bools) -> Bools:
    """Tell which rows have retransmitted more than before.

    Args:
        now: The rows.
        before: Of each its total_retrans at an earlier time.
        was_known: Whether the kernel told it then.
    """
    # Unsigned 32-bit counters may wrap; a difference in the upper half is a counter that fell.
    grown = now.total_retrans - before
    more: Bools = (grown > 0) & (grown < 1 << 31) & was_known & now.knows("total_retrans")
    return more


def _before(counters: Counters, table: SocketTable) -> tuple[Bools, U64, U64]:
    """Give for each row whether its counters were known then, and what had been received and acknowledged."""
    received, acked = counters.bytes_received, counters.bytes_acked
    if np.array_equal(counters.cookie, table.cookie):
        return counters.is_known.copy(), received, acked
    if not len(counters.cookie):
        return np.zeros(len(table), np.bool_), table.bytes_received, table.bytes_acked
    places = find_places(counters.cookie, table.cookie)
    is_known: Bools = (places >= 0) & counters.is_known[places]
    return is_known, received[places], acked[places]


def _per_second(now: U64, before: U64, elapsed: float) -> F32:
    if now is before:
        return np.zeros(len(now), np.float32)
    fell: Bools = now < before
    rate: F32 = ((now - before) / elapsed).astype(np.float32)
    rate[fell] = np.nan
    return rate
