"""Lives: transitions put together, one entry for each life of a socket that was seen to begin or to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.model.event_list import Ending
from monitor.model.sample import F64
from monitor.model.socket_table import U64, Bools, Rows
from monitor.model.tcp import TcpState
from monitor.model.transitions import Actor
from monitor.model.ways import Records
from monitor.reasoning.columns import group_rows

REFUSED_WITHIN_S = 1.0
"""A SYN that failed before it was sent again was refused, or nobody waited for it (TCP_TIMEOUT_INIT)."""

_PAIR = ("local_port", "remote_port", "local_low", "remote_low", "local_high", "remote_high")
Pairs = tuple[U64, U64, U64, U64, U64]
"""Columns that name pairs of endpoints, as pairs_of() gives them."""
_LOOPBACK = 0xFFFF_7F00_0000
"""127.0.0.0 in mapped form."""
_MOMENT_BITS = 40
"""For microseconds: twelve days."""


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """Columns with an entry per life, in the order of their first transition."""

    pairs: Pairs
    """Both endpoints, as far as the last transition told them."""
    first: Rows
    """Number of the first record of each."""
    last: Rows
    """Number of the last record of each."""
    member: Rows
    """For each record the life that it is part of."""
    began_at: F64
    """CLOCK_BOOTTIME in seconds of the first transition that was seen."""
    opened_at: F64
    """When the handshake was finished; NaN where that was not seen."""
    ended_at: F64
    """When it began to end; NaN where that was not seen."""
    dialled: Bools
    """Seen to begin with a SYN of its own."""
    accepted: Bools
    """Seen to begin as the answer to a SYN."""
    thread: npt.NDArray[np.int32]
    """Who opened it, else who closed it; 0 for nobody that was seen."""
    ending: npt.NDArray[np.uint8]
    """An Ending; UNKNOWN while it lives."""
    broke_after_fin: Bools
    """Closed without a FIN of its own when the peer's had come."""

    def __len__(self) -> int:
        return len(self.first)

    def find(self, pairs: Pairs, times: F64) -> Rows:
        """Find for each pair the last life that had begun at that time; -1 for none."""
        if not len(self) or not len(times):
            return np.full(len(times), -1)
        both = tuple(np.concatenate(columns) for columns in zip(self.pairs, pairs, strict=True))
        _, group = group_rows(both)
        moments = np.concatenate([self.began_at, times])
        moments = ((moments - moments.min()) * 1e6).astype(np.int64) | group.astype(np.int64) << _MOMENT_BITS
        order = np.argsort(moments[: len(self)])
        places = np.searchsorted(moments[: len(self)][order], moments[len(self) :], side="right") - 1
        found = order[np.maximum(places, 0)]
        return np.where((places >= 0) & (group[found] == group[len(self) :]), found, -1)

    def find_ended(self, pairs: Pairs, times: F64) -> Rows:
        """Find for each closed pair, in the order of closing, the life that ended then; -1 for none.

        A close is told a moment late: by then the pair may have begun to live again, and have ended again.
        """
        found = self.find(pairs, times)
        before = self._lives_before()
        start: dict[int, int] = {}
        joined = np.flatnonzero(found >= 0)
        for entry in joined[before[found[joined]] >= 0][::-1].tolist():
            newest = int(found[entry])
            life = start.get(newest, newest)
            if life == newest and self.ending[life] == Ending.UNKNOWN and self.ending[before[life]] != Ending.UNKNOWN:
                life = int(before[life])
            found[entry] = life
            start[newest] = int(before[life]) if life >= 0 else -1
        return found

    def _lives_before(self) -> Rows:
        """Give for each life the one before of the same pair; -1 for none."""
        before = np.full(len(self), -1)
        if len(self):
            _, group = group_rows(self.pairs)
            order = np.lexsort((self.began_at, group))
            is_same = group[order[1:]] == group[order[:-1]]
            before[order[1:][is_same]] = order[:-1][is_same]
        return before

    @property
    def is_dialling(self) -> Bools:
        """Dialled, and neither opened nor failed yet."""
        dialling: Bools = self.dialled & np.isnan(self.opened_at) & (self.ending == Ending.UNKNOWN)
        return dialling

    @property
    def has_failed(self) -> Bools:
        """Dialled, and never opened."""
        failed: Bools = self.dialled & np.isnan(self.opened_at) & (self.ending != Ending.UNKNOWN)
        return failed

    def namespaces(self, lives: Rows, actors: Mapping[int, Actor]) -> npt.NDArray[np.int64]:
        """Give the network namespace of some lives, by who acted in them; 0 where nobody tells."""
        known = {thread: actor.namespace or 0 for thread, actor in actors.items()}
        return np.array([known.get(thread, 0) for thread in self.thread[lives].tolist()], np.int64)


