"""Numbers as a few cells of text: two or three digits and a unit, "0" for zero, "–" for what is not known.

Units are decimal (1K is 1,000), as rates are quoted. None, NaN, infinities and negative numbers are not known.
"""

from __future__ import annotations

import math
import time

UNKNOWN = "–"
"""Not known, which is never the same as zero."""

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3_600, 86_400, 31_557_600
_UNITS = {"y": _YEAR, "d": _DAY, "h": _HOUR, "m": _MINUTE, "s": 1}
_ROUNDS_TO_THOUSAND = 999.5
_ROUNDS_TO_HUNDRED = 99.5
_ROUNDS_TO_TEN = 9.95
_ROUNDS_TO_ONE = 0.95
_ROUNDS_TO_NOTHING = 0.05
_LAST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z."""
_BLOCKS = "▁▂▃▄▅▆▇█"


def bytes_text(value: float | None) -> str:
    """Write an amount of bytes in at most 5 cells: "0", "930", "1.4M", "41M", "380G"."""
    return _with_prefix(value)


def rate_text(value: float | None) -> str:
    """Write bytes per second likewise; the column says "/s"."""
    return _with_prefix(value)


def count_text(value: int | None) -> str:
    """Write a whole number with thousands commas."""
    return UNKNOWN if value is None else f"{value:,}"


def fill_text(used: int, limit: int | None) -> str:
    """Write how full a queue is, against its limit: "3/128"."""
    return f"{used}/{UNKNOWN if limit is None else limit}"


def duration_text(seconds: float | None) -> str:
    """Write how long, in at most 4 cells, as the largest unit that has passed in full: "0s", "14m", "2h", "3d"."""
    if seconds is None or not _is_amount(seconds):
        return UNKNOWN
    if seconds < _MINUTE:
        return f"{int(seconds)}s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)}m"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)}h"
    if seconds < 1_000 * _DAY:
        return f"{int(seconds // _DAY)}d"
    return f"{int(seconds // _YEAR)}y" if seconds < 1_000 * _YEAR else "≥1ky"


def long_duration_text(seconds: float | None) -> str:
    """Write how long in the two largest units: "41s", "14m 5s", "3d 4h", "2y 17d"."""
    if seconds is None or not _is_amount(seconds):
        return UNKNOWN
    rest = int(seconds)
    parts: list[str] = []
    for unit, length in _UNITS.items():
        count, rest = divmod(rest, length)
        if count or (parts and len(parts) < 2):  # noqa: PLR2004 - two units
            parts.append(f"{count}{unit}" if count else "")
    return " ".join(part for part in parts[:2] if part) or "0s"


def rtt_text(microseconds: float | None) -> str:
    """Write a round trip time in at most 5 cells: "35µs", "0.4ms", "23ms", "1.2s", "2m"."""
    if microseconds is None or not _is_amount(microseconds):
        return UNKNOWN
    if microseconds == 0:
        return "0"
    if microseconds < _ROUNDS_TO_HUNDRED:
        return f"{max(round(microseconds), 1)}µs"
    milliseconds = microseconds / 1_000
    if milliseconds < _ROUNDS_TO_THOUSAND:
        return f"{_two_digits(milliseconds)}ms"
    seconds = milliseconds / 1_000
    return f"{_two_digits(seconds)}s" if seconds < _MINUTE else duration_text(seconds)


def share_text(share: float | None) -> str:
    """Write a share of 1 as per cent in at most 4 cells: "0", "<0.1", "2.3", "71"; "100" only for the whole."""
    if share is None or not _is_amount(share):
        return UNKNOWN
    if share == 0:
        return "0"
    percent = share * 100
    if percent < _ROUNDS_TO_NOTHING:
        return "<0.1"
    if share < 1:
        return _two_digits(min(percent, 99.0))
    return str(round(percent)) if percent < _ROUNDS_TO_THOUSAND else ">999"


def clock_text(unix: float) -> str:
    """Write the time of day of a Unix time: "03:12:41Z"."""
    return _utc("%H:%M:%SZ", unix)


def moment_text(unix: float) -> str:
    """Write the time of day in UTC to a tenth of a second: "03:12:41.3"."""
    tenths = math.floor(unix * 10) if math.isfinite(unix) else -1
    clock = _utc("%H:%M:%S", tenths // 10)
    return clock if clock == UNKNOWN else f"{clock}.{tenths % 10}"


def when_text(unix: float) -> str:
    """Write a Unix time as RFC 3339 does: "2026-11-23T03:12:41Z"."""
    return _utc("%Y-%m-%dT%H:%M:%SZ", unix)


def precise_when_text(unix: float) -> str:
    """Write it to a thousandth of a second: "2026-11-23T03:12:41.250Z"."""
    thousandths = math.floor(unix * 1_000) if math.isfinite(unix) else -1
    when = when_text(thousandths // 1_000)
    return when if when == UNKNOWN else f"{when.removesuffix('Z')}.{thousandths % 1_000:03}Z"


def gauge(used: int, limit: int, width: int) -> tuple[str, str]:
    """Draw a fill along the line, in steps of half a cell, and the room that is left: "██▌", "·······".

    Anything shows, and only the limit fills all of it.
    """
    halves = min(max(used, 0) * width * 2 // max(limit, 1), width * 2)
    halves = max(halves, 1) if used > 0 else 0
    filled = "█" * (halves // 2) + "▌" * (halves % 2)
    return filled, "·" * (width - len(filled))


def bar(used: int, limit: int | None) -> str:
    """Draw a fill as one cell: " " for nothing or no known limit, "▁" to "▇" below it, "█" only at or above it."""
    if limit is None or used <= 0:
        return " "
    if used >= limit:
        return _BLOCKS[-1]
    return _BLOCKS[used * (len(_BLOCKS) - 1) // limit]


def _is_amount(value: float) -> bool:
    return math.isfinite(value) and value >= 0


def _with_prefix(value: float | None) -> str:
    if value is None or not _is_amount(value):
        return UNKNOWN
    if value == 0:
        return "0"
    if value < _ROUNDS_TO_NOTHING:
        return "<0.1"
    if value < _ROUNDS_TO_THOUSAND:
        return f"{value:.1f}" if value < _ROUNDS_TO_ONE else str(round(value))
    for unit in "KMGTPE":
        value /= 1_000
        if value < _ROUNDS_TO_THOUSAND:
            return _two_digits(value) + unit
    return "≥999E"


def _two_digits(value: float) -> str:
    """Write one decimal below ten, none above."""
    return f"{value:.1f}" if value < _ROUNDS_TO_TEN else str(round(value))


def _utc(form: str, unix: float) -> str:
    if not 0 <= unix <= _LAST_SECOND:
        return UNKNOWN
    return time.strftime(form, time.gmtime(unix))
