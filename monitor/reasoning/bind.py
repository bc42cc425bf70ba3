"""Would bind(), and for TCP listen(), succeed, and if not, who is in the way and what would help?

Rules of the kernel over a table that holds every socket, TIME-WAIT and bound-only ones too. What a decision needs of
other sockets' options stands in the facts; where it is missing, the decision says that it depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv6Address

import numpy as np

from monitor.model.bind import (
    BindAttempt,
    BindConflict,
    BindDecision,
    Certainty,
    Option,
    Refusal,
    Remedy,
    Sharing,
    Stage,
)
from monitor.model.bind_facts import BindFacts
from monitor.model.endpoint import Endpoint
from monitor.model.socket_table import Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP
from monitor.reasoning.bind_address import ERRNO, early_refusal
from monitor.reasoning.bind_alike import Alike
from monitor.reasoning.bind_candidates import other_endpoints
from monitor.reasoning.bind_conflicts import conflicts_of, joins_group, may_be_remembered, standings
from monitor.reasoning.bind_meeting import is_on_port, met_sockets
from monitor.reasoning.bind_ports import port_range, taken_ports, usable_ports

_ADDRESS_REFUSALS = frozenset({Refusal.NOT_LOCAL, Refusal.OTHER_LINK, Refusal.TENTATIVE})


def rows_in_question(table: SocketTable, attempt: BindAttempt, facts: BindFacts) -> Rows:
    """Find the sockets whose options a decision may need: listeners and bound ones first, then connections."""
    rows = met_sockets(table, attempt, facts).rows
    return rows[np.argsort(table.is_pair[rows], kind="stable")]


def decide_bind(table: SocketTable, attempt: BindAttempt, facts: BindFacts) -> BindDecision:
    """Decide an attempt, and where it fails try what would help.

    Args:
        table: Every socket of the namespace.
        attempt: What is asked.
        facts: With the options of rows_in_question(), as far as they can be read.
    """
    # Whatever is tried below has the same port: the others need not be looked at again.
    alike = Alike.of(table, np.flatnonzero(is_on_port(table, attempt, facts)), facts)
    decision = _verdict(alike.first, attempt, facts)
    if not decision.is_ok:
        decision = replace(
            decision,
            remedies=tuple(_remedies(alike.first, decision, facts)),
            free_now=tuple(_free(alike.first, attempt, facts)),
        )
    return replace(
        decision,
        certainty=Certainty.NOT_VISIBLE if _hangs_on_unread(decision, facts) else decision.certainty,
        conflicts=tuple(
            replace(conflict, row=row) for conflict in decision.conflicts for row in alike.rows[conflict.row].tolist()
        ),
        shares_with=tuple(row for group in decision.shares_with for row in alike.rows[group].tolist()),
    )


def _hangs_on_unread(decision: BindDecision, facts: BindFacts) -> bool:
    """Whether addresses could not be read that it is about, or no list shows who may be in the way."""
    if decision.is_ok:
        return decision.attempt.protocol == PROTOCOL_TCP and PROTOCOL_TCP in facts.text_protocols
    return decision.refusal in _ADDRESS_REFUSALS and not facts.network.is_read


def _verdict(table: SocketTable, attempt: BindAttempt, facts: BindFacts) -> BindDecision:
    early = early_refusal(attempt, facts)
    if early is not None:
        refusal, stage = early
        return BindDecision(attempt, ERRNO[refusal], stage, refusal)
    if attempt.endpoint.port == 0:
        return _automatic(table, attempt, facts)
    found = standings(table, attempt, facts)
    conflicts = conflicts_of(table, found, attempt, facts)
    joins = joins_group(table, found, attempt)
    if not conflicts or joins:
        shared = tuple(standing.row for standing in found if not standing.is_in_the_way)
        return BindDecision(attempt, None, conflicts=conflicts, shares_with=shared)
    is_certain = joins is False and any(conflict.is_certain for conflict in conflicts)
    decision = _refused(attempt, Refusal.IN_USE, conflicts=conflicts, is_certain=is_certain)
    if is_certain and may_be_remembered(table, found, attempt):
        return replace(decision, certainty=Certainty.PREDICTED)
    return decision


def _automatic(table: SocketTable, attempt: BindAttempt, facts: BindFacts) -> BindDecision:
    if attempt.no_port:
        return BindDecision(attempt, None)
    found = standings(table, attempt, facts)
    usable = usable_ports(attempt, facts)
    taken = taken_ports(table, found, certainly=False)
    ports = port_range(facts, usable, taken)
    if ports.free:
        return BindDecision(attempt, None, ports=ports)
    if not ports.usable:
        return replace(_refused(attempt, Refusal.RANGE_RESERVED), ports=ports)
    is_certain = not (usable & ~taken_ports(table, found, certainly=True)).any()
    # Where there are several ports, nobody alone prevents it.
    alone = [standing for standing in found if usable[table.local_port[standing.row]]] if ports.usable == 1 else []
    conflicts = conflicts_of(table, alone, attempt, facts)
    decision = _refused(attempt, Refusal.RANGE_USED_UP, conflicts=conflicts, is_certain=is_certain)
    return replace(decision, ports=ports)


def _refused(
    attempt: BindAttempt, refusal: Refusal, *, conflicts: tuple[BindConflict, ...] = (), is_certain: bool = True
) -> BindDecision:
    certainty = Certainty.CERTAIN if is_certain else Certainty.NOT_VISIBLE
    return BindDecision(attempt, ERRNO[refusal], Stage.BIND, refusal, conflicts, certainty=certainty)


def _remedies(table: SocketTable, decision: BindDecision, facts: BindFacts) -> Iterator[Remedy]:
    for option, changed in _changes(decision):
        own = replace(facts, unprivileged_from=0) if option is Option.PRIVILEGE else facts
        outcome = _verdict(table, changed, own)
        may_help = outcome.certainty is Certainty.NOT_VISIBLE and _may_lift(option, outcome)
        yield Remedy(option, helps=outcome.is_ok or may_help, is_certain=not may_help)


def _may_lift(option: Option, outcome: BindDecision) -> bool:
    """Whether the option itself, set by those in the way too, would pass each of them."""
    if option not in (Option.REUSEADDR, Option.REUSEPORT):
        return False
    sharings = {
        conflict.reuseaddr if option is Option.REUSEADDR else conflict.reuseport for conflict in outcome.conflicts
    }
    return sharings <= {Sharing.LIFTS, Sharing.NOT_VISIBLE}


def _changes(decision: BindDecision) -> Iterator[tuple[Option, BindAttempt]]:
    """Give the attempt with each option that it lacks and that bears on its refusal."""
    attempt, refusal = decision.attempt, decision.refusal
    if refusal in _ADDRESS_REFUSALS:
        yield Option.FREEBIND, replace(attempt, freebind=True)
    if refusal is Refusal.PRIVILEGED_PORT:
        yield Option.PRIVILEGE, attempt
    if refusal in (Refusal.IN_USE, Refusal.RANGE_USED_UP):
        if not attempt.reuseaddr:
            yield Option.REUSEADDR, replace(attempt, reuseaddr=True)
        if not attempt.reuseport:
            yield Option.REUSEPORT, replace(attempt, reuseport=True)
        if attempt.endpoint.address == IPv6Address(0) and not attempt.v6only:
            yield Option.V6ONLY, replace(attempt, v6only=True)


def _free(table: SocketTable, attempt: BindAttempt, facts: BindFacts) -> Iterator[Endpoint]:
    for endpoint, zone in other_endpoints(attempt.endpoint, facts.network):
        outcome = _verdict(table, replace(attempt, endpoint=endpoint, zone=zone), facts)
        if outcome.is_ok:
            yield endpoint
