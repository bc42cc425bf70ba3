"""The timer that a TCP socket waits for, in words."""

from __future__ import annotations

from monitor.model.tcp_info import TIMER_KEEPALIVE, TIMER_NONE, TIMER_PROBE, TIMER_RETRANSMIT, TIMER_TIME_WAIT
from monitor.presentation.formats import rtt_text

_TIMERS = {
    TIMER_RETRANSMIT: "sends again",
    TIMER_KEEPALIVE: "probes an idle peer",
    TIMER_TIME_WAIT: "ends",
    TIMER_PROBE: "asks for a window",
}


def left_text(milliseconds: int) -> str:
    """Write how long until a timer fires: "196ms", "4.0s", "41s", "2h"."""
    return rtt_text(milliseconds * 1000.0)


def timer_text(timer: int, tries: int, milliseconds: int) -> str:
    """Say which timer runs: "sends again in 196ms, tried 2 times in a row"."""
    if timer == TIMER_NONE:
        return "none runs"
    named = _TIMERS.get(timer, f"timer {timer}")
    return f"{named} in {left_text(milliseconds)}{tries_text(tries)}"


def tries_text(tries: int) -> str:
    """Say how often a timer has fired in a row, after a comma; nothing where it has not."""
    if not tries:
        return ""
    return f", tried {tries} time{'' if tries == 1 else 's'} in a row"


def syn_text(tries: int, milliseconds: int, limit: int | None = None) -> str:
    """Say how often a SYN was sent again, and what its timer does next: "3 retries, next in 4.0s".

    Args:
        tries: How often.
        milliseconds: Until the timer fires.
        limit: How often this host sends again; None where that is not known, and so whether this time was the last.
    """
    sent = f"{tries} {'retry' if tries == 1 else 'retries'}" if tries else "first try"
    # Beyond the host's limit the program has set its own.
    act = "timer ends" if limit is None else "gives up" if tries == limit else "next"
    return f"{sent}, {act} in {left_text(milliseconds)}"
