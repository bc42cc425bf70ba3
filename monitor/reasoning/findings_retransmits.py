"""Findings about segments that are sent again: at one peer, by one program, or on the whole of an interface.

Whose it is, is told by who else loses: a peer that loses alone has lost by itself or on its path; where many peers of
one interface lose, what they share does; where only one program's do while others on the interface lose nothing, it is
that program, which sends faster than its path carries.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from monitor.model.finding import (
    Certainty,
    FindingKind,
    Grade,
    LinkSubject,
    PeerSubject,
    ProcessSubject,
    Side,
    Subject,
)
from monitor.model.finding_numbers import RetransmitNumbers
from monitor.model.sample import F64
from monitor.model.socket_table import Bools, Rows
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.reasoning.columns import group_rows
from monitor.reasoning.finding_conditions import (
    CLEAN_SHARE,
    RESENT_CONNECTIONS,
    RESENT_FOR_S,
    RESENT_SEGMENTS,
    RESENT_SHARE,
    RESENT_UNTIL,
    SENT_SEGMENTS,
    SPREAD_REMOTES,
    WINDOW_S,
)
from monitor.reasoning.finding_look import Holding, Look, largest
from monitor.reasoning.finding_peers import remote_address
from monitor.reasoning.segment_window import Segments, SegmentWindow


class Retransmits:
    """Remembers what each connection had sent some seconds ago."""

    def __init__(self) -> None:
        self._window = SegmentWindow()

    def holdings(self, look: Look) -> Iterator[Holding]:
        """Find who loses much of what is sent, and what those have in common."""
        self._window.add(look.interval)
        # SYNs that are sent again have a finding of their own.
        is_open = (look.tcp_state != 0) & (look.tcp_state != TcpState.SYN_SENT)
        rose = is_open & (look.now - look.interval.retrans_rose_at <= WINDOW_S)
        if np.count_nonzero(rose) < RESENT_CONNECTIONS:
            return
        segments = self._window.segments(look.interval, is_open)
        interface = look.interval.interface[segments.rows]
        for link in np.unique(interface[segments.resent > 0]).tolist():
            yield from _of_link(look, segments, interface == link, link)


def _of_link(look: Look, segments: Segments, of_link: Bools, link: int) -> Iterator[Holding]:
    """Find them among the segments of one interface."""
    table = look.table
    rows = segments.rows
    first, peer = group_rows((table.remote_low[rows], table.remote_high[rows]))
    resent: F64 = np.bincount(peer[of_link], segments.resent[of_link], minlength=len(first)).astype(np.float64)
    but_for_worst = of_link & (peer != int(np.argmax(resent)))
    rest = _numbers(look, segments, but_for_worst, of_link)
    if rest.remotes + 1 >= SPREAD_REMOTES and rest.resent >= RESENT_SEGMENTS:
        program = _worst_program(look, segments, of_link)
        if program is not None:
            yield program
            return
        if _is_lame(rest):
            yield _holding(look, segments, (LinkSubject(link), Side.PATH), of_link, of_link)
            return
    losing = np.flatnonzero(_may_be_lame(segments, of_link, peer, resent))
    for place in largest(resent[losing].tolist()):
        chosen = of_link & (peer == losing[place])
        subject = PeerSubject(PROTOCOL_TCP, remote_address(table, int(rows[first[losing[place]]])))
        yield _holding(look, segments, (subject, Side.PEER_OR_PATH), chosen, of_link)


def _may_be_lame(segments: Segments, of_link: Bools, peer: Rows, resent: F64) -> Bools:
    """Tell of which peers something may be told: a look at thousands of others would take long."""
    sent = np.bincount(peer[of_link], segments.sent[of_link], minlength=len(resent))
    connections = np.bincount(peer[of_link & (segments.resent > 0)], minlength=len(resent))
    found: Bools = (connections >= RESENT_CONNECTIONS) & (resent >= RESENT_UNTIL * sent)
    return found


def _worst_program(look: Look, segments: Segments, of_link: Bools) -> Holding | None:
    """Give the program that loses towards many peers while the others on the interface do not; None for no such one."""
    losing = np.flatnonzero(of_link)
    holders, holder_of = look.holders(segments.rows[losing])
    worst = int(np.argmax(np.bincount(holder_of, segments.resent[losing])))
    chosen = np.zeros(len(segments.rows), np.bool_)
    chosen[losing[holder_of == worst]] = True
    numbers = _numbers(look, segments, chosen, of_link)
    if not (isinstance(holders[worst], ProcessSubject) and _is_lame(numbers) and _clears_others(numbers)):
        return None
    return _holding(look, segments, (holders[worst], Side.PROGRAM), chosen, of_link)


def _holding(look: Look, segments: Segments, whose: tuple[Subject, Side], chosen: Bools, of_link: Bools) -> Holding:
    numbers = _numbers(look, segments, chosen, of_link)
    return Holding(
        kind=FindingKind.RETRANSMITS,
        subject=whose[0],
        grade=Grade.TROUBLE,
        side=whose[1],
        certainty=Certainty.CERTAIN if _clears_others(numbers) else Certainty.LIKELY,
        numbers=numbers,
        rows=segments.rows[chosen & (segments.resent > 0)],
        for_s=RESENT_FOR_S,
        opens=_is_lame(numbers),
        stays=numbers.share >= RESENT_UNTIL and numbers.connections >= RESENT_CONNECTIONS,
    )


def _numbers(look: Look, of: Segments, chosen: Bools, of_link: Bools) -> RetransmitNumbers:
    table, others = look.table, of_link & ~chosen
    losing = of.rows[chosen & (of.resent > 0)]
    remotes, _ = group_rows((table.remote_low[losing], table.remote_high[losing]))
    sent_before = float(of.sent_before[chosen].sum())
    return RetransmitNumbers(
        sent=int(of.sent[chosen].sum()),
        resent=int(of.resent[chosen].sum()),
        connections=len(losing),
        remotes=len(remotes),
        over_s=of.over_s,
        usual_share=float(of.resent_before[chosen].sum()) / sent_before if sent_before else None,
        others_sent=int(of.sent[others].sum()),
        others_resent=int(of.resent[others].sum()),
    )


def _is_lame(numbers: RetransmitNumbers) -> bool:
    is_enough = numbers.sent >= SENT_SEGMENTS and numbers.resent >= RESENT_SEGMENTS
    return is_enough and numbers.connections >= RESENT_CONNECTIONS and numbers.share >= RESENT_SHARE


def _clears_others(numbers: RetransmitNumbers) -> bool:
    """Whether enough is sent on the same interface by others, and hardly any of it again."""
    is_enough = numbers.others_sent >= SENT_SEGMENTS
    return is_enough and numbers.others_resent <= CLEAN_SHARE * numbers.others_sent
