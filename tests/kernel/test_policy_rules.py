from __future__ import annotations

import errno
import socket
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from monitor.kernel.policy_rules import PolicyRule, matching_rules, refused_by, rule_of_answer
from monitor.kernel.refusing_routes import RefusingRoute
from monitor.kernel.route_question import RouteQuestion
from monitor.model.route import Rule

QUESTION = RouteQuestion(
    remote=ip_address("203.0.113.5"),
    source=None,
    protocol=6,
    source_port=0,
    remote_port=443,
    output=0,
    mark=7,
    uid=1000,
    tos=0,
)
QUESTION_V6 = replace(QUESTION, remote=ip_address("2001:db8::5"))


def rule(priority: int, action: str = "to_tbl", table: int = 254, **selectors: object) -> PolicyRule:
    open_to_all = PolicyRule(
        rule=Rule(socket.AF_INET, priority, action, table, ""),
        source=None,
        destination=None,
        input=None,
        output=None,
        mark=None,
        tos=None,
        uids=None,
        protocol=None,
        source_ports=None,
        remote_ports=None,
        goto=None,
        suppressed_length=None,
        is_inverted=False,
        has_unknown_selector=False,
    )
    return replace(open_to_all, **selectors)


LOCAL, MAIN = rule(0, table=255), rule(32766)


def refusing(kind: str, prefix: str, table: int = 254) -> RefusingRoute:
    return RefusingRoute(kind, ip_network(prefix), table)


def priority(rules: list[PolicyRule], table: int = 254, prefix_length: int | None = 0) -> int | None:
    found = rule_of_answer(rules, QUESTION, None, table=table, prefix_length=prefix_length)
    return None if found is None else found.priority


@pytest.mark.parametrize(
    ("selectors", "matches"),
    [
        ({}, True),
        ({"destination": ip_network("203.0.113.0/24")}, True),
        ({"destination": ip_network("203.0.112.0/24")}, False),
        ({"destination": ip_network("2001:db8::/32")}, False),
        ({"source": ip_network("192.0.2.0/24")}, False),
        ({"source": ip_network("0.0.0.0/8")}, True),
        ({"mark": (7, 0xFFFF_FFFF)}, True),
        ({"mark": (0x17, 0x0F)}, True),
        ({"mark": (8, 0xFFFF_FFFF)}, False),
        ({"uids": (1000, 1000)}, True),
        ({"uids": (1001, 2000)}, False),
        ({"protocol": 6}, True),
        ({"protocol": 17}, False),
        ({"remote_ports": (440, 443)}, True),
        ({"remote_ports": (444, 450)}, False),
        ({"source_ports": (1, 65535)}, False),
        ({"tos": 0x10}, False),
        ({"input": b"lo"}, True),
        ({"input": b"eth0"}, False),
        ({"output": b"eth0"}, False),
        ({"is_inverted": True}, False),
        ({"is_inverted": True, "uids": (0, 1)}, True),
        ({"has_unknown_selector": True}, None),
        ({"has_unknown_selector": True, "uids": (0, 1)}, False),
        ({"has_unknown_selector": True, "uids": (0, 1), "is_inverted": True}, True),
    ],
)
def test_selectors_match_as_the_kernel_compares_them(selectors, matches):
    assert rule(1, **selectors).matches(QUESTION, None) is matches


def test_bound_source_meets_from_rules():
    bound = replace(QUESTION, source=ip_address("192.0.2.9"))
    assert rule(1, source=ip_network("192.0.2.0/24")).matches(bound, None)
    assert not rule(1, source=ip_network("192.0.3.0/24")).matches(bound, None)


def test_unbound_ipv6_socket_meets_no_from_rule():
    assert not rule(1, source=ip_network("::/1")).matches(QUESTION_V6, None)


def test_ipv4_compares_only_the_old_tos_bits():
    marked = replace(QUESTION, tos=0xF0)
    assert rule(1, tos=0x10).matches(marked, None)
    assert not rule(1, tos=0x10).matches(replace(QUESTION_V6, tos=0xF0), None)


def test_bound_device_meets_oif_rules():
    assert rule(1, output=b"eth0").matches(QUESTION, b"eth0")
    assert not rule(1, output=b"eth0").matches(QUESTION, b"eth1")


def test_first_matching_rule_of_the_answers_table_is_named():
    assert priority([LOCAL, rule(90, uids=(0, 1)), rule(100), MAIN]) == 100


def test_suppressed_hit_goes_on():
    rules = [rule(50, suppressed_length=0), rule(60)]
    assert priority(rules, prefix_length=0) == 60
    assert priority(rules, prefix_length=24) == 50
    assert priority(rules, prefix_length=None) is None


def test_goto_jumps_and_one_without_target_does_nothing():
    rules = [rule(10, "goto", goto=200), rule(100), rule(200)]
    assert priority(rules) == 200
    assert priority([rule(10, "goto", goto=300), *rules[1:]]) == 100


def test_goto_backwards_can_not_loop():
    assert priority([rule(10), rule(20, "goto", goto=10), rule(30)], table=999) is None


def test_no_op_is_passed():
    assert [found.rule.priority for found, _ in matching_rules([rule(1, "nop"), MAIN], QUESTION, None)] == [32766]


def test_uncertain_rule_of_the_same_table_leaves_the_answer_open():
    assert priority([rule(10, has_unknown_selector=True), MAIN]) is None
    assert priority([rule(10, table=100, has_unknown_selector=True), MAIN]) == 32766
    assert priority([rule(10, "goto", goto=32766, has_unknown_selector=True), MAIN]) is None


def test_answer_behind_a_refusing_rule_is_not_explained():
    assert priority([rule(10, "prohibit"), MAIN]) is None


def test_refusing_rule_is_named_by_its_errno():
    rules = [LOCAL, rule(10, "unreachable"), MAIN]
    found = refused_by(rules, QUESTION, None, number=errno.ENETUNREACH, refusing_routes=())
    assert found == (rules[1].rule, None)
    assert refused_by(rules, QUESTION, None, number=errno.EACCES, refusing_routes=()) == (None, None)


def test_longest_refusing_route_of_the_first_table_is_named():
    routes = [
        refusing("blackhole", "0.0.0.0/0"),
        refusing("blackhole", "203.0.113.0/24"),
        refusing("blackhole", "203.0.113.5/32", table=100),
    ]
    found = refused_by([LOCAL, MAIN], QUESTION, None, number=errno.EINVAL, refusing_routes=routes)
    assert found == (MAIN.rule, routes[1])


def test_refusal_behind_an_uncertain_rule_is_not_explained():
    rules = [rule(10, has_unknown_selector=True), MAIN]
    routes = [refusing("blackhole", "203.0.113.0/24")]
    assert refused_by(rules, QUESTION, None, number=errno.EINVAL, refusing_routes=routes) == (None, None)
