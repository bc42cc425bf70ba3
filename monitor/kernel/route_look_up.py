"""The answer to one Flow: two questions to the kernel, and what connect() would make of the answers.

The plain question gives device, gateway, source and a learned MTU; the one with RTM_F_FIB_MATCH gives the route of the
table: prefix, metric, all next hops, and the owner of a local address.
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass, replace
from ipaddress import IPv6Address

from monitor.errors import KernelError
from monitor.kernel.policy_rules import refused_by
from monitor.kernel.refusing_routes import RefusingRoute
from monitor.kernel.route_alternatives import alternatives
from monitor.kernel.route_asker import RouteAsker
from monitor.kernel.route_messages import RouteReply, neighbour_of
from monitor.kernel.route_question import RouteQuestion, question_of, refusal_after_look_up
from monitor.kernel.rtnetlink_numbers import RTM_F_FIB_MATCH
from monitor.kernel.rtnetlink_socket import RtnetlinkSocket
from monitor.kernel.source_choice import chosen_source
from monitor.kernel.source_reasons import source_choice
from monitor.model.endpoint import Address, unmapped
from monitor.model.links import find_link
from monitor.model.route import (
    RT_TABLE_LOCAL,
    RT_TABLE_MAIN,
    Flow,
    Link,
    MtuOrigin,
    Neighbour,
    RouteDecision,
    SourceChoice,
    SourceStep,
)

_STOCK_IPV4_RULES = 3
_REFUSING_TYPES = {errno.EINVAL: 6, errno.EHOSTUNREACH: 7, errno.EACCES: 8}
"""RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT by what connect() says."""
_NARROW_SCOPES = (253, 254)
"""RT_SCOPE_LINK and RT_SCOPE_HOST."""


@dataclass(frozen=True, slots=True)
class RouteLookUp:
    """Puts flows as connect() does, and reads the answers."""

    asker: RouteAsker

    def decide(self, flow: Flow) -> RouteDecision:
        """Answer a flow.

        Raises:
            InputError: source and remote are of different families.
            KernelError: the kernel could not be asked, or has no answers for this protocol.
            WireError: a list of routes broke its contract.
        """
        return self.decide_with_question(flow)[0]

    def decide_with_question(self, flow: Flow) -> tuple[RouteDecision, RouteQuestion | None]:
        """Answer a flow, and give the question whose answer it is; None where connect() refuses before it asks one."""
        source = None if flow.source is None else unmapped(flow.source)
        if not self._can_bind(source, flow.device or 0):
            return _no_way(flow, errno.EADDRNOTAVAIL), None
        question = question_of(flow, self._zone_index(flow.zone))
        if isinstance(question, int):
            return _no_way(flow, question), None
        asked, answer = self._answer(question)
        if isinstance(answer, int):
            return self._refused(flow, asked, answer), asked
        again = _with_its_source(asked, answer)
        final = answer if again is asked else self.asker.ask(again)
        if isinstance(final, int):
            return self._refused(flow, again, final), again
        refusal = refusal_after_look_up(question.protocol, final.type)
        if refusal is not None:
            decision = replace(_no_way(flow, refusal), type=final.type)
        elif (final.hop, final.type, final.table) != (answer.hop, answer.type, answer.table):
            choice = SourceChoice(SourceStep.FIRST_LOOK_UP, first_device=self.asker.name(answer.hop.output))
            decision = replace(self._way(flow, again, final), source_choice=choice)
        else:
            decision = self._way(flow, asked, answer, ruled_by=again)
            decision = replace(decision, source=question.source or decision.source)
        return decision, again

    def _answer(self, question: RouteQuestion) -> tuple[RouteQuestion, RouteReply | int]:
        """Ask as connect() does, with the question that the answer belongs to."""
        answer = self.asker.ask(question)
        if question.family == socket.AF_INET:
            return question, answer
        if isinstance(answer, int):
            return self._asked_with_source(question, answer)
        if question.source is not None and not self._is_by_output(question, answer):
            # With a source RTM_GETROUTE only prefers the interface that a bound socket insists on (RT6_LOOKUP_F_IFACE).
            # Without one it insists, but then no `from` rule matches: to have both at once is beyond the question.
            question = replace(question, source=None)
            answer = self.asker.ask(question)
        return question, answer

    def _asked_with_source(self, question: RouteQuestion, number: int) -> tuple[RouteQuestion, RouteReply | int]:
        """Ask once more, as connect() does where an unbound look-up failed (ip6_dst_lookup_tail)."""
        source = chosen_source(question.remote, self.asker.addresses)
        if question.source is None and source is not None:
            bound = replace(question, source=source)
            answer = self.asker.ask(bound)
            if isinstance(answer, RouteReply) and self._is_by_output(bound, answer):
                return bound, answer
        return question, number

    def _is_by_output(self, question: RouteQuestion, answer: RouteReply) -> bool:
        if not question.output or question.output == answer.hop.output:
            return True
        if answer.type != "local":
            return False
        matched = self.asker.ask(question, RTM_F_FIB_MATCH)
        return isinstance(matched, RouteReply) and matched.hop.output == question.output

    def _way(
        self, flow: Flow, question: RouteQuestion, answer: RouteReply, *, ruled_by: RouteQuestion | None = None
    ) -> RouteDecision:
        """Describe the way of an answer; the rules may have followed another question, which has the same one."""
        matched = self.asker.matched(question)
        link = self.asker.links.get(answer.hop.output)
        table = self._table(question, answer, matched)
        return RouteDecision(
            flow=flow,
            errno=None,
            type=answer.type,
            device=None if link is None else link.name,
            device_index=answer.hop.output or None,
            gateway=answer.hop.gateway,
            source=question.source or answer.preferred_source,
            prefix=None if matched is None else matched.prefix,
            table=table,
            rule=self.asker.rule(ruled_by or question, matched, table),
            metric=None if matched is None else matched.metric,
            mtu=answer.mtu,
            mtu_origin=_mtu_origin(answer),
            mtu_expires_s=answer.expires_s,
            link_mtu=None if link is None else link.mtu,
            owner_device=self._owner(question.remote, answer, matched),
            neighbour=self._next_neighbour(question, answer, link),
            alternatives=alternatives(self.asker, question, answer, matched),
            route_source=None if matched is None else matched.preferred_source,
            source_choice=source_choice(self.asker, flow, question, answer, matched),
        )

    def _refused(self, flow: Flow, question: RouteQuestion, number: int) -> RouteDecision:
        """Find out which rule or route refused; only IPv6 says it by itself."""
        rules, output = self.asker.rules_of(question), self.asker.name(question.output)
        refusing: tuple[RefusingRoute, ...] = ()
        if number in _REFUSING_TYPES:
            refusing = self.asker.kernel.refusing_routes(_REFUSING_TYPES[number], question.remote)
        rule, route = refused_by(rules, question, output, number=number, refusing_routes=refusing)
        return replace(
            _no_way(flow, number),
            type=route.type if route else rule.action if rule else None,
            prefix=route.prefix if route else None,
            table=route.table if route else None,
            rule=rule,
        )

    def _table(self, question: RouteQuestion, answer: RouteReply, matched: RouteReply | None) -> int | None:
        # Until a first rule is added, IPv4 keeps the local and the main table in one trie and calls both main.
        is_merged = question.family == socket.AF_INET and len(self.asker.rules_of(question)) <= _STOCK_IPV4_RULES
        is_own = answer.type in ("local", "broadcast") and matched is not None and matched.prefix_length > 0
        return RT_TABLE_LOCAL if is_merged and is_own and answer.table == RT_TABLE_MAIN else answer.table

    def _owner(self, remote: Address, answer: RouteReply, matched: RouteReply | None) -> bytes | None:
        if answer.type != "local":
            return None
        # Of several links that own the address, the matching route names the one that the kernel takes.
        by_route = matched.hop.output if matched else 0
        owners = [entry.link for entry in self.asker.addresses if entry.address == remote]
        return self.asker.name(by_route or (owners[0] if owners else 0))

    def _next_neighbour(self, question: RouteQuestion, answer: RouteReply, link: Link | None) -> Neighbour | None:
        if answer.type != "unicast" or link is None or link.is_loopback:
            return None
        return neighbour(self.asker.kernel, link.index, answer.hop.gateway or question.remote)

    def _can_bind(self, source: Address | None, device: int) -> bool:
        """Whether bind() takes the address for a socket bound to that device."""
        if source is None or source.is_unspecified:
            return True
        owners = [entry for entry in self.asker.addresses if entry.address == source and not entry.is_tentative]
        if isinstance(source, IPv6Address):
            # An address of link or host scope only counts on its own interface (__ipv6_chk_addr_and_flags).
            return any(entry.link == device or not device or entry.scope not in _NARROW_SCOPES for entry in owners)
        if owners:
            return True
        # All of 127/8, AnyIP routes, broadcast and multicast addresses can be bound with IPv4.
        question = question_of(Flow(source), None)
        reply = question if isinstance(question, int) else self.asker.ask(question)
        if isinstance(question, int) or isinstance(reply, int):
            return False
        if reply.type == "local":
            # A route that only a rule leads to makes an address local to packets, and not to bind().
            return self._table(question, reply, self.asker.matched(question)) == RT_TABLE_LOCAL
        return reply.type in ("broadcast", "multicast")

    def _zone_index(self, zone: str | None) -> int | None:
        if zone is None:
            return None
        link = find_link(zone, self.asker.links.values())
        return link.index if link else 0


def _with_its_source(question: RouteQuestion, answer: RouteReply) -> RouteQuestion:
    """Put an IPv4 question once more with the source of its answer, as connect() does (ip_route_connect).

    Only then can rules with `from` match; the source stays what it is.
    """
    if question.family != socket.AF_INET or question.source is not None or answer.preferred_source is None:
        return question
    return replace(question, source=answer.preferred_source)


def neighbour(kernel: RtnetlinkSocket, link: int, address: Address) -> Neighbour | None:
    """Look up one neighbour entry; None where there is none, or the kernel is too old to be asked for one."""
    try:
        entry = kernel.get("look up a neighbour", "neigh", neighbour_of, dst=str(address), ifindex=link)
    except KernelError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        return None
    return None if isinstance(entry, int) else entry


def _mtu_origin(answer: RouteReply) -> MtuOrigin:
    if answer.mtu is None:
        return MtuOrigin.LINK
    return MtuOrigin.ROUTE if answer.expires_s is None else MtuOrigin.PATH


def _no_way(flow: Flow, number: int) -> RouteDecision:
    return RouteDecision(
        flow=flow,
        errno=errno.errorcode.get(number, str(number)),
        type=None,
        device=None,
        device_index=None,
        gateway=None,
        source=None,
        prefix=None,
        table=None,
    )
