"""RouteAsker: one question to the routing tables by pyroute2, and what is needed to read its answer."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.errors import KernelError
from monitor.kernel.policy_rules import PolicyRule, rule_of_answer
from monitor.kernel.route_messages import RouteReply, route_reply_of
from monitor.kernel.route_question import RouteQuestion
from monitor.kernel.rtnetlink_numbers import RTM_F_FIB_MATCH, RTM_F_LOOKUP_TABLE
from monitor.kernel.rtnetlink_socket import RtnetlinkSocket
from monitor.model.route import InterfaceAddress, Link, Rule


@dataclass(frozen=True, slots=True)
class RouteAsker:
    """Asks the kernel, and knows the links, addresses and rules by which its answers are read."""

    kernel: RtnetlinkSocket
    links: Mapping[int, Link]
    addresses: Sequence[InterfaceAddress]
    rules: Sequence[PolicyRule]
    """Of both families, each in order."""

    def ask(self, question: RouteQuestion, flags: int = 0) -> RouteReply | int:
        """Put a question; "no way" is an errno.

        Raises:
            KernelError: the kernel could not be asked, or has no answers for this protocol.
        """
        try:
            reply = self.kernel.get(
                "look up a route",
                "route",
                route_reply_of,
                flags=flags | RTM_F_LOOKUP_TABLE,
                **question.arguments(),
            )
        except KernelError as error:
            if error.errno != errno.EOPNOTSUPP:
                raise
            # rtm_getroute_parse_ip_proto() knows no others.
            hint = "the kernel answers for TCP, UDP and ICMP only"
            raise KernelError(f"look up a route for IP protocol {question.protocol}", error.errno, hint) from error
        if isinstance(reply, RouteReply) and reply.refusal is not None:
            return reply if flags & RTM_F_FIB_MATCH else reply.refusal
        return reply

    def matched(self, question: RouteQuestion) -> RouteReply | None:
        """Give the route of the table that the answer comes from; None where there is none."""
        matched = self.ask(question, RTM_F_FIB_MATCH)
        return None if isinstance(matched, int) else matched

    def rule(self, question: RouteQuestion, matched: RouteReply | None, table: int | None = None) -> Rule | None:
        """Derive the rule that led to a route; its table is that of the plain answer where that is known better."""
        return rule_of_answer(
            self.rules_of(question),
            question,
            self.name(question.output),
            table=matched.table if table is None and matched else table,
            prefix_length=None if matched is None else matched.prefix_length,
        )

    def name(self, index: int) -> bytes | None:
        """Name an interface; None where there is none of that index."""
        link = self.links.get(index)
        return None if link is None else link.name

    def rules_of(self, question: RouteQuestion) -> list[PolicyRule]:
        """Give the rules of the question's family."""
        return [rule for rule in self.rules if rule.rule.family == question.family]
