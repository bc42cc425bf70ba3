"""What held the sending of a connection back over a time: TCP's chronographs, read twice.

The kernel adds up in steps of a jiffy, some milliseconds, whether there was something to send, and whether the peer's
window or the own send buffer was the reason that it did not leave (tcp_chrono_start, net/ipv4/tcp.c).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from monitor.model.tcp_info import SocketDetails, TcpInfo

LEAST_S = 0.5
"""Over less the kernel's steps would show."""
US = 1_000_000
"""Microseconds of a second."""


class BusyTimes(NamedTuple):
    """How long a connection was busy since its opening, at one moment."""

    at: float
    """CLOCK_MONOTONIC in seconds."""
    busy_us: int
    """With something to send, or unacknowledged."""
    peer_window_us: int
    """Part of it in which the peer's window was full."""
    send_buffer_us: int
    """Part of it in which the own send buffer was too small."""

    @classmethod
    def of(cls, details: SocketDetails) -> BusyTimes | None:
        """Take them from the kernel's answer; None where it does not tell them."""
        info, at = details.info, details.read_at
        if at is None or info is None or info.busy_us is None:
            return None
        return cls(at, info.busy_us, info.receive_window_limited_us or 0, info.send_buffer_limited_us or 0)


@dataclass(frozen=True, slots=True)
class Limits:
    """Who held the sending back, as shares of a time, 0 to 1; together 1."""

    seconds: float
    """The time that they are shares of."""
    program: float
    """It had nothing to send."""
    peer_window: float
    """The peer's window was full: its program did not read."""
    send_buffer: float
    """The own send buffer was too small."""
    network: float
    """The rest: the path, and what congestion control lets be on the way."""


def limits_over(readings: Sequence[BusyTimes], seconds: float) -> Limits | None:
    """Say what held a connection back until its newest reading.

    Args:
        readings: Oldest first.
        seconds: Over this long, or one pause between readings where that is longer, or as long as is known; None
            where that is less than LEAST_S, or a counter fell.
    """
    if not readings:
        return None
    last = readings[-1]
    start = max((place for place, reading in enumerate(readings) if last.at - reading.at >= seconds), default=0)
    first = readings[start]
    elapsed = last.at - first.at
    if elapsed < LEAST_S or any(_fell(one, two) for one, two in pairwise(readings[start:])):
        return None
    busy = min((last.busy_us - first.busy_us) / (elapsed * US), 1.0)
    window = min((last.peer_window_us - first.peer_window_us) / (elapsed * US), busy)
    buffer = min((last.send_buffer_us - first.send_buffer_us) / (elapsed * US), busy - window)
    return Limits(elapsed, 1.0 - busy, window, buffer, busy - window - buffer)


def limits_since_opened(info: TcpInfo) -> Limits | None:
    """Say what held a connection back while it had something to send, ever; None where that is not known or was never.

    How long it has been open is not known: so nothing is said of the program's share.
    """
    busy = info.busy_us
    if not busy:
        return None
    window = min((info.receive_window_limited_us or 0) / busy, 1.0)
    buffer = min((info.send_buffer_limited_us or 0) / busy, 1.0 - window)
    return Limits(busy / US, 0.0, window, buffer, 1.0 - window - buffer)


def _fell(before: BusyTimes, after: BusyTimes) -> bool:
    return any(later < earlier for earlier, later in zip(before, after, strict=True))
