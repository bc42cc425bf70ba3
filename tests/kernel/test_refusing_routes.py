"""Which routes refuse a destination, by scripted lists; test_rtnetlink.py asks the kernel for real ones."""

from __future__ import annotations

import struct
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import WireError
from monitor.kernel.netlink import NetlinkSocket
from monitor.kernel.refusing_routes import refusing_routes
from monitor.kernel.rtnetlink_list import RtnetlinkList
from tests.kernel.netlink_bytes import ScriptedKernel, done, message

BLACKHOLE, PROHIBIT = 6, 8
RTM_NEWROUTE = 24
REMOTES = {4: ip_address("203.0.113.77"), 6: ip_address("2001:db8:ee::77")}


def route(prefix, *, table=254, route_type=BLACKHOLE):
    """Write a route as the kernel does: no RTA_DST for a default route, the whole table number in RTA_TABLE."""
    network = ip_network(prefix)
    header = struct.pack("=BBBBBBBBI", 2, network.prefixlen, 0, 0, table & 0xFF, 0, 0, route_type, 0)
    destination = network.network_address.packed
    attributes = struct.pack("=HHI", 8, 15, table)
    if network.prefixlen:
        attributes += struct.pack("=HH", 4 + len(destination), 1) + destination
    return header + attributes


def found(remote, *bodies, route_type=BLACKHOLE):
    kernel = RtnetlinkList.__new__(RtnetlinkList)
    kernel._netlink = NetlinkSocket(ScriptedKernel(*(message(body, RTM_NEWROUTE) for body in bodies), done()))
    return [(each.type, each.prefix, each.table) for each in refusing_routes(kernel, route_type, ip_address(remote))]


def test_only_routes_that_cover_the_destination_are_given():
    prefixes = ("0.0.0.0/0", "192.0.2.0/24", "203.0.113.64/26", "203.0.113.76/32", "203.0.113.0/24", "203.0.112.0/23")
    told = [prefix for _, prefix, _ in found(REMOTES[4], *map(route, prefixes))]
    assert told == ["default", "203.0.113.64/26", "203.0.113.0/24", "203.0.112.0/23"]


def test_a_route_of_another_type_is_left_out_where_the_kernel_did_not_choose():
    bodies = route("203.0.113.0/24"), route("203.0.113.0/24", route_type=PROHIBIT), route("0.0.0.0/0", route_type=1)
    assert found(REMOTES[4], *bodies, route_type=PROHIBIT) == [("prohibit", "203.0.113.0/24", 254)]


def test_a_table_may_have_a_number_beyond_a_byte():
    assert found(REMOTES[6], route("2001:db8:ee::/48", table=70000)) == [("blackhole", "2001:db8:ee::/48", 70000)]


@pytest.mark.parametrize("version", [4, 6])
@given(data=st.data())
def test_what_covers_is_what_the_arithmetic_of_addresses_says(version, data):
    remote = REMOTES[version]
    bits = remote.max_prefixlen
    length = data.draw(st.integers(0, bits))
    flipped = data.draw(st.integers(0, bits))
    number = int(remote) ^ (1 << flipped if flipped < bits else 0)
    network = ip_network((number.to_bytes(bits // 8, "big"), length), strict=False)
    assert bool(found(remote, route(str(network)))) == (remote in network)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body):
    for remote in REMOTES.values():
        try:
            found(remote, body)
        except WireError:
            continue


def test_a_destination_of_another_family_or_an_impossible_length_is_left_out():
    assert found(REMOTES[6], route("0.0.0.0/0"), route("203.0.113.0/24")) == [("blackhole", "default", 254)]
    too_long = bytearray(route("203.0.113.77/32"))
    too_long[1] = 33
    assert found(REMOTES[4], bytes(too_long)) == []
