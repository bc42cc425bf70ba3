from __future__ import annotations

import socket
from dataclasses import replace
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.egress import Agreement, Reason
from monitor.model.route import (
    Flow,
    MtuOrigin,
    Neighbour,
    NextHop,
    RouteDecision,
    Rule,
    SourceChoice,
    SourceStep,
)
from monitor.presentation.route_words import answer, lines, reasons, strip, target, way

MAIN = Rule(socket.AF_INET, 32766, "to_tbl", 254, "from all lookup main")
FLOW = Flow(ip_address("198.51.100.7"), protocol=6, remote_port=443)
BY_ETH0 = RouteDecision(
    flow=FLOW,
    errno=None,
    type="unicast",
    device=b"eth0",
    device_index=2,
    gateway=ip_address("192.0.2.1"),
    source=ip_address("192.0.2.10"),
    prefix="default",
    table=254,
    rule=MAIN,
    metric=100,
    link_mtu=1500,
)
AGREES = Agreement(Reason.SAME_DEVICE, ip_address("192.0.2.10"), b"eth0", b"eth0")


def refused(number: str, flow: Flow = FLOW, **fields) -> RouteDecision:
    nothing = dict.fromkeys(("type", "device", "device_index", "gateway", "source", "prefix", "table"))
    return RouteDecision(**{"flow": flow, "errno": number, **nothing, **fields})


def test_answer_names_device_source_and_gateway():
    assert answer(BY_ETH0) == "tcp to 198.51.100.7:443 leaves by eth0 from 192.0.2.10, via 192.0.2.1."
    assert answer(replace(BY_ETH0, gateway=None)).endswith("from 192.0.2.10, without gateway.")


def test_answer_to_own_address_stays_on_this_host():
    own = replace(BY_ETH0, type="local", device=b"lo", gateway=None, owner_device=b"eth0")
    assert answer(own) == "tcp to 198.51.100.7:443 stays on this host, from 192.0.2.10."
    assert ("owner", "eth0 has the address; packets pass lo") in lines(own)


def test_answer_to_many_says_so():
    multicast = replace(BY_ETH0, flow=Flow(ip_address("239.1.1.1"), protocol=17), type="multicast", gateway=None)
    assert answer(multicast) == "udp to 239.1.1.1 leaves by eth0 from 192.0.2.10, without gateway, as multicast."


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        (
            refused("EHOSTUNREACH", type="unreachable", prefix="198.51.100.0/24", table=254),
            "unreachable route 198.51.100.0/24, table main",
        ),
        (
            refused("EINVAL", type="blackhole", rule=Rule(2, 100, "blackhole", 0, "from all blackhole")),
            "blackhole rule 100: from all blackhole",
        ),
        (refused("ENETUNREACH"), "no route matches"),
        (refused("EACCES"), "a prohibit rule or route; not certain which"),
        (refused("EACCES", type="broadcast"), "a broadcast address needs SO_BROADCAST"),
        (refused("ENETUNREACH", type="multicast"), "TCP has no multicast"),
        (
            refused("EADDRNOTAVAIL", replace(FLOW, source=ip_address("192.0.2.77"))),
            "192.0.2.77 is no address of this host",
        ),
        (
            refused("EINVAL", replace(FLOW, source=ip_address("127.0.0.1"))),
            "127.0.0.1 may not leave this host",
        ),
        (refused("ENODEV", replace(FLOW, zone="nope")), 'no interface is named "nope"'),
        (refused("ENODEV"), "the interface does not exist"),
        (
            refused("EINVAL", Flow(ip_address("fe80::1"))),
            "it is valid on one link only, so name the interface: fe80::1%eth0",
        ),
        (
            refused("EINVAL", Flow(ip_address("fe80::1"), zone="e0", device=3)),
            'the socket is bound to another interface than "e0"',
        ),
        (refused("ENOTSUP"), "the kernel says no more"),
    ],
)
def test_refusal_says_the_errno_and_what_answered(decision, reason):
    assert f"can't be reached: connect() fails with {decision.errno} ({reason})." in answer(decision)
    assert lines(decision)[0] == ("no way", f"{decision.errno}: {reason}")
    assert strip(decision) == f"no way: {decision.errno} ({reason})"


def test_lines_say_why():
    neighbour = Neighbour(2, ip_address("192.0.2.1"), "00:00:5e:00:53:01", "reachable")
    other = NextHop(b"eth1", ip_address("203.0.113.1"), ip_address("203.0.113.10"))
    assert lines(replace(BY_ETH0, neighbour=neighbour, alternatives=(other,)), AGREES) == [
        ("leaves", "eth0 from 192.0.2.10 via 192.0.2.1"),
        ("route", "default metric 100, table main"),
        ("rule", "32766: from all lookup main   (derived)"),
        ("source", "192.0.2.10, the kernel's choice (no src)"),
        ("mtu", "1500 from the link"),
        ("next hop", "192.0.2.1 reachable 00:00:5e:00:53:01"),
        ("else", "eth1 from 203.0.113.10 via 203.0.113.1"),
        ("today", "✓ the connection leaves so today"),
    ]


