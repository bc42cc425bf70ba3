"""Why this source address: each step decides once, and the kernel chose as the step says."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from pathlib import Path

import pytest

from monitor.kernel.ipv6_settings import prefers_temporary
from monitor.model.route import Flow, SourceChoice, SourceStep

pytestmark = pytest.mark.kernel

FAR, FAR_V6 = "203.0.113.5", "2001:db8:ffff::5"


def asked(kernel, remote: str, **selectors):
    return kernel.route_to(Flow(ip_address(remote), protocol=17, **selectors))


def connected(remote: str) -> str:
    with socket.socket(socket.AF_INET6 if ":" in remote else socket.AF_INET, socket.SOCK_DGRAM) as dialling:
        dialling.connect((remote, 9))
        return str(dialling.getsockname()[0])


IPV4 = {
    SourceStep.SUBNET: (FAR, ()),
    SourceStep.ROUTE: (FAR, ("addr add 192.0.2.7/24 dev e0", "route replace default via 192.0.2.254 src 192.0.2.7")),
    SourceStep.PRIMARY: (FAR, ("route replace default dev e0",)),
    SourceStep.BORROWED: (FAR, ("addr flush dev e1", "route replace default dev e1")),
    SourceStep.DESTINATION: ("192.0.2.1", ()),
}


@pytest.mark.parametrize("step", IPV4)
def test_step_of_ipv4_is_named(kernel, ip, step):
    remote, changes = IPV4[step]
    ip(*changes)
    decision = asked(kernel, remote)
    assert decision.source_choice == SourceChoice(step)
    assert str(decision.source) == connected(remote)


def test_way_that_a_rule_gives_to_the_picked_source_tells_where_it_was_picked(kernel, ip):
    ip("route add default via 198.51.100.254 table 100", "rule add pref 100 from 192.0.2.1 lookup 100")
    decision = asked(kernel, FAR)
    assert (decision.device, str(decision.source), decision.table) == (b"e1", "192.0.2.1", 100)
    assert decision.rule is not None
    assert decision.rule.priority == 100
    assert decision.source_choice == SourceChoice(SourceStep.FIRST_LOOK_UP, first_device=b"e0")
    assert connected(FAR) == "192.0.2.1"


def test_rule_for_the_picked_source_decides_also_where_it_changes_nothing(kernel, ip):
    ip("rule add pref 100 from 192.0.2.1 lookup main")
    decision = asked(kernel, FAR)
    assert decision.source_choice == SourceChoice(SourceStep.SUBNET)
    assert decision.rule is not None
    assert decision.rule.priority == 100


def test_bound_source_is_said_to_be_bound(kernel, ip):
    assert asked(kernel, FAR, source=ip_address("198.51.100.1")).source_choice == SourceChoice(SourceStep.BOUND)


A, B, SECOND = "2001:db8:a::1", "2001:db8:b::1", "2001:db8:a::9"
WITHOUT_B = "-6 addr del 2001:db8:b::1/64 dev e1"
DEPRECATED = ("-6 addr add 2001:db8:a::9/64 dev e0 nodad preferred_lft 0", "-6 addr del 2001:db8:a::1/64 dev e0")
IPV6 = {
    SourceStep.SCOPE: (FAR_V6, (WITHOUT_B, "-6 addr del fe80::1/64 dev e0", "-6 addr del fe80::1/64 dev e1"), A, "::1"),
    # "Not deprecated" stands before the outgoing interface: e1's address leaves by e0.
    SourceStep.NOT_DEPRECATED: (FAR_V6, DEPRECATED, B, SECOND),
    SourceStep.OUTGOING_INTERFACE: (FAR_V6, (), A, B),
    SourceStep.LABEL: (FAR_V6, (WITHOUT_B, "-6 addr add fd00::1/64 dev e0 nodad"), A, "fd00::1"),
    SourceStep.PREFIX: (
        "2001:db8:c000::5",
        (WITHOUT_B, "-6 addr add 2001:db8:c000:1::1/64 dev e0 nodad"),
        "2001:db8:c000:1::1",
        A,
    ),
}


@pytest.mark.parametrize("step", IPV6)
def test_step_of_ipv6_is_named_with_the_candidate_that_lost(kernel, ip, step):
    remote, changes, source, loser = IPV6[step]
    ip(*changes)
    decision = asked(kernel, remote)
    assert str(decision.source) == connected(remote) == source
    loser = loser and ip_address(loser)
    assert decision.source_choice == SourceChoice(step, loser)


def test_only_address_of_the_link_has_no_rival(kernel, ip):
    ip(WITHOUT_B)
    choice = asked(kernel, "fe80::5", zone="e1").source_choice
    assert choice == SourceChoice(SourceStep.ONLY)


def test_own_address_is_reached_from_itself(kernel, ip):
    assert asked(kernel, A).source_choice == SourceChoice(SourceStep.DESTINATION)


def test_two_equal_addresses_are_told_apart_by_their_order_alone(kernel, ip):
    ip(WITHOUT_B, f"-6 addr add {SECOND}/64 dev e0 nodad")
    decision = asked(kernel, FAR_V6)
    loser = {A: SECOND, SECOND: A}[str(decision.source)]
    assert str(decision.source) == connected(FAR_V6)
    assert decision.source_choice == SourceChoice(SourceStep.ORDER, ip_address(loser))


def test_interface_that_prefers_temporary_addresses_is_asked_for_it(kernel, ip):
    ip("-6 addr add 2001:db8:a::9/64 dev e0 nodad", WITHOUT_B)
    assert not prefers_temporary(b"e0")
    Path("/proc/sys/net/ipv6/conf/e0/use_tempaddr").write_text("2")
    assert prefers_temporary(b"e0")
    assert not prefers_temporary(b"no such interface")


def test_changed_labels_are_said_to_leave_it_uncertain(kernel, ip):
    ip("-6 addr add fd00::1/64 dev e0 nodad", WITHOUT_B)
    ip("addrlabel add prefix fd00::/64 label 1", "addrlabel add prefix 2001:db8:a::/64 label 99")
    decision = asked(kernel, FAR_V6)
    assert str(decision.source) == connected(FAR_V6) == "fd00::1"
    assert decision.source_choice.step is SourceStep.UNCERTAIN
