from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from monitor.model.route import Flow, NextHop, RouteDecision, Rule
from monitor.reasoning.ways_left import is_spared, ways_asked, ways_left
from monitor.reasoning.what_if_gone import AddressGoes, InterfaceGoes, RouteGoes
from monitor.sampling.intervals import advance
from tests.machine_db1 import ETH0, NETWORK
from tests.scenes import row, sample_of

RULE = Rule(2, 32766, "to_tbl", 254, "from all lookup main")
ANSWER = RouteDecision(
    Flow(ip_address("198.51.100.7")), None, "unicast", b"eth0", ETH0, None, None, "default", 254, RULE,
    alternatives=(NextHop(b"eth1", None, None), NextHop(b"wg0", None, None, rule=RULE, metric=200)),
)  # fmt: skip
DEFAULT = ip_network("0.0.0.0/0")


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (InterfaceGoes(ETH0), (b"eth1", b"wg0")),
        (RouteGoes(DEFAULT, ETH0), (b"wg0",)),
        (AddressGoes(ip_address("192.0.2.10")), (b"eth1", b"wg0")),
    ],
)
def test_a_route_goes_with_its_next_hops_and_an_interface_with_its_own(change, names):
    assert ways_left(change, ANSWER, NETWORK.links) == names


def test_a_more_exact_route_by_the_same_interface_is_not_the_one_that_goes():
    goes = RouteGoes(DEFAULT, ETH0)
    assert not is_spared(goes, ANSWER)
    assert is_spared(goes, replace(ANSWER, prefix="198.51.100.0/24"))
    assert not is_spared(InterfaceGoes(ETH0), replace(ANSWER, prefix="198.51.100.0/24"))


def test_connections_that_no_rule_tells_apart_are_one_question_and_the_most_common_stands_first():
    pairs = [("192.0.2.10:1", "198.51.100.7:1"), ("192.0.2.10:2", "198.51.100.8:1"), ("192.0.2.10:3", "198.51.100.8:2")]
    interval = advance(None, sample_of([row("tcp", *pair, "ESTAB") for pair in pairs], network=NETWORK))
    asked = ways_asked(interval, interval.listener * 0 + [0, 1, 2], 10)
    assert [(str(flow.remote), count) for flow, count in asked] == [("198.51.100.8", 2), ("198.51.100.7", 1)]
    assert len(ways_asked(interval, interval.listener * 0 + [0, 1, 2], 1)) == 1
