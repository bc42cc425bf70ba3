"""Rtnetlink: links, addresses, rules, neighbours and route look-ups of one network namespace, through pyroute2.

Nobody imports this module before the first sample is sent: pyroute2 costs nearly as much as Textual.
"""

from __future__ import annotations

import socket
from dataclasses import replace
from types import TracebackType

from monitor.kernel.change_events import ANY_CHANGE, Change, ChangeEvents
from monitor.kernel.policy_rules import PolicyRule, selectors_of
from monitor.kernel.route_asker import RouteAsker
from monitor.kernel.route_look_up import RouteLookUp, neighbour
from monitor.kernel.route_messages import interface_address_of, link_of, neighbour_of
from monitor.kernel.rtnetlink_socket import RtnetlinkSocket
from monitor.kernel.rule_messages import policy_rule_of
from monitor.kernel.rule_steps import rule_steps
from monitor.kernel.table_routes import table_routes
from monitor.model.endpoint import Address
from monitor.model.route import Flow, InterfaceAddress, Link, Neighbour, RouteDecision, Rule
from monitor.model.routing import MOST_ROUTES, Routing, TableRoute
from monitor.model.sample import Network


class Rtnetlink:
    """The network namespace in which it was opened. For one thread at a time, and none that runs an event loop.

    Every method raises KernelError where the kernel refuses or its answer can't be read. Links, addresses and rules
    are kept, and read again once the kernel says that they changed.
    """

    def __init__(self) -> None:
        self._kernel = RtnetlinkSocket()
        try:
            self._events = ChangeEvents()
        except BaseException:
            self._kernel.close()
            raise
        self._stale = ANY_CHANGE
        self._interrupted = Change.NONE
        self._generation = 0
        self._is_counted = False
        self._routing_generation = 0
        self._is_routing_counted = False
        self._links: tuple[Link, ...] = ()
        self._addresses: tuple[InterfaceAddress, ...] = ()
        self._rules: tuple[PolicyRule, ...] = ()

    def __enter__(self) -> Rtnetlink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def was_interrupted(self) -> bool:
        """Whether links or addresses changed each time that they were asked for: what network() gives may lack some."""
        return bool(self._interrupted & (Change.LINK | Change.ADDRESS))

    def links(self) -> tuple[Link, ...]:
        """List the network interfaces, by index."""
        self.poll_changes()
        if self._stale & Change.LINK:
            self._links = self._kernel.dump("list network interfaces", "get_links", link_of)
            self._have_read(Change.LINK)
        return self._links

    def addresses(self) -> tuple[InterfaceAddress, ...]:
        """List the addresses of all interfaces, both families."""
        self.poll_changes()
        if self._stale & Change.ADDRESS:
            self._addresses = self._kernel.dump("list addresses", "get_addr", interface_address_of)
            self._have_read(Change.ADDRESS)
        return self._addresses

    def rules(self) -> tuple[Rule, ...]:
        """List the policy rules: each family in the order in which the kernel tries them."""
        return tuple(policy_rule.rule for policy_rule in self._policy_rules())

    def neighbours(self) -> tuple[Neighbour, ...]:
        """List the neighbour table (ARP and NDP)."""
        return self._kernel.dump("list neighbours", "get_neighbours", neighbour_of)

    def neighbour(self, link: int, address: Address) -> Neighbour | None:
        """Look up one neighbour; None where the table has no such entry.

        Args:
            link: interface index.
            address: the next hop's.
        """
        return neighbour(self._kernel, link, address)

    def route_to(self, flow: Flow) -> RouteDecision:
        """Ask which way a packet would go; "no way" is an answer, told by the decision's errno.

        Raises:
            InputError: source and remote are of different families.
            KernelError: the kernel could not be asked, or has no answers for this protocol.
            WireError: a list of routes broke its contract.
        """
        return RouteLookUp(self._asker()).decide(flow)

    def routing_of(self, flow: Flow, table: int | None = None) -> Routing:
        """Ask which way a packet would go, with all rules and a table's routes: the deciding one's, or a named one's.

        Raises as route_to().
        """
        asker = self._asker()
        decision, question = RouteLookUp(asker).decide_with_question(flow)
        if question is None:
            return Routing(decision, (), None, (), is_cut=False)
        rules, output = asker.rules_of(question), asker.name(question.output)
        steps = rule_steps(rules, question, output, decision.rule)
        listed = decision.table if table is None else table
        if listed is None:
            return Routing(decision, steps, None, (), is_cut=False)
        listing = table_routes(question.family, listed, MOST_ROUTES, asker.links)
        is_deciding = listed == decision.table
        routes = tuple(replace(route, is_matched=is_deciding and _is_of(decision, route)) for route in listing.routes)
        return Routing(decision, steps, listed, routes, listing.is_cut)

    def network(self) -> Network:
        """Give links, addresses and what rules select by; a generation has grown if it changed since the last call."""
        links, addresses = self.links(), self.addresses()
        selectors = selectors_of(self._policy_rules())
        if not self._is_counted:
            self._generation += 1
            self._is_counted = True
        if not self._is_routing_counted:
            self._routing_generation += 1
            self._is_routing_counted = True
        return Network(self._generation, links, addresses, self._routing_generation, selectors)

    def poll_changes(self) -> bool:
        """Take the change events that have arrived, without waiting; True where there were any, or some were lost."""
        changes = self._events.drain()
        if not changes:
            return False
        self._stale |= changes
        self._is_counted = False
        # When a link goes down its IPv4 routes go without an event of their own: any change but a neighbour's counts.
        if changes & ~Change.NEIGHBOUR:
            self._is_routing_counted = False
        return True

    def close(self) -> None:
        """Close the sockets; may be called twice."""
        self._events.close()
        self._kernel.close()

    def _asker(self) -> RouteAsker:
        links = {link.index: link for link in self.links()}
        return RouteAsker(self._kernel, links, self.addresses(), self._policy_rules())

    def _policy_rules(self) -> tuple[PolicyRule, ...]:
        self.poll_changes()
        if self._stale & Change.RULE:
            # The dump also holds the rules of multicast routing (families 128 and 129).
            rules = self._kernel.dump("list policy rules", "get_rules", policy_rule_of)
            self._rules = tuple(rule for rule in rules if rule.rule.family in (socket.AF_INET, socket.AF_INET6))
            self._have_read(Change.RULE)
        return self._rules

    def _have_read(self, kind: Change) -> None:
        """Keep the list that was just read until it changes, which it may have done meanwhile."""
        self._stale &= ~kind
        self._interrupted &= ~kind
        if self._kernel.was_interrupted:
            self._interrupted |= kind


def _is_of(decision: RouteDecision, route: TableRoute) -> bool:
    # IPv4 leaves the metric 0 out, of answers and of lists alike.
    return (route.prefix, route.type, route.metric) == (decision.prefix, decision.type, decision.metric)
