"""Joins the rules' answer about bind() with what is read for it: one road for the screen and the command."""

from __future__ import annotations

from dataclasses import replace

from monitor.model.bind import BindAttempt, BindDecision, Certainty, Refusal, Stage
from monitor.model.bind_facts import BindFacts, SocketHolder
from monitor.model.sample import Sample
from monitor.model.tcp import PROTOCOL_TCP
from monitor.reasoning.bind import decide_bind, rows_in_question
from monitor.sampling.source import Source

_BY_SOCKETS = frozenset({Refusal.IN_USE, Refusal.RANGE_USED_UP})


def decide(source: Source, sample: Sample, attempt: BindAttempt) -> tuple[BindDecision, BindFacts]:
    """Decide an attempt by a sample that holds TIME-WAIT and bound-only rows; gives the facts as well.

    Raises:
        MonitorError: the facts could not be read.
    """
    facts = source.bind_facts(()).beside(sample)
    decision = decide_bind(sample.table, attempt, facts)
    # What is in the way as long as nothing is known of its options is what they are asked of.
    if decision.refusal not in _BY_SOCKETS:
        return decision, facts
    facts = source.bind_facts(holders_in_question(sample, attempt, facts)).beside(sample)
    return decide_bind(sample.table, attempt, facts), facts


def confirmed(decision: BindDecision, errno: str | None) -> BindDecision:
    """Put what the kernel said when the attempt was really made before what the rules say.

    Args:
        decision: By the rules.
        errno: The name of it; None where bind() succeeded.
    """
    if errno == decision.errno:
        return replace(decision, certainty=Certainty.PROBED)
    if errno is None:
        is_open = decision.certainty is Certainty.NOT_VISIBLE
        shared = tuple(conflict.row for conflict in decision.conflicts)
        overruled = None if is_open else decision.errno
        return BindDecision(decision.attempt, None, shares_with=shared, certainty=Certainty.PROBED, overruled=overruled)
    return replace(
        decision,
        errno=errno,
        stage=Stage.BIND,
        refusal=Refusal.BEYOND_RULES,
        certainty=Certainty.PROBED,
        overruled=decision.errno or "ok",
    )


def holders_in_question(sample: Sample, attempt: BindAttempt, facts: BindFacts) -> list[SocketHolder]:
    """Name the sockets whose options an attempt may depend on, each with a process that can be asked."""
    return [holder_of(sample, row) for row in rows_in_question(sample.table, attempt, facts).tolist()]


def holder_of(sample: Sample, row: int) -> SocketHolder:
    """Name the socket of a row, with a process that can be asked for it."""
    table = sample.table
    inode = int(table.inode[row])
    # A process of one's own is the one that may be asked.
    owners = sorted(sample.owners.owners_of(inode), key=lambda owner: owner.process.uid != sample.uid)
    owner = owners[0] if owners else None
    return SocketHolder(
        cookie=int(table.cookie[row]),
        inode=inode,
        port=int(table.local_port[row]),
        is_tcp=int(table.protocol[row]) == PROTOCOL_TCP,
        pid=owner.process.pid if owner else 0,
        start_time=owner.process.start_time if owner else 0,
        fd=owner.fd if owner else 0,
    )
