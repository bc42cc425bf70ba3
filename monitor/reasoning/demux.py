"""Demultiplexing: which socket a segment reaches, and why every other one lost.

The order of Linux's receive look-up: the exact pair, a BPF sk_lookup program, who waits on the exact address, who
waits on every address. The rules explain, the kernel's own look-up decides; where the two differ, both are told.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.model.demux import Agreement, Answer, Certainty, DemuxDecision, Effect, Effects, Fate, Stage, Unseen
from monitor.model.receiver import Membership, ReceiverFacts
from monitor.model.segment import Reach
from monitor.model.socket_table import PAIR_FOR_COOKIE, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.reasoning.demux_effects import effects_of
from monitor.reasoning.demux_stages import Course, stage_for_many
from monitor.reasoning.demux_walk import Choice, Walk


def demultiplex(table: SocketTable, facts: ReceiverFacts) -> DemuxDecision:
    """Decide who gets a segment.

    Args:
        table: all sockets of the namespace, TIME-WAIT and bound-only rows among them, in the kernel's order.
        facts: what the kernel said of this segment; without its look-up the rules decide alone.
    """
    reach = facts.arrival.reach
    if not reach.is_delivered or (reach.is_to_many and facts.segment.protocol == PROTOCOL_TCP):
        return _undelivered(facts)
    walk = Walk(table, facts)
    return _to_many(walk) if reach.is_to_many else _to_one(walk)


def _to_one(walk: Walk) -> DemuxDecision:
    facts = walk.facts
    chosen, agreement = walk.decided()
    is_group = len(chosen.members) > 1
    # Without a source there is no hash: any member may be meant.
    winner = None if is_group and facts.segment.source is None else chosen.row
    answer = Answer.ONE_OF if is_group else Answer.SOCKET if chosen.stage is not None else Answer.NOBODY
    is_bucket = walk.is_tcp and winner is not None and int(walk.table.state[winner]) == TcpState.TIME_WAIT
    successors = walk.for_new_client().members if is_bucket else ()
    stages = Course(walk, chosen).stages()
    is_conditional = facts.arrival.origin.is_assumed and _minds_device(walk.table, stages)
    return DemuxDecision(
        facts=facts,
        answer=answer,
        certainty=_certainty(chosen, agreement, winner, is_conditional=is_conditional),
        agreement=agreement,
        winner=winner,
        members=chosen.members,
        ruled=walk.ruled.members,
        stages=stages,
        effects=effects_of(walk.table, facts, chosen.row, successors=successors),
        successors=successors,
        unseen=_unseen(walk, chosen),
        hangs_on_device=is_conditional,
    )


def _minds_device(table: SocketTable, stages: Iterable[Stage]) -> bool:
    """Whether any candidate is bound to an interface."""
    return any(int(table.device[candidate.row]) for stage in stages for candidate in stage.candidates)


def _certainty(chosen: Choice, agreement: Agreement, winner: int | None, *, is_conditional: bool) -> Certainty:
    if len(chosen.members) > 1:
        return Certainty.ONE_OF if winner is None or agreement is Agreement.RULES_ONLY else Certainty.PREDICTED
    is_told_by_kernel = agreement in (Agreement.AGREE, Agreement.REORDERED)
    return Certainty.CERTAIN if is_told_by_kernel and not is_conditional else Certainty.PREDICTED


def _unseen(walk: Walk, chosen: Choice) -> tuple[Unseen, ...]:
    found = [Unseen.FILTERS]
    if len(chosen.members) > 1:
        found += [Unseen.GROUP_PROGRAM, Unseen.PROCESSOR]
    if walk.is_tcp and chosen.row is not None and int(walk.table.state[chosen.row]) == TcpState.LISTEN:
        found += [Unseen.SYN_COOKIES, Unseen.SIGNATURE]
    return tuple(found)


def _to_many(walk: Walk) -> DemuxDecision:
    facts = walk.facts
    stage = stage_for_many(walk)
    members = tuple(candidate.row for candidate in stage.candidates if candidate.fate.is_chosen)
    is_doubtful = facts.arrival.reach is Reach.MULTICAST and not _are_memberships_known(walk, stage)
    return DemuxDecision(
        facts=facts,
        answer=Answer.ALL_OF if members else Answer.NOBODY,
        certainty=Certainty.PREDICTED if is_doubtful or _is_text(walk.table, stage) else Certainty.CERTAIN,
        agreement=Agreement.RULES_ONLY,
        winner=None,
        members=members,
        ruled=members,
        stages=(stage,),
        # To many, no ICMP error is sent (RFC 1122, 3.2.2).
        effects=Effects(None, Effect.QUEUED if members else Effect.DROPPED),
        unseen=(Unseen.FILTERS, *((Unseen.MEMBERSHIP,) if is_doubtful else ())),
    )


def _is_text(table: SocketTable, stage: Stage) -> bool:
    """Whether a candidate was read from /proc/net, which does not tell all that decides."""
    return any(int(table.cookie[candidate.row]) >= PAIR_FOR_COOKIE for candidate in stage.candidates)


def _are_memberships_known(walk: Walk, stage: Stage) -> bool:
    """Whether of every socket that fits is known if it takes the group."""
    memberships, cookie = walk.facts.memberships, walk.table.cookie
    known = (Membership.TAKES, Membership.REFUSES)
    fits = (candidate.row for candidate in stage.candidates if candidate.fate in (Fate.MEMBER, Fate.NOT_JOINED))
    return all(memberships.get(int(cookie[row])) in known for row in fits)


def _undelivered(facts: ReceiverFacts) -> DemuxDecision:
    is_tcp = facts.segment.protocol == PROTOCOL_TCP
    # Without any interface there is nothing that another one could change.
    is_conditional = facts.arrival.origin.is_assumed and facts.arrival.device != 0
    return DemuxDecision(
        facts=facts,
        answer=Answer.NOT_DELIVERED,
        certainty=Certainty.PREDICTED if is_conditional else Certainty.CERTAIN,
        agreement=Agreement.RULES_ONLY,
        winner=None,
        members=(),
        ruled=(),
        stages=(),
        effects=Effects(Effect.LOST if is_tcp else None, Effect.LOST),
        unseen=(Unseen.FILTERS,),
        hangs_on_device=is_conditional,
    )
