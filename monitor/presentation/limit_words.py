"""Who holds the sending of a connection back, as shares of its time: lately, and since it was opened."""

from __future__ import annotations

from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.formats import UNKNOWN, share_text
from monitor.presentation.linked_line import LineMaker, LinkedLine
from monitor.presentation.timer_words import left_text
from monitor.presentation.view import Cell, Role
from monitor.reasoning.limits import Limits, limits_over, limits_since_opened

_LATELY_S = 5.0
"""As rates are averaged."""


def limit_lines(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    """Give the shares of the last seconds, once there are two readings, and those since the opening."""
    lately = None if reading.history is None else limits_over(reading.history.busy, _LATELY_S)
    if lately is None:
        return [_since_opened(reading, maker, "limited by")]
    shares = [("our program", lately.program), *_shares(lately)]
    return [
        _line(maker, "limited by", shares, f"of the last {seconds_text(lately.seconds)}"),
        _since_opened(reading, maker, "ever"),
    ]


def _since_opened(reading: ConnectionReading, maker: LineMaker, label: str) -> LinkedLine:
    busy = reading.info.busy_us
    if busy is None:
        return maker.words("limited", label, Cell(UNKNOWN, Role.DIM), [reading.why_unknown])
    limits = limits_since_opened(reading.info)
    if limits is None:
        return maker.words("limited", label, Cell("nothing"), ["our program has not kept it busy sending"])
    during = f"of the {seconds_text(limits.seconds)} in which it had something to send"
    return _line(maker, label, _shares(limits), during)


def _shares(limits: Limits) -> list[tuple[str, float]]:
    return [("peer's window", limits.peer_window), ("network", limits.network), ("send buffer", limits.send_buffer)]


def _line(maker: LineMaker, label: str, shares: list[tuple[str, float]], during: str) -> LinkedLine:
    first, *others = (f"{name} {share_text(share)} %" for name, share in sorted(shares, key=lambda named: -named[1]))
    return maker.words("limited", label, Cell(first, Role.STRONG), [*others, during])


def seconds_text(seconds: float) -> str:
    """Write a time that may be shorter than a second: "650ms", "5.0s", "2m"."""
    return left_text(round(seconds * 1_000))