def pairs_of(columns: Mapping[str, npt.NDArray[np.generic]]) -> Pairs:
    """Give what makes a pair, of columns by name; the one that differs most stands first."""
    ports = columns["local_port"].astype(np.uint64) << np.uint64(16) | columns["remote_port"].astype(np.uint64)
    low = columns["local_low"].astype(np.uint64), columns["remote_low"].astype(np.uint64)
    return ports, *low, columns["local_high"].astype(np.uint64), columns["remote_high"].astype(np.uint64)


def lives_in(records: Records) -> Lives:
    """Put TRANSITION records together, which are in the order of their times."""
    order = np.argsort(records["socket"], kind="stable")
    sorted_records = records[order]
    old, new, socket = sorted_records["old_state"], sorted_records["new_state"], sorted_records["socket"]
    begins = np.ones(len(records), np.bool_)
    # The kernel uses the memory of a closed socket for another one.
    is_dial, is_accept = new == TcpState.SYN_SENT, (old == TcpState.SYN_RECEIVED) & (new == TcpState.ESTABLISHED)
    # Where both sides dial, or one dials itself, a SYN comes as the answer to the own one.
    is_accept[1:] &= (socket[1:] != socket[:-1]) | (new[:-1] != TcpState.SYN_SENT)
    begins[1:] = (socket[1:] != socket[:-1]) | is_dial[1:] | is_accept[1:]
    first = np.flatnonzero(begins)
    life = np.cumsum(begins) - 1
    count = len(first)
    last = np.append(first[1:], len(records))[:count] - 1
    ends = sorted_records[last]
    member = np.empty(len(records), np.intp)
    member[order] = life
    at, thread = sorted_records["boot_time"], sorted_records["thread"]
    is_established = new == TcpState.ESTABLISHED
    opened_at, ended_at = np.full(count, np.nan), np.full(count, np.nan)
    opened_at[life[is_established]] = at[is_established]
    is_end = (new == TcpState.FIN_WAIT_1) | (new == TcpState.LAST_ACK) | (new == TcpState.CLOSED)
    ended_at[life[is_end][::-1]] = at[is_end][::-1]
    actor = np.zeros(count, np.int32)
    for is_told in (thread != 0) & is_end, (thread != 0) & is_dial:
        actor[life[is_told]] = thread[is_told]
    return Lives(
        pairs=pairs_of({name: ends[name] for name in _PAIR}),
        first=order[first],
        last=order[last],
        member=member,
        began_at=at[first],
        opened_at=opened_at,
        ended_at=ended_at,
        dialled=is_dial[first],
        accepted=is_accept[first],
        thread=actor,
        ending=_endings(ends, at[first]),
        broke_after_fin=(ends["old_state"] == TcpState.CLOSE_WAIT) & (ends["new_state"] == TcpState.CLOSED),
    )


def _endings(last: Records, began_at: F64) -> npt.NDArray[np.uint8]:
    """Tell from its last transition how each life ended."""
    old, new = last["old_state"], last["new_state"]
    is_closed, is_own = new == TcpState.CLOSED, last["thread"] != 0
    is_early = last["boot_time"] - began_at < REFUSED_WITHIN_S
    is_dialling = is_closed & (old == TcpState.SYN_SENT)
    # A refusal by this host itself is taken by the thread that waits for it; else such a thread has given up.
    is_told = ~is_own | _is_this_host(last)
    return np.select(
        [
            new == TcpState.FIN_WAIT_1,
            new == TcpState.LAST_ACK,
            is_dialling & is_early & is_told,
            is_dialling,
            is_closed & is_own,
            is_closed,
        ],
        [
            Ending.CLOSED_HERE,
            Ending.CLOSED_THERE,
            Ending.REFUSED,
            Ending.UNANSWERED,
            Ending.RESET_HERE,
            Ending.RESET_THERE,
        ],
        Ending.UNKNOWN,
    ).astype(np.uint8)


def _is_this_host(records: Records) -> Bools:
    """Tell which remote addresses are loopback ones or the local one."""
    is_same = (records["local_low"] == records["remote_low"]) & (records["local_high"] == records["remote_high"])
    is_loopback = (records["remote_high"] == 0) & (records["remote_low"] >> np.uint64(24) == _LOOPBACK >> 24)
    is_ours: Bools = is_same | is_loopback
    return is_ours
