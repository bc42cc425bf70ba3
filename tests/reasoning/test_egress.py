from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from monitor.model.endpoint import Endpoint
from monitor.model.route import Flow, NextHop, RouteDecision
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, DIRECTION_UNKNOWN
from monitor.reasoning.egress import Agreement, Ground, Reason, Verdict, agreement, question_about

LOCAL = Endpoint.parse("192.0.2.10:443")
REMOTE = ip_address("198.51.100.7")
BY_ETH0 = RouteDecision(
    flow=Flow(REMOTE),
    errno=None,
    type="unicast",
    device=b"eth0",
    device_index=2,
    gateway=ip_address("192.0.2.1"),
    source=LOCAL.address,
    prefix="default",
    table=254,
)
BY_WG0 = replace(BY_ETH0, device=b"wg0", device_index=9, gateway=None, source=ip_address("203.0.113.2"))
ECMP = replace(BY_WG0, alternatives=(NextHop(b"eth0", ip_address("192.0.2.1"), LOCAL.address),))
TO_ITSELF = replace(BY_ETH0, type="local", device=b"lo", device_index=1, gateway=None, owner_device=b"eth0")


def refused(number: str) -> RouteDecision:
    return replace(BY_ETH0, errno=number, device=None, device_index=None, gateway=None, source=None)


def reasons(verdict: Agreement) -> list[Reason]:
    return [ground.reason for ground in verdict.grounds]


def test_accepted_connection_agrees_when_the_route_leaves_by_the_owner_of_its_address():
    verdict = agreement(LOCAL, DIRECTION_ACCEPTED, b"eth0", BY_ETH0)
    assert verdict == Agreement(Verdict.AGREES, (Ground(Reason.SAME_DEVICE, b"eth0", b"eth0"),))


@pytest.mark.parametrize("direction", [DIRECTION_ACCEPTED, DIRECTION_UNKNOWN])
def test_accepted_connection_is_judged_by_device_alone(direction):
    other_source = replace(BY_ETH0, source=ip_address("192.0.2.99"))
    assert agreement(LOCAL, direction, b"eth0", other_source).verdict is Verdict.AGREES
    verdict = agreement(LOCAL, direction, b"eth0", replace(BY_WG0, source=LOCAL.address))
    assert verdict == Agreement(Verdict.ELSEWHERE, (Ground(Reason.OTHER_DEVICE, b"eth0", b"wg0"),))


def test_dialled_connection_is_judged_by_the_source_that_the_route_picks_today():
    assert reasons(agreement(LOCAL, DIRECTION_DIALLED, b"eth0", BY_ETH0)) == [Reason.SAME_SOURCE]
    verdict = agreement(LOCAL, DIRECTION_DIALLED, b"eth0", BY_WG0)
    assert verdict.verdict is Verdict.ELSEWHERE
    assert verdict.grounds == (
        Ground(Reason.OTHER_SOURCE, LOCAL.address, BY_WG0.source),
        Ground(Reason.OTHER_DEVICE, b"eth0", b"wg0"),
    )


def test_dialled_connection_agrees_when_the_same_source_leaves_by_an_interface_that_does_not_own_it():
    verdict = agreement(LOCAL, DIRECTION_DIALLED, b"dummy0", BY_ETH0)
    assert (verdict.verdict, reasons(verdict)) == (Verdict.AGREES, [Reason.SAME_SOURCE])


def test_new_source_on_the_same_interface_names_no_other_device():
    verdict = agreement(LOCAL, DIRECTION_DIALLED, b"eth0", replace(BY_ETH0, source=ip_address("192.0.2.11")))
    assert (verdict.verdict, reasons(verdict)) == (Verdict.ELSEWHERE, [Reason.OTHER_SOURCE])