def test_labels_fit_the_pane():
    for decision in (BY_ETH0, refused("EHOSTUNREACH")):
        assert all(len(label) <= 8 for label, _ in lines(decision, AGREES))


def chosen(step: SourceStep, loser: str | None = None) -> RouteDecision:
    return replace(BY_ETH0, source_choice=SourceChoice(step, loser and ip_address(loser)))


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (chosen(SourceStep.ROUTE), "192.0.2.10, the route's src"),
        (chosen(SourceStep.BOUND), "192.0.2.10, bound to it"),
        (chosen(SourceStep.SUBNET), "192.0.2.10, primary address of eth0 in the gateway's subnet"),
        (chosen(SourceStep.PRIMARY), "192.0.2.10, primary address of eth0; neither you nor the route named one"),
        (
            chosen(SourceStep.LABEL, "2001:db8::7"),
            "192.0.2.10: its label is the destination's (RFC 6724 rule 6); 2001:db8::7 lost",
        ),
        (
            replace(BY_ETH0, source_choice=SourceChoice(SourceStep.FIRST_LOOK_UP, first_device=b"wg\x1b0")),
            "192.0.2.10, of the way by wg\\x1b0: connect() takes it there, and then looks up again with it",
        ),
        (replace(BY_ETH0, source=None), "not told by the kernel"),
    ],
)
def test_source_says_who_chose_it(decision, text):
    assert ("source", text) in reasons(decision)


@pytest.mark.parametrize("step", SourceStep)
def test_every_step_of_the_choice_has_words(step):
    (text,) = [text for label, text in reasons(chosen(step)) if label == "source"]
    assert text.startswith("192.0.2.10")
    assert len(text) > len("192.0.2.10, ")


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({}, "1500 from the link"),
        ({"mtu": 1280, "mtu_origin": MtuOrigin.ROUTE}, "1280 set on the route; the link has 1500"),
        (
            {"mtu": 1280, "mtu_origin": MtuOrigin.PATH, "mtu_expires_s": 540.0},
            "1280 learned on the path, forgotten in 9m; the link has 1500",
        ),
    ],
)
def test_mtu_says_whose_it_is(changed, text):
    assert ("mtu", text) in reasons(replace(BY_ETH0, **changed))


def test_other_interface_names_the_rule_that_would_lead_there():
    other = NextHop(b"eth1", ip_address("203.0.113.1"), ip_address("203.0.113.10"), rule=MAIN, metric=200)
    text = "eth1 from 203.0.113.10 via 203.0.113.1 metric 200 (rule 32766, table main)"
    assert ("else", text) in reasons(replace(BY_ETH0, alternatives=(other,)))


def test_unknown_rule_and_missing_route_are_said():
    assert ("rule", "not certain which: the kernel does not name it") in lines(replace(BY_ETH0, rule=None))
    on_link = replace(BY_ETH0, rule=None, prefix=None, table=None)
    assert ("route", "none by this interface: taken as on-link") in lines(on_link)


def test_many_next_hops_are_counted():
    hops = tuple(NextHop(b"e%d" % number, None, None) for number in range(7))
    others = [text for label, text in lines(replace(BY_ETH0, alternatives=hops)) if label == "else"]
    assert others == ["e0", "e1", "e2", "e3", "and 3 more ways"]


def test_strip_is_one_line_with_the_verdict():
    assert strip(BY_ETH0, AGREES) == ("leaves eth0 from 192.0.2.10 via 192.0.2.1 · main default, rule 32766 · ✓ agrees")


def test_target_keeps_zone_and_mapped_form():
    assert target(Flow(ip_address("fe80::1"), zone="eth0", protocol=17, remote_port=53)) == "udp to [fe80::1%eth0]:53"
    assert target(Flow(ip_address("::ffff:192.0.2.9"))) == "ip to ::ffff:192.0.2.9"


@given(st.binary(min_size=1, max_size=15))
def test_hostile_names_reach_no_line(name):
    zone = name.decode("utf-8", "surrogateescape")
    rule = replace(MAIN, text=f"from all oif {name.decode('utf-8', 'backslashreplace')} lookup main")
    decision = replace(
        BY_ETH0,
        flow=Flow(ip_address("fe80::1"), zone=zone),
        device=name,
        owner_device=name,
        rule=rule,
        alternatives=(NextHop(name, None, None),),
    )
    agreement = Agreement(Reason.OTHER_DEVICE, ip_address("192.0.2.10"), name, name)
    texts = [answer(decision), way(decision), strip(decision, agreement)]
    texts += [text for _, text in lines(decision, agreement)]
    texts.append(answer(refused("ENODEV", Flow(ip_address("fe80::1"), zone=zone))))
    assert all(text.isprintable() and text.encode() for text in texts)
