from __future__ import annotations

from ipaddress import ip_address

from monitor.model.endpoint import Endpoint
from monitor.model.route import InterfaceAddress, Link
from monitor.reasoning.reachability import reachable_at

LINKS = (
    Link(1, b"lo", is_up=True, has_carrier=True, mtu=65536, is_loopback=True),
    Link(2, b"eth0", is_up=True, has_carrier=True, mtu=1500, is_loopback=False),
    Link(3, b"eth1", is_up=False, has_carrier=False, mtu=1500, is_loopback=False),
)
ADDRESSES = (
    InterfaceAddress(1, ip_address("127.0.0.1"), 8, 254),
    InterfaceAddress(2, ip_address("192.0.2.10"), 24, 0),
    InterfaceAddress(3, ip_address("203.0.113.10"), 24, 0),
    InterfaceAddress(1, ip_address("::1"), 128, 254),
    InterfaceAddress(2, ip_address("2001:db8::10"), 64, 0),
    InterfaceAddress(2, ip_address("fe80::10"), 64, 253),
    InterfaceAddress(3, ip_address("fe80::10"), 64, 253),
    InterfaceAddress(2, ip_address("2001:db8::99"), 64, 0, is_tentative=True),
)


def texts(local: str, *, is_v6_only: bool = False, device: int = 0) -> list[str]:
    found = reachable_at(Endpoint.parse(local), is_v6_only=is_v6_only, device=device, links=LINKS, addresses=ADDRESSES)
    return [f"{entry.device.decode()} {entry.endpoint}" for entry in found]


V4 = ["lo 127.0.0.1:443", "eth0 192.0.2.10:443"]
V6 = ["lo [::1]:443", "eth0 [2001:db8::10]:443", "eth0 [fe80::10%eth0]:443"]


def test_ipv4_wildcard_is_reached_at_every_ipv4_address_of_links_that_are_up():
    assert texts("0.0.0.0:443") == V4


def test_dual_stack_wildcard_is_reached_in_both_families():
    assert texts("[::]:443") == V4 + V6


def test_v6_only_wildcard_leaves_ipv4_alone():
    assert texts("[::]:443", is_v6_only=True) == V6


def test_mapped_wildcard_is_ipv4s():
    assert texts("[::ffff:0.0.0.0]:443") == V4


def test_wildcard_bound_to_a_device_is_reached_at_the_addresses_of_that_device():
    assert texts("0.0.0.0:443", device=2) == ["eth0 192.0.2.10:443"]


def test_specific_address_is_reached_there_even_on_a_link_that_is_down():
    # Weak host: an address of a downed link stays local.
    assert texts("203.0.113.10:443") == ["eth1 203.0.113.10:443"]
    assert texts("[::ffff:192.0.2.10]:443") == ["eth0 192.0.2.10:443"]


def test_address_bound_through_another_device_is_reached_by_that_device():
    assert texts("203.0.113.10:443", device=2) == ["eth0 203.0.113.10:443"]


def test_link_local_address_on_two_links_belongs_to_the_one_that_is_bound():
    assert texts("[fe80::10]:443", device=2) == ["eth0 [fe80::10%eth0]:443"]


def test_all_of_127_is_reached_through_lo():
    assert texts("127.0.0.53:53") == ["lo 127.0.0.53:53"]


def test_address_that_no_interface_has_is_reached_nowhere():
    assert texts("198.51.100.1:443") == []
