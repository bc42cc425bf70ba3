"""Findings about connect() without an answer: filtered, or nobody there; a refusal would have come back at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from monitor.model.finding import Certainty, FindingKind, Grade, Holder, PeerSubject, Side
from monitor.model.finding_numbers import ConnectingNumbers
from monitor.model.places import distinct, find_places
from monitor.model.socket_table import Bools, Rows
from monitor.model.tcp import TcpState
from monitor.reasoning.finding_conditions import SYN_ATTEMPTS, SYN_REMEMBERED_S, SYN_TRIES, SYN_UNTIL_S
from monitor.reasoning.finding_look import Holding, Look
from monitor.reasoning.finding_peers import by_peer, stays_on_host

_MOST_ATTEMPTS = 1024
"""Remembered at a time."""
_NO_ROWS: Rows = np.zeros(0, np.intp)

_Key = PeerSubject | Holder


class UnansweredSyns:
    """Remembers the attempts of the last minutes, by whose they were and at what."""

    def __init__(self) -> None:
        self._attempts: dict[_Key, dict[int, float]] = {}
        """By cookie when each was last seen to wait."""
        self._last: dict[_Key, Holding] = {}

    def holdings(self, look: Look) -> Iterator[Holding]:
        """Find remote endpoints that a program tries in vain; those that it tried once only are a note."""
        table = look.table
        rows = np.flatnonzero(look.tcp_state == TcpState.SYN_SENT)
        rows = rows[table.timer_tries[rows] >= SYN_TRIES]
        if not len(rows) and not self._attempts:
            return
        rows = rows[~_waits_for_queue(look, rows)]
        parts = {subject: rows[places] for subject, places in by_peer(look, rows, has_port=True)}
        self._remember(look, parts)
        recent = {key for key, tried in self._attempts.items() if look.now - max(tried.values()) < SYN_UNTIL_S}
        now = {key: self._holding(look, key, part) for key, part in parts.items()}
        kept = [(key, old) for key, old in self._last.items() if key in recent]
        self._last = {key: now.get(key) or self._without_rows(key, old) for key, old in kept} | now
        yield from self._last.values()

    def _remember(self, look: Look, parts: dict[_Key, Rows]) -> None:
        now, cookie = look.now, look.table.cookie
        seen = {key: dict.fromkeys(cookie[rows[:_MOST_ATTEMPTS]].tolist(), now) for key, rows in parts.items()}
        answered = _answered(look, {one for tried in self._attempts.values() for one in tried})
        attempts = {}
        for key, tried in self._attempts.items():
            open_ones = {one: at for one, at in tried.items() if now - at < SYN_REMEMBERED_S and one not in answered}
            attempts[key] = open_ones | seen.pop(key, {})
        self._attempts = _newest(attempts | seen)

    def _without_rows(self, key: _Key, old: Holding) -> Holding:
        """Say of attempts that were all given up that none waits any more."""
        if isinstance(old.numbers, ConnectingNumbers):
            old = replace(old, numbers=replace(old.numbers, waiting=0, attempts=len(self._attempts[key])))
        return replace(old, rows=_NO_ROWS)

    def _holding(self, look: Look, key: _Key, rows: Rows) -> Holding:
        table = look.table
        attempts = max(len(self._attempts.get(key, ())), len(rows))
        columns = table.remote_high[rows], table.remote_low[rows], table.remote_port[rows]
        waiting = Counter(zip(*(column.tolist() for column in columns), strict=True))
        # A program that tries many endpoints has one key for all: then each of them counts for itself.
        is_tried_again = len(waiting) == 1 and attempts >= SYN_ATTEMPTS
        is_tried_again |= max(waiting.values()) >= SYN_ATTEMPTS
        return Holding(
            kind=FindingKind.SYN_UNANSWERED,
            subject=key,
            grade=Grade.TROUBLE if is_tried_again else Grade.NOTE,
            side=Side.PEER_OR_PATH,
            certainty=Certainty.CERTAIN,
            numbers=ConnectingNumbers(
                waiting=len(rows),
                attempts=attempts,
                remotes=len(waiting),
                most_tries=int(table.timer_tries[rows].max()),
                over_s=SYN_REMEMBERED_S,
            ),
            rows=rows,
            for_s=0.0,
        )


def _waits_for_queue(look: Look, rows: Rows) -> Bools:
    """Tell which go to a listener of this host, whose full accept queue is a finding of its own."""
    table = look.table
    listening = distinct(table.local_port[look.tcp_state == TcpState.LISTEN])
    found: Bools = stays_on_host(table, rows) & np.isin(table.remote_port[rows], listening)
    return found


def _newest(attempts: dict[_Key, dict[int, float]]) -> dict[_Key, dict[int, float]]:
    """Leave out the oldest where there are too many, and whoever has none left."""
    excess = sum(map(len, attempts.values())) - _MOST_ATTEMPTS
    if excess > 0:
        every = list(attempts.values())
        ages = sorted((at, place, one) for place, tried in enumerate(every) for one, at in tried.items())
        for _, place, one in ages[:excess]:
            del every[place][one]
    return {key: tried for key, tried in attempts.items() if tried}


def _answered(look: Look, cookies: set[int]) -> set[int]:
    """Give the sockets of some attempts that are past SYN-SENT now."""
    if not cookies:
        return set()
    asked = np.array(sorted(cookies), np.uint64)
    rows = np.flatnonzero(find_places(asked, look.table.cookie) >= 0)
    state = look.tcp_state[rows]
    answered: set[int] = set(look.table.cookie[rows[(state != TcpState.SYN_SENT) & (state != 0)]].tolist())
    return answered
