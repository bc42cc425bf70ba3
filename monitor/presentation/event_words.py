"""What happened to a connection, in words; and why something about it, or all of it, cannot be seen."""

from __future__ import annotations

import math
from collections.abc import Mapping

from monitor.model.event_list import Ending, EventKind, EventList, OwnerHint
from monitor.model.transitions import NoTransitions
from monitor.presentation.formats import UNKNOWN, count_text, duration_text, rtt_text
from monitor.presentation.safe_text import safe_text
from monitor.presentation.timer_words import left_text

_KINDS = {EventKind.OPENED: "opened", EventKind.CLOSED: "closed", EventKind.FAILED: "failed"}
_ENDINGS: Mapping[int, tuple[str, str]] = {
    Ending.CLOSED_HERE: ("closed here", "this side sent its FIN first, and the peer acknowledged it"),
    Ending.CLOSED_THERE: ("peer closed", "the peer sent its FIN first"),
    Ending.IN_ORDER: ("closed", "both sides closed; which one first was not seen"),
    Ending.RESET_HERE: ("reset here", "this side's program cut it: it closed with unread data, or asked for a reset"),
    Ending.RESET_THERE: ("reset by peer", "the peer, or something on the way, sent a reset"),
    Ending.BROKEN: ("broken off", "no FIN of this side was acknowledged: a reset of either side, or a silent peer"),
    Ending.TIMED_OUT: ("timed out", "the kernel sent the same again and again, and gave up"),
    Ending.REFUSED: ("refused", "the peer, or something on the way, refused the SYN"),
    Ending.UNANSWERED: ("no answer", "nothing came back until the kernel or the program gave up"),
}
"""By Ending: the word in a table, and the sentence."""
_SHORT_ENDINGS: Mapping[int, str] = {
    Ending.RESET_HERE: "reset",
    Ending.RESET_THERE: "reset",
    Ending.BROKEN: "cut",
    Ending.TIMED_OUT: "lost",
}
"""By Ending: where there is room for one word; the others ended in order, or nobody knows how."""
_GOOD_ENDINGS = frozenset({Ending.UNKNOWN, Ending.CLOSED_HERE, Ending.CLOSED_THERE, Ending.IN_ORDER})

_NO_TRANSITIONS = {
    NoTransitions.NOT_MOUNTED: "no tracefs is mounted, and this program mounts nothing",
    NoTransitions.NOT_ROOT: "tracefs is open to root only",
    NoTransitions.FORBIDDEN: "root may not read tracefs here: the kernel is locked down, or a sandbox forbids it",
    NoTransitions.NO_EVENT: "this kernel has no event for changes of state, which came with Linux 4.16",
    NoTransitions.ELSEWHERE: "this is a namespace of its own, with other pids or times than the kernel's events",
    NoTransitions.UNREADABLE: "the kernel describes its event in a way that this program does not understand",
    NoTransitions.REFUSED: "the kernel refuses for want of memory, descriptors or instances",
}
_OWNER_HINTS = {
    OwnerHint.SAMPLE: "a sample saw it hold the socket",
    OwnerHint.ACTION: "it was seen to open or to close the socket",
    OwnerHint.LISTENER: "it holds the listener that took the connection; another process may have accepted it",
}


def happening_text(kind: int, ending: int) -> str:
    """Say in one or two words what happened: "opened", "reset by peer"."""
    return _ENDINGS[ending][0] if ending in _ENDINGS else _KINDS[EventKind(kind)]


def short_ending_text(ending: int, at: float, opened_at: float, open_since: float) -> str:
    """Say in 10 cells how a connection ended and how long it was open: "reset 14m", "ended <1s", "ended ≥2h"."""
    word = _SHORT_ENDINGS.get(ending, "ended")
    is_seen = not math.isnan(opened_at)
    lived = at - (opened_at if is_seen else open_since)
    if math.isnan(lived):
        return word
    return f"{word} <1s" if lived < 1 else f"{word} {'' if is_seen else '≥'}{duration_text(lived)}"


def is_bad_ending(ending: int) -> bool:
    """Whether somebody did not want it to end so."""
    return ending not in _GOOD_ENDINGS


def happening_reason(kind: int, ending: int) -> str:
    """Say what is known of how it came about."""
    if kind == EventKind.OPENED:
        return "the handshake is finished"
    return _ENDINGS[ending][1] if ending in _ENDINGS else "how it ended was not seen"


def lifetime_text(at: float, opened_at: float, *, open_since: float) -> str:
    """Write how long a connection was open, in at most 5 cells: "23ms", "14m", "≥2h"; a dash where nobody knows.

    Args:
        at: When it closed.
        opened_at: When it was opened; NaN where that was not seen.
        open_since: From when on it is certain to have been open; NaN likewise.
    """
    if not math.isnan(opened_at):
        return rtt_text((at - opened_at) * 1e6)
    text = rtt_text((at - open_since) * 1e6)
    return text if text == UNKNOWN else f"≥{text}"


def owner_text(hint: int, *, is_short: bool, has_openings: bool) -> str:
    """Say from where the process of an event is known, or why none is.

    Args:
        hint: An OwnerHint.
        is_short: Whether no sample saw the socket.
        has_openings: Whether openings are seen at once.
    """
    if hint in _OWNER_HINTS:
        return _OWNER_HINTS[OwnerHint(hint)]
    if not is_short:
        return "no process was seen to hold it: hidden from this user, or the kernel's own"
    if has_openings:
        return "shorter than a sample, and who opened or closed it had ended before it could be read"
    return "shorter than a sample: only root, with tracefs, sees who opened it"


def missing_words(events: EventList) -> list[str]:
    """Say in a few words each what of the events was not seen, the worst first."""
    words = []
    if events.no_closes is not None:
        words.append(f"no closes: {safe_text(events.no_closes)}")
    if events.lost_closes:
        words.append(f"{count_text(events.lost_closes)} closes missed")
    if events.unheard_s:
        words.append(f"{_seconds(events.unheard_s)} not heard")
    if events.lost_transitions:
        words.append(f"{count_text(events.lost_transitions)} transitions missed")
    if events.nameless_closes:
        words.append(f"{count_text(events.nameless_closes)} closes without a pair")
    if events.no_transitions is not None:
        words.append("openings by samples")
    return words


def missing_sentence(events: EventList) -> str:
    """Say what of the events cannot be seen, was not heard or is not listed, and why; empty where all is."""
    parts = [] if events.no_closes is None else [f"closes cannot be seen: {safe_text(events.no_closes)}"]
    if events.unheard_s:
        parts.append(f"{_seconds(events.unheard_s)} not heard: the collector had ended, and another was started")
    if events.nameless_closes:
        sockets = "socket" if events.nameless_closes == 1 else "sockets"
        parts.append(
            f"{count_text(events.nameless_closes)} short-lived TCP {sockets} closed without a pair and not listed: cut "
            "by their own programs, or never connected"
        )
    if events.no_transitions is not None:
        parts.append(f"openings are seen by samples only: {_NO_TRANSITIONS[events.no_transitions]}")
    return "; ".join(parts)


def _seconds(seconds: float) -> str:
    return left_text(round(seconds * 1_000))
