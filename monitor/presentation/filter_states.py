"""States of the filter line: by the names of ss(8) and RFC 9293, and the sets of them that ss has a word for."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.errors import InputError
from monitor.model.tcp import PROTOCOL_TCP, TcpState, state_name
from monitor.presentation.filter_tree import Everything, Filter, Not, StateIn, StateIs
from monitor.presentation.nearest_names import nearest
from monitor.presentation.safe_text import safe_text

ALL_STATES = frozenset({*(state_name(PROTOCOL_TCP, state) for state in TcpState), "UNCONN"})
"""As ss spells them."""
STATES = {
    **{name.lower(): name for name in sorted(ALL_STATES)},
    "established": "ESTAB",
    "listening": "LISTEN",
    "syn-received": "SYN-RECV",
    "syn-rcv": "SYN-RECV",
    "unconnected": "UNCONN",
}
"""What each word means that names one state."""
_WAITING = frozenset({"LISTEN", "BOUND", "UNCONN"})
_MINISOCKETS = frozenset({"SYN-RECV", "TIME-WAIT"})
STATE_SETS = {
    "all": ALL_STATES,
    "connected": ALL_STATES - _WAITING,
    "synchronized": ALL_STATES - _WAITING - {"SYN-SENT"},
    "bucket": _MINISOCKETS,
    "big": ALL_STATES - _MINISOCKETS,
    "closed": frozenset({"BOUND", "UNCONN"}),
    "close": frozenset({"BOUND", "UNCONN"}),
}
"""As ss has them (scan_state of misc/ss.c). Closed is what it shows of sockets that neither listen nor connect."""


def read_states(text: str) -> frozenset[str]:
    """Read states and sets of them, parted by commas.

    Raises:
        InputError: one is neither.
    """
    return frozenset().union(*(_read_one(word.lower()) for word in text.split(",")))


def states_filter(names: Iterable[str]) -> Filter:
    """Ask for rows in one of some states."""
    chosen = frozenset(names)
    if not chosen:
        return Not(Everything())
    if chosen == ALL_STATES:
        return Everything()
    return StateIs(next(iter(chosen))) if len(chosen) == 1 else StateIn(chosen)


def states_text(names: frozenset[str]) -> str:
    """Write states so that read_states() reads them: by the word for all of them where there is one."""
    whole = next((word for word, states in STATE_SETS.items() if states == names), None)
    return whole or ",".join(sorted(name.lower() for name in names))


def _read_one(word: str) -> frozenset[str]:
    if word in STATE_SETS:
        return STATE_SETS[word]
    if word not in STATES:
        raise InputError(f'no state is called "{safe_text(word, 60)}"; {nearest(word, (*STATES, *STATE_SETS))}')
    return frozenset({STATES[word]})
