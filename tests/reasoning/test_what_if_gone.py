from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest

from monitor.model.sample import Interval
from monitor.reasoning.what_if_gone import AddressGoes, Affected, Change, Going, InterfaceGoes, RouteGoes, what_if_gone
from monitor.sampling.intervals import advance
from tests.agreeing import agreed
from tests.machine_db1 import ETH0, ETH1, LO, NETWORK, route_to
from tests.scenes import ANY, ANY6, row, sample_of

ROWS = {
    "listener": row("tcp", "0.0.0.0:443", ANY, "LISTEN"),
    "listener on eth1": row("tcp", "203.0.113.10:80", ANY, "LISTEN"),
    "listener bound to eth1": row("tcp", "[::]:81", ANY6, "LISTEN", device=ETH1),
    "by eth0": row("tcp", "192.0.2.10:443", "198.51.100.7:50000", "ESTAB"),
    "by eth0, IPv6": row("tcp", "[2001:db8::10]:443", "[2001:db8:1::7]:50000", "ESTAB"),
    "mapped": row("tcp", "[::ffff:192.0.2.10]:444", "[::ffff:198.51.100.9]:50000", "ESTAB"),
    # Its address is eth1's, and the only default route is eth0's.
    "eth1's address by eth0": row("tcp", "203.0.113.10:443", "198.51.100.8:50000", "ESTAB"),
    "over": row("tcp", "192.0.2.10:443", "198.51.100.7:50001", "TIME-WAIT"),
    "loopback": row("tcp", "127.0.0.1:5432", "127.0.0.1:40000", "ESTAB"),
    "own address": row("tcp", "192.0.2.10:5432", "192.0.2.10:40000", "ESTAB"),
}
NAMES = list(ROWS)
OVER_ETH0 = {"by eth0", "mapped", "eth1's address by eth0"}


@pytest.fixture(scope="module")
def interval() -> Interval:
    return agreed(advance(None, sample_of(list(ROWS.values()), network=NETWORK)), route_to)


def named(rows) -> set[str]:
    return {NAMES[row] for row in rows.tolist()}


def affected(interval: Interval, change: Change) -> tuple[set[str], set[str], set[str]]:
    found: Affected = what_if_gone(interval, change)
    assert named(found.unknown) == set()
    return named(found.dying), named(found.rerouted), named(found.unreachable)


def test_connections_die_with_their_address(interval):
    gone = AddressGoes(ip_address("192.0.2.10"))
    assert affected(interval, gone) == ({"by eth0", "mapped", "own address"}, set(), set())
    assert affected(interval, AddressGoes(ip_address("203.0.113.10"))) == (
        {"eth1's address by eth0"},
        set(),
        {"listener on eth1"},
    )


def test_ipv4_addresses_of_an_interface_that_goes_down_stay_and_ipv6_ones_go(interval):
    dying, rerouted, unreachable = affected(interval, InterfaceGoes(ETH0))
    assert dying == {"by eth0, IPv6"}
    assert rerouted == OVER_ETH0
    assert unreachable == set()


def test_interface_that_is_removed_takes_all_its_addresses_along(interval):
    dying, rerouted, _ = affected(interval, InterfaceGoes(ETH0, Going.REMOVED))
    assert dying == {"by eth0", "by eth0, IPv6", "mapped", "own address"}
    assert rerouted == {"eth1's address by eth0"}


def test_interface_by_which_nobody_leaves_takes_only_what_is_bound_to_it(interval):
    assert affected(interval, InterfaceGoes(ETH1)) == (set(), set(), {"listener bound to eth1"})


def test_what_passes_loopback_dies_with_it(interval):
    dying, rerouted, _ = affected(interval, InterfaceGoes(LO))
    assert (dying, rerouted) == ({"loopback", "own address"}, set())


def test_route_takes_the_way_of_what_it_covers(interval):
    everything = RouteGoes(ip_network("0.0.0.0/0"), ETH0)
    assert affected(interval, everything) == (set(), OVER_ETH0, set())
    one = RouteGoes(ip_network("198.51.100.8/32"), ETH0)
    assert affected(interval, one) == (set(), {"eth1's address by eth0"}, set())
    assert affected(interval, RouteGoes(ip_network("0.0.0.0/0"), ETH1)) == (set(), set(), set())
    assert affected(interval, RouteGoes(ip_network("2001:db8:1::/48"), ETH0))[1] == {"by eth0, IPv6"}


def test_without_answers_of_the_kernel_the_owner_of_the_address_stands_for_the_way(interval):
    unasked = replace(interval, egress=None)
    assert named(what_if_gone(unasked, InterfaceGoes(ETH1)).rerouted) == {"eth1's address by eth0"}


def test_connection_whose_interface_nobody_knows_is_said_to_be_unknown():
    interval = advance(None, sample_of([ROWS["by eth0"]]))
    assert what_if_gone(interval, InterfaceGoes(ETH0)).unknown.tolist() == [0]
    assert what_if_gone(interval, AddressGoes(ip_address("192.0.2.10"))).unknown.tolist() == []
