"""Verdicts over tables and answers that are written down; tests/sampling/test_agreement_live.py has the kernel's."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from monitor.model.egress import Agreement, Reason, Verdict
from monitor.model.route import Flow, NextHop, RouteDecision
from monitor.model.sample import DIRECTION_DIALLED, Interval, Network
from monitor.reasoning.egress import agreement_of
from monitor.sampling.agreement import RouteAgreement
from monitor.sampling.intervals import advance
from tests.agreeing import agreed, answered
from tests.scenes import ANY, STOCK_RULES, FixedSource, address, link, row, sample_of, traffic

LO, ETH0, WG0, DOCKER0 = 1, 2, 9, 12
NETWORK = Network(
    1,
    (link(LO, "lo"), link(ETH0, "eth0"), link(WG0, "wg0"), link(DOCKER0, "docker0")),
    (
        address(LO, "127.0.0.1/8", 254),
        address(LO, "192.0.2.53/32"),
        address(ETH0, "192.0.2.10/24"),
        address(ETH0, "192.0.2.11/24", is_secondary=True),
        address(ETH0, "2001:db8::10/64"),
        address(WG0, "203.0.113.2/32"),
        address(DOCKER0, "10.88.0.1/16"),
    ),
    routing_generation=1,
    rule_selectors=STOCK_RULES,
)
NAMES = {owned.index: owned.name for owned in NETWORK.links}
SOURCES = {LO: "127.0.0.1", ETH0: "192.0.2.10", WG0: "203.0.113.2", DOCKER0: "10.88.0.1"}
REMOTE = "198.51.100.7:443"
DIALLED = traffic(is_dialled=True)
LISTENER = row("tcp", "0.0.0.0:443", ANY, "LISTEN")


def by(device: int, **changed: object):
    """Answer everything by one interface."""

    def route(flow: Flow) -> RouteDecision:
        source = flow.source or ip_address("2001:db8::10" if flow.remote.version == 6 else SOURCES[device])
        plain = RouteDecision(flow, None, "unicast", NAMES[device], device, None, source, "default", 254)
        return replace(plain, **changed)

    return route


def accepted(local="192.0.2.10:443", remote="198.51.100.7:51000", *, network=NETWORK, **columns) -> Interval:
    rows = [LISTENER, row("tcp", local, remote, "ESTAB", **columns)]
    return advance(None, sample_of(rows, network=network))


def dialled(local="192.0.2.10:51000", remote=REMOTE, *, network=NETWORK, **columns) -> Interval:
    interval = advance(None, sample_of([row("tcp", local, remote, "ESTAB", **DIALLED, **columns)], network=network))
    assert interval.direction[-1] == DIRECTION_DIALLED
    return interval


def verdict(interval: Interval, route) -> Agreement:
    judged = agreed(interval, route)
    return agreement_of(judged, len(judged.table) - 1)


@pytest.mark.parametrize("connection", [accepted, dialled])
def test_connection_agrees_when_the_route_leaves_by_the_owner_of_its_address(connection):
    found = verdict(connection(), by(ETH0))
    assert found.verdict is Verdict.AGREES
    assert (found.was, found.now) == (b"eth0", b"eth0")


def test_accepted_connection_is_judged_by_device():
    found = verdict(accepted(), by(WG0))
    assert (found.reason, found.was, found.now) == (Reason.OTHER_DEVICE, b"eth0", b"wg0")
    assert found.redialled_from is None, "nobody dials it again"


def test_dialled_connection_is_asked_unbound_as_well():
    found = verdict(dialled(), by(WG0))
    assert found.verdict is Verdict.ELSEWHERE
    assert (found.was, found.redialled_by, found.redialled_from) == (b"eth0", b"wg0", ip_address("203.0.113.2"))


def test_secondary_address_that_its_program_bound_raises_no_alarm():
    assert verdict(dialled("192.0.2.11:51000"), by(ETH0)).reason is Reason.SAME_DEVICE


def test_source_that_the_route_names_may_leave_by_an_interface_that_does_not_own_it():
    assert verdict(dialled(), by(WG0, source=ip_address("192.0.2.10"))).reason is Reason.SAME_SOURCE


@pytest.mark.parametrize("connection", [accepted, dialled])
def test_connection_to_this_host_never_raises_a_false_alarm(connection):
    # The packet passes lo while eth0 owns both addresses.
    assert verdict(connection(), by(LO, type="local", source=ip_address("192.0.2.10"))).reason is Reason.THIS_HOST


def test_address_held_by_lo_may_leave_by_any_interface():
    assert verdict(accepted("192.0.2.53:443"), by(ETH0)).reason is Reason.ADDRESS_HELD_APART


def test_service_address_on_a_dummy_may_leave_by_any_interface():
    dummy = replace(link(20, "dummy0"), holds_addresses_only=True)
    network = replace(
        NETWORK, links=(*NETWORK.links, dummy), addresses=(*NETWORK.addresses, address(20, "192.0.2.80/32"))
    )
    assert verdict(accepted("192.0.2.80:443", network=network), by(ETH0)).reason is Reason.ADDRESS_HELD_APART


@pytest.mark.parametrize("connection", [accepted, dialled])
def test_other_next_hop_of_the_same_route_agrees(connection):
    several = by(WG0, alternatives=(NextHop(b"eth0", None, ip_address("192.0.2.10")),))
    assert verdict(connection(), several).reason is Reason.ONE_OF_SEVERAL


def test_peer_in_the_leaving_interfaces_subnet_came_in_there_by_another_address_of_this_host():
    found = verdict(accepted(remote="10.88.0.7:51000"), by(DOCKER0))
    assert (found.reason, found.now) == (Reason.REMOTE_ON_LINK, b"docker0")
    assert verdict(dialled(remote="10.88.0.7:443"), by(DOCKER0)).verdict is Verdict.ELSEWHERE


def test_gone_address_has_no_way():
    found = verdict(accepted("192.0.2.99:443"), by(ETH0))
    assert (found.reason, found.verdict, found.local) == (
        Reason.ADDRESS_GONE,
        Verdict.NO_WAY,
        ip_address("192.0.2.99"),
    )


def test_address_that_a_route_makes_local_is_not_gone():
    def anyip(flow: Flow) -> RouteDecision:
        return by(LO, type="local")(flow) if str(flow.remote) == "192.0.2.99" else by(ETH0)(flow)

    assert verdict(accepted("192.0.2.99:443"), anyip).reason is Reason.ADDRESS_HELD_APART


@pytest.mark.parametrize("number", ["ENETUNREACH", "EHOSTUNREACH", "EACCES", "EINVAL"])
@pytest.mark.parametrize("connection", [accepted, dialled])
def test_refusal_is_no_way_with_its_errno(connection, number):
    found = verdict(connection(), by(ETH0, errno=number))
    assert (found.reason, found.errno) == (Reason.REFUSED, number)


def test_socket_bound_to_a_device_is_asked_for_it_and_agrees():
    asked = []

    def route(flow: Flow) -> RouteDecision:
        asked.append(flow.device)
        return by(flow.device or WG0)(flow)

    assert verdict(accepted(device=ETH0), route).reason is Reason.SAME_DEVICE
    assert asked == [ETH0]


def test_mapped_addresses_are_ipv4_to_the_route():
    asked = []

    def route(flow: Flow) -> RouteDecision:
        asked.append((str(flow.remote), str(flow.source)))
        return by(ETH0)(flow)

    assert verdict(accepted("[::ffff:192.0.2.10]:443", "[::ffff:198.51.100.7]:51000"), route).verdict is Verdict.AGREES
    assert asked == [("198.51.100.7", "192.0.2.10")]


def test_link_local_peer_without_an_interface_is_not_asked_about():
    assert verdict(accepted("[fe80::1]:443", "[fe80::7]:5"), by(WG0)).reason is Reason.NOT_ASKED


def test_before_the_addresses_are_read_nothing_is_claimed():
    assert verdict(accepted(network=Network()), by(WG0)).reason is Reason.NOT_ASKED


def test_without_an_answer_nothing_is_claimed():
    agreement = RouteAgreement()
    judged = agreement.take(accepted())
    assert agreement_of(judged, 1).reason is Reason.NOT_ASKED
    assert agreement_of(accepted(), 1).reason is Reason.NOT_ASKED


@pytest.mark.parametrize(
    ("selector", "columns", "is_hidden"),
    [
        ("mark", {"has_mark": 0, "uid": 0}, True),
        ("mark", {"has_mark": 1, "uid": 0}, False),
        # To set a mark takes a privilege that other users' sockets lack.
        ("mark", {"has_mark": 0, "uid": 33}, False),
        ("uid", {"uid": 33}, False),
        ("uid", {"uid": 0, "inode": 0}, True),
        ("tos", {"uid": 33}, True),
    ],
)
def test_alarm_that_hangs_on_a_hidden_selector_is_not_raised(selector, columns, is_hidden):
    network = replace(NETWORK, rule_selectors=replace(STOCK_RULES, **{selector: True}))
    found = verdict(accepted(network=network, **columns), by(WG0))
    assert (found.reason is Reason.HIDDEN_SELECTOR) == is_hidden
    assert verdict(accepted(network=network, **columns), by(ETH0)).verdict is Verdict.AGREES


class Watched:
    """A machine that is watched while its routes change."""

    def __init__(self):
        self.agreement = RouteAgreement()
        self.interval = None
        self.seconds = 0

    def see(self, rows, route, generation: int) -> Agreement:
        self.seconds += 1
        network = replace(NETWORK, routing_generation=generation)
        sample = sample_of(rows, self.seconds, network=network)
        self.agreement.take(advance(self.interval, sample))
        self.interval = answered(self.agreement, FixedSource([sample], route))
        return agreement_of(self.interval, len(rows) - 1)


OPENED = row("tcp", "192.0.2.10:51000", REMOTE, "ESTAB", **DIALLED)
ENTERED = row("tcp", "192.0.2.10:443", "198.51.100.7:51000", "ESTAB")


def test_connection_that_was_seen_opening_by_another_interface_raises_no_alarm_until_it_moves():
    watched = Watched()
    watched.see([LISTENER], by(WG0), 1)
    assert watched.see([LISTENER, ENTERED], by(WG0), 1).reason is Reason.AS_OPENED
    assert watched.see([LISTENER, ENTERED], by(WG0), 2).reason is Reason.AS_OPENED
    found = watched.see([LISTENER, ENTERED], by(ETH0), 3)
    assert (found.reason, found.was, found.now) == (Reason.OTHER_DEVICE, b"wg0", b"eth0")


def test_address_that_the_route_gave_and_would_not_give_again_is_told_from_one_that_was_bound():
    another = by(ETH0, source=ip_address("192.0.2.11"))

    def route_by_source(flow: Flow) -> RouteDecision:
        return by(ETH0)(flow) if flow.source else another(flow)

    chosen, bound = Watched(), Watched()
    chosen.see([LISTENER], by(ETH0), 1)
    assert chosen.see([OPENED], by(ETH0), 1).reason is Reason.SAME_SOURCE
    found = chosen.see([OPENED], route_by_source, 2)
    assert (found.reason, found.redialled_from) == (Reason.OTHER_SOURCE, ip_address("192.0.2.11"))
    bound.see([LISTENER], route_by_source, 1)
    assert bound.see([OPENED], route_by_source, 1).reason is Reason.SAME_DEVICE
    assert bound.see([OPENED], route_by_source, 2).reason is Reason.SAME_DEVICE


def test_route_that_changed_before_the_first_answer_is_not_taken_for_the_opening():
    watched = Watched()
    watched.see([LISTENER], by(ETH0), 1)
    sample = sample_of([LISTENER, ENTERED], 2, network=replace(NETWORK, routing_generation=1))
    watched.interval = watched.agreement.take(advance(watched.interval, sample))
    watched.seconds = 2
    assert watched.see([LISTENER, ENTERED], by(WG0), 2).reason is Reason.OTHER_DEVICE
