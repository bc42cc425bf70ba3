"""The rules in their order and the table behind a decision, as a kernel has them."""

from __future__ import annotations

import socket
import subprocess
from ipaddress import ip_address

import pytest

from monitor.model.route import Flow
from monitor.model.routing import MOST_ROUTES, RuleFate, TableRoute

pytestmark = pytest.mark.kernel

FAR, FAR_V6 = "203.0.113.5", "2001:db8:ffff::5"
OVER_E1 = "route add default via 198.51.100.254 table 100"


def asked(kernel, remote: str = FAR, **selectors):
    return kernel.routing_of(Flow(ip_address(remote), protocol=6, **selectors))


def fates(routing) -> list[tuple[int, RuleFate]]:
    return [(step.rule.priority, step.fate) for step in routing.steps]


def test_every_rule_is_told_with_what_became_of_it(kernel, ip):
    ip(
        "route add throw default table 99",
        OVER_E1,
        "rule add pref 50 fwmark 7 lookup 100",
        "rule add pref 60 lookup 99",
        "rule add pref 70 goto 90",
        "rule add pref 80 lookup 100",
        "rule add pref 90 lookup main suppress_prefixlength 0",
        "rule add pref 100 lookup 100",
    )
    routing = asked(kernel)
    assert routing.decision.device == b"e1"
    assert fates(routing) == [
        (0, RuleFate.NO_ROUTE),
        (50, RuleFate.NO_MATCH),
        (60, RuleFate.NO_ROUTE),
        (70, RuleFate.SKIPPED),
        (80, RuleFate.SKIPPED),
        (90, RuleFate.NO_ROUTE),
        (100, RuleFate.DECIDED),
        (32766, RuleFate.NOT_REACHED),
        (32767, RuleFate.NOT_REACHED),
    ]
    assert routing.table == 100


def test_refusing_rule_decides_and_has_no_table(kernel, ip):
    ip("rule add pref 50 to 203.0.113.0/24 prohibit")
    routing = asked(kernel)
    assert fates(routing)[1] == (50, RuleFate.DECIDED)
    assert (routing.decision.errno, routing.table, routing.routes) == ("EACCES", None, ())


def test_routes_of_the_table_are_told_with_the_one_that_matched(kernel, ip):
    ip(
        "route add 203.0.113.0/24 metric 7 nexthop via 192.0.2.254 dev e0 nexthop via 198.51.100.254 dev e1",
        "route add blackhole 203.0.113.64/26 proto static",
    )
    routing = asked(kernel)
    by_prefix = {route.prefix: route for route in routing.routes}
    assert set(by_prefix) == {"default", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "203.0.113.64/26"}
    assert [prefix for prefix, route in by_prefix.items() if route.is_matched] == ["203.0.113.0/24"]
    assert by_prefix["203.0.113.0/24"] == TableRoute(
        "203.0.113.0/24", "unicast", b"e0", ip_address("192.0.2.254"), None, 7, 3, 2, is_matched=True
    )
    assert by_prefix["192.0.2.0/24"] == TableRoute(
        "192.0.2.0/24", "unicast", b"e0", None, ip_address("192.0.2.1"), None, 2, 1, is_matched=False
    )
    assert by_prefix["203.0.113.64/26"] == TableRoute(
        "203.0.113.64/26", "blackhole", None, None, None, None, 4, 0, is_matched=False
    )
    assert not routing.is_cut


def test_ipv6_likewise(kernel, ip):
    routing = asked(kernel, FAR_V6)
    (matched,) = [route for route in routing.routes if route.is_matched]
    assert (matched.prefix, matched.device, matched.gateway) == ("default", b"e0", ip_address("fe80::fe"))
    assert fates(routing)[-1] == (32766, RuleFate.DECIDED)


def test_own_address_comes_from_the_local_table(kernel, ip):
    ip("rule add pref 50 fwmark 7 lookup 100")
    routing = asked(kernel, "192.0.2.1")
    assert routing.table == 255
    assert [route.prefix for route in routing.routes if route.is_matched] == ["192.0.2.1/32"]


def test_fk_21_huge_table_is_cut_and_the_next_question_is_answered(kernel, ip, program):
    lines = "".join(f"route add 10.{n // 250}.{n % 250}.0/24 dev e0\n" for n in range(MOST_ROUTES + 500))
    subprocess.run([program("ip"), "-batch", "-"], input=lines, text=True, check=True)
    routing = asked(kernel)
    assert (len(routing.routes), routing.is_cut) == (MOST_ROUTES, True)
    assert asked(kernel, FAR_V6).decision.has_way


def test_question_that_connect_refuses_at_once_has_nothing_behind_it(kernel, ip):
    routing = asked(kernel, "fe80::1")
    assert (routing.decision.errno, routing.steps, routing.routes) == ("EINVAL", (), ())


def test_bound_device_is_part_of_the_question(kernel, ip):
    ip(OVER_E1, "rule add pref 50 oif e1 lookup 100")
    assert fates(asked(kernel))[1] == (50, RuleFate.NO_MATCH)
    assert fates(asked(kernel, device=socket.if_nametoindex("e1")))[1] == (50, RuleFate.DECIDED)


def test_another_table_than_the_deciding_one_can_be_listed(kernel, ip):
    ip(OVER_E1)
    routing = kernel.routing_of(Flow(ip_address(FAR), protocol=6), 100)
    assert routing.decision.table == 254
    assert (routing.table, [(route.prefix, route.is_matched) for route in routing.routes]) == (
        100,
        [("default", False)],
    )


def test_table_without_routes_is_empty(kernel):
    assert kernel.routing_of(Flow(ip_address(FAR), protocol=6), 4711).routes == ()
