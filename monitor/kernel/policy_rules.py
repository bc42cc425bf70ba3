"""Policy routing rules: following them as fib_rules_lookup() does.

The kernel never says which rule led to its answer. It is derived: the first rule that matches the flow and leads to
the table that the answer came from.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network

from monitor.kernel.refusing_routes import RefusingRoute
from monitor.kernel.route_question import RouteQuestion
from monitor.model.route import Rule, RuleSelectors

Range = tuple[int, int]
"""Both ends included."""

REFUSALS = {"blackhole": errno.EINVAL, "unreachable": errno.ENETUNREACH, "prohibit": errno.EACCES}
"""What connect() says where a rule refuses; an unreachable *route* says EHOSTUNREACH instead."""

_LEGACY_TOS = 0x1C
"""The TOS bits that IPv4 rules compare (INET_DSCP_LEGACY_TOS_MASK)."""
_LOOPBACK = b"lo"


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """A rule with its selectors; None for a selector that it does not have."""

    rule: Rule
    source: IPv4Network | IPv6Network | None
    destination: IPv4Network | IPv6Network | None
    input: bytes | None
    output: bytes | None
    mark: tuple[int, int] | None
    """Value and mask."""
    tos: int | None
    uids: Range | None
    protocol: int | None
    source_ports: Range | None
    remote_ports: Range | None
    goto: int | None
    """Priority at which to go on."""
    suppressed_length: int | None
    """Hits with a prefix of this length or shorter are discarded."""
    is_inverted: bool
    has_unknown_selector: bool
    """It compares what this program can't compare for the flow: newer attributes, a VRF, a tunnel id."""

    def matches(self, question: RouteQuestion, output: bytes | None) -> bool | None:
        """Whether the kernel follows this rule for the flow; None where that can't be told."""
        is_hit = self._addresses_match(question) and self._socket_matches(question) and self._links_match(output)
        if is_hit and self.has_unknown_selector:
            return None
        return is_hit != self.is_inverted

    def _addresses_match(self, question: RouteQuestion) -> bool:
        if self.destination is not None and question.remote not in self.destination:
            return False
        if self.source is None:
            return True
        if question.source is not None:
            return question.source in self.source
        # An unbound IPv4 socket looks up with 0.0.0.0; IPv6 does not follow the rule at all.
        return self.source.version == 4 and IPv4Address(0) in self.source  # noqa: PLR2004 - the IP version

    def _socket_matches(self, question: RouteQuestion) -> bool:
        compared_tos = question.tos & _LEGACY_TOS if question.family == socket.AF_INET else question.tos
        return (
            (self.mark is None or (self.mark[0] ^ question.mark) & self.mark[1] == 0)
            and (self.tos is None or self.tos == compared_tos)
            and _is_within(self.uids, question.uid)
            and (self.protocol is None or self.protocol == (question.protocol or 0))
            and _is_within(self.source_ports, question.source_port)
            and _is_within(self.remote_ports, question.remote_port)
        )

    def _links_match(self, output: bytes | None) -> bool:
        # What this host sends comes in by lo, as far as rules are concerned.
        return self.input in (None, _LOOPBACK) and self.output in (None, output)


def matching_rules(
    rules: Sequence[PolicyRule], question: RouteQuestion, output: bytes | None
) -> Iterator[tuple[PolicyRule, bool]]:
    """Give the rules that the flow meets in the kernel's order, each with whether it is certain to match."""
    position = 0
    while position < len(rules):
        rule = rules[position]
        position += 1
        verdict = rule.matches(question, output)
        if verdict is False:
            continue
        if rule.goto is not None and verdict:
            # A target always stands further down; one that does not exist makes the rule a no-op.
            targets = [index for index, other in enumerate(rules) if other.rule.priority == rule.goto]
            position = max(position, targets[0]) if targets else position
            continue
        if rule.rule.action != "nop":
            yield rule, verdict is True


def rule_of_answer(
    rules: Sequence[PolicyRule],
    question: RouteQuestion,
    output: bytes | None,
    *,
    table: int | None,
    prefix_length: int | None,
) -> Rule | None:
    """Name the rule that led to an answer from that table, whose route has that prefix; None where unsure."""
    for rule, is_certain in matching_rules(rules, question, output):
        if rule.rule.action != "to_tbl":
            # A goto or a refusal that may or may not have been taken: what follows is guesswork.
            return None
        if rule.rule.table != table:
            continue
        if rule.suppressed_length is not None:
            if prefix_length is None:
                return None
            if prefix_length <= rule.suppressed_length:
                continue
        return rule.rule if is_certain else None
    return None


def refused_by(
    rules: Sequence[PolicyRule],
    question: RouteQuestion,
    output: bytes | None,
    *,
    number: int,
    refusing_routes: Sequence[RefusingRoute],
) -> tuple[Rule | None, RefusingRoute | None]:
    """Name the rule, and the route where it was one, that answered with that errno; None where unsure.

    Args:
        rules: of the question's family, in order.
        question: what was asked.
        output: name of the interface that the question is bound to.
        number: the errno of the answer.
        refusing_routes: the routes of all tables that cover the destination and whose type gives that errno.
    """
    for rule, is_certain in matching_rules(rules, question, output):
        if not is_certain:
            return None, None
        if rule.rule.action != "to_tbl":
            return (rule.rule, None) if REFUSALS.get(rule.rule.action) == number else (None, None)
        hits = [route for route in refusing_routes if route.table == rule.rule.table]
        if hits:
            return rule.rule, max(hits, key=lambda route: route.destination.prefixlen)
    return None, None


def selectors_of(rules: Sequence[PolicyRule]) -> RuleSelectors:
    """Sum up what rules look at."""
    return RuleSelectors(
        ports=any(rule.source_ports or rule.remote_ports for rule in rules),
        protocol=any(rule.protocol is not None for rule in rules),
        mark=any(rule.mark is not None for rule in rules),
        uid=any(rule.uids is not None for rule in rules),
        tos=any(rule.tos is not None or rule.has_unknown_selector for rule in rules),
    )


def _is_within(limits: Range | None, number: int) -> bool:
    return limits is None or limits[0] <= number <= limits[1]