@pytest.mark.parametrize("direction", [DIRECTION_ACCEPTED, DIRECTION_DIALLED, DIRECTION_UNKNOWN])
def test_connection_to_this_host_never_raises_a_false_alarm(direction):
    # The packet passes lo while eth0 owns both addresses.
    verdict = agreement(LOCAL, direction, b"eth0", replace(TO_ITSELF, source=ip_address("192.0.2.77")))
    assert (verdict.verdict, reasons(verdict)) == (Verdict.AGREES, [Reason.THIS_HOST])


@pytest.mark.parametrize("address", ["127.0.0.1:80", "127.9.9.9:80", "[::ffff:127.9.9.9]:80"])
@pytest.mark.parametrize("direction", [DIRECTION_ACCEPTED, DIRECTION_DIALLED])
def test_all_of_127_belongs_to_lo_though_no_interface_lists_it(address, direction):
    local = Endpoint.parse(address)
    over_lo = replace(TO_ITSELF, source=ip_address("127.0.0.1"), owner_device=b"lo")
    assert agreement(local, direction, None, over_lo).verdict is Verdict.AGREES


def test_address_held_by_lo_may_leave_by_any_interface():
    verdict = agreement(LOCAL, DIRECTION_ACCEPTED, b"lo", BY_ETH0)
    assert (verdict.verdict, reasons(verdict)) == (Verdict.AGREES, [Reason.ADDRESS_ON_LOOPBACK])


@pytest.mark.parametrize("direction", [DIRECTION_ACCEPTED, DIRECTION_DIALLED])
def test_other_next_hop_of_the_same_route_agrees(direction):
    verdict = agreement(LOCAL, direction, b"eth0", ECMP)
    assert (verdict.verdict, reasons(verdict)) == (Verdict.AGREES, [Reason.ONE_OF_SEVERAL])


def test_dialled_connection_whose_address_is_gone_has_no_way():
    verdict = agreement(LOCAL, DIRECTION_DIALLED, None, BY_WG0)
    assert verdict == Agreement(Verdict.NO_WAY, (Ground(Reason.ADDRESS_GONE, LOCAL.address),))


def test_accepted_connection_whose_address_is_gone_is_told_by_the_kernels_answer():
    verdict = agreement(LOCAL, DIRECTION_ACCEPTED, None, refused("EADDRNOTAVAIL"))
    assert verdict == Agreement(Verdict.NO_WAY, (Ground(Reason.ADDRESS_GONE, LOCAL.address),))


@pytest.mark.parametrize("number", ["ENETUNREACH", "EHOSTUNREACH", "EACCES", "EINVAL"])
def test_refusal_is_no_way_with_its_errno(number):
    verdict = agreement(LOCAL, DIRECTION_DIALLED, b"eth0", refused(number))
    assert verdict == Agreement(Verdict.NO_WAY, (Ground(Reason.REFUSED, now=number),))


@pytest.mark.parametrize(
    ("owner", "decision"),
    [(b"eth0", None), (None, BY_ETH0), (b"eth0", replace(BY_ETH0, device=None))],
)
def test_what_was_not_asked_or_not_answered_is_not_known(owner, decision):
    assert agreement(LOCAL, DIRECTION_ACCEPTED, owner, decision).verdict is Verdict.UNKNOWN


def test_answer_without_source_says_nothing_about_a_dialled_connection():
    verdict = agreement(LOCAL, DIRECTION_DIALLED, b"eth0", replace(BY_ETH0, source=None))
    assert verdict.verdict is Verdict.UNKNOWN


def test_mapped_local_address_is_compared_as_ipv4():
    local = Endpoint.parse("[::ffff:192.0.2.10]:443")
    assert agreement(local, DIRECTION_DIALLED, b"eth0", BY_ETH0).verdict is Verdict.AGREES


def test_dialled_connection_is_asked_unbound_and_an_accepted_one_with_its_address():
    flow = Flow(REMOTE, source=LOCAL.address, source_port=443, protocol=6, uid=33)
    assert question_about(flow, DIRECTION_DIALLED) == replace(flow, source=None)
    assert question_about(flow, DIRECTION_ACCEPTED) == flow
    assert question_about(flow, DIRECTION_UNKNOWN) == flow
