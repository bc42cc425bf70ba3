"""The interface of a socket: its device, else who owns its local address."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model.sample import Network
from monitor.model.socket_table import INODE_FOR_COOKIE
from monitor.reasoning.interfaces import NO_INTERFACE, NOT_KNOWN, interfaces
from tests.scenes import ANY, address, link, row, table_of

LO, ETH0, ETH1 = 1, 2, 3
LINKS = (link(LO, "lo"), link(ETH0, "eth0"), link(ETH1, "eth1"))
ADDRESSES = (
    address(LO, "127.0.0.1/8"),
    address(LO, "::1/128"),
    address(ETH0, "192.0.2.10/24"),
    address(ETH0, "2001:db8::10/64"),
    address(ETH0, "fe80::1/64", 253),
    address(ETH1, "203.0.113.10/24"),
    address(ETH1, "fe80::1/64", 253),
    address(ETH1, "fe80::2/64", 253),
)
NETWORK = Network(1, LINKS, ADDRESSES)
HOSTS = (
    "192.0.2.10",
    "203.0.113.10",
    "198.51.100.1",
    "[2001:db8::10]",
    "[2001:db8::11]",
    "[::1]",
    "[::ffff:192.0.2.10]",
)


def interface(host, network=NETWORK, **columns):
    return int(interfaces(table_of([row("tcp", f"{host}:443", f"{host}:51834", "ESTAB", **columns)]), network)[0])


def test_the_interface_that_owns_the_local_address_is_named():
    assert interface("192.0.2.10") == ETH0
    assert interface("203.0.113.10") == ETH1
    assert interface("[2001:db8::10]") == ETH0
    assert interface("[::1]") == LO


def test_where_nothing_tells_the_device_the_address_alone_does():
    assert interface("192.0.2.10", cookie=INODE_FOR_COOKIE | 7) == ETH0
    assert interface("0.0.0.0", cookie=INODE_FOR_COOKIE | 7) == NOT_KNOWN
    assert interface("0.0.0.0", cookie=7) == NO_INTERFACE


def test_a_mapped_address_is_owned_as_the_ipv4_address_is():
    assert interface("[::ffff:203.0.113.10]") == ETH1


def test_the_bound_device_goes_before_the_owner_of_the_address():
    assert interface("192.0.2.10", device=ETH1) == ETH1


def test_all_of_127_8_is_lo_though_one_address_of_it_is_listed():
    for host in ("127.0.0.1", "127.0.0.53", "127.255.255.254", "[::ffff:127.5.5.5]"):
        assert interface(host) == LO
    assert interface("128.0.0.1") == NO_INTERFACE
    assert interface("[2001:db8::7f00:1]") == NO_INTERFACE, "those bits mean nothing in IPv6"


def test_without_lo_nothing_owns_127_8():
    assert interface("127.0.0.1", Network(1, LINKS[1:], ADDRESSES[2:])) == NO_INTERFACE


def test_a_link_local_address_on_several_links_is_told_apart_by_its_device():
    assert interface("[fe80::1]", device=ETH0) == ETH0
    assert interface("[fe80::1]", device=ETH1) == ETH1


def test_wildcards_and_foreign_addresses_belong_to_no_interface():
    table = table_of([row("tcp", "0.0.0.0:443", ANY, "LISTEN"), row("tcp", "[::]:443", "[::]:0", "LISTEN")])
    assert interfaces(table, NETWORK).tolist() == [NO_INTERFACE, NO_INTERFACE]
    assert interface("198.51.100.1") == NO_INTERFACE


def test_before_addresses_were_read_only_bound_devices_are_known():
    assert interface("192.0.2.10", Network()) == NOT_KNOWN
    assert interface("192.0.2.10", Network(), device=ETH1) == ETH1


def test_a_network_without_addresses_owns_nothing():
    assert interface("192.0.2.10", Network(1, LINKS, ())) == NO_INTERFACE


@given(
    st.lists(st.tuples(st.sampled_from(HOSTS), st.sampled_from((0, ETH0, ETH1))), max_size=12),
    st.permutations(ADDRESSES),
)
def test_all_rows_are_answered_as_a_dictionary_answers_them(described, addresses):
    owners = {str(owned.address): owned.link for owned in ADDRESSES}
    table = table_of([row("tcp", f"{host}:443", f"{host}:51834", "ESTAB", device=device) for host, device in described])
    expected = [
        device or owners.get(host.strip("[]").removeprefix("::ffff:"), NO_INTERFACE) for host, device in described
    ]
    assert interfaces(table, Network(1, LINKS, tuple(addresses))).tolist() == expected
