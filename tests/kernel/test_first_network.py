"""Links and addresses by plain netlink are those that rtnetlink gives."""

from __future__ import annotations

import socket
import struct
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import WireError
from monitor.kernel import first_network
from monitor.kernel.first_network import FIRST_GENERATION, read_network
from monitor.kernel.netlink import NetlinkSocket
from monitor.kernel.rtnetlink_list import DUMP_TRIES, attributes
from tests.kernel.netlink_bytes import MULTI, ScriptedKernel, done, message

WEIRD_LINKS = """
link add master-0 type veth peer name master-1
link set dev master-0 mtu 9000
link set dev master-0 up
addr add 192.0.2.77/24 dev e0
addr add 192.0.2.78/24 dev e0 label e0:second
addr add 203.0.113.1 peer 203.0.113.2 dev e1
addr add 198.51.100.129/25 dev e1 scope link
-6 addr add 2001:db8:c::1/64 dev e0 nodad preferred_lft 0
-6 addr add 2001:db8:c::2/64 dev e0
-6 addr add 2001:db8:d::1 peer 2001:db8:d::2 dev e1 nodad
link set dev e1 down
"""


def attribute(kind, data):
    return struct.pack("=HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)


@pytest.mark.kernel
def test_links_and_addresses_are_those_of_rtnetlink(ip, kernel):
    ip(WEIRD_LINKS)
    (plain, _), other = read_network(), kernel.network()
    assert plain.generation == FIRST_GENERATION
    assert set(plain.links) == set(other.links)
    assert without_tentative(plain) == without_tentative(other)
    assert len(plain.links) == len(set(plain.links))
    assert {link.name for link in plain.links} >= {b"lo", b"e0", b"e1", b"master-0"}
    assert any(address.is_deprecated for address in plain.addresses)
    assert any(address.is_secondary for address in plain.addresses)
    assert any(str(address.address) == "203.0.113.1" for address in plain.addresses), "not the peer's"


def without_tentative(network):
    """Leave out the one flag that changes in the kernel's own time, when it has looked for duplicates."""
    return {
        (owned.link, owned.address, owned.prefix_length, owned.scope, owned.is_secondary, owned.is_deprecated)
        for owned in network.addresses
    }


@pytest.mark.kernel
def test_a_member_names_its_master(ip):
    try:
        ip("link add br0 type bridge")
    except subprocess.CalledProcessError:
        pytest.skip("kernel lacks bridges")
    ip("link set p0 master br0")
    links = {link.name: link for link in read_network()[0].links}
    assert links[b"p0"].master == links[b"br0"].index


@pytest.mark.kernel
def test_a_link_that_is_down_has_no_carrier_whoever_asks(ip, kernel):
    ip("link set lo down")
    for network in (read_network()[0], kernel.network()):
        carriers = {link.name: link.has_carrier for link in network.links}
        assert (carriers[b"lo"], carriers[b"e0"]) == (False, True)


@pytest.mark.kernel
def test_flags_of_a_link_are_told(ip):
    ip("link set e1 down")
    links = {link.name: link for link in read_network()[0].links}
    assert (links[b"lo"].is_loopback, links[b"lo"].is_up, links[b"lo"].has_carrier) == (True, True, True)
    assert (links[b"e1"].is_loopback, links[b"e1"].is_up) == (False, False)
    assert (links[b"p1"].is_up, links[b"p1"].has_carrier) == (True, False), "its other end is down"
    assert links[b"e0"].mtu == 1500


LINK = struct.pack("=BxHiII", 0, 1, 1, 1, 0) + attribute(3, b"lo\0")
ADDRESS = struct.pack("=BBBBI", socket.AF_INET, 8, 0, 254, 1) + attribute(2, bytes([127, 0, 0, 1]))
NLM_F_DUMP_INTR = 0x10


def given_by(monkeypatch, changing_links, changing_addresses):
    """Read the network of a kernel that calls its first lists of links, then of addresses, inconsistent."""
    datagrams = []
    for body, kind, changing in ((LINK, 16, changing_links), (ADDRESS, 20, changing_addresses)):
        for number in range(min(changing + 1, DUMP_TRIES)):
            flags = MULTI | (NLM_F_DUMP_INTR if number < changing else 0)
            sequence = len(datagrams) // 2 + 1
            datagrams += [message(body, kind, flags=flags, sequence=sequence), done(sequence=sequence)]
    kernel = ScriptedKernel(*datagrams)
    monkeypatch.setattr(NetlinkSocket, "open", lambda *_, **__: NetlinkSocket(kernel))
    given = read_network()
    assert not kernel.datagrams, "asked for as often as needed"
    return given


@pytest.mark.parametrize("changing", [(1, 0), (0, DUMP_TRIES - 1)])
def test_a_list_that_changed_meanwhile_is_asked_for_again(monkeypatch, changing):
    network, was_interrupted = given_by(monkeypatch, *changing)
    assert (len(network.links), len(network.addresses), was_interrupted) == (1, 1, False)


@pytest.mark.parametrize("changing", [(DUMP_TRIES, 0), (0, DUMP_TRIES)])
def test_fk_02_a_list_that_never_settles_is_given_and_said_to_be_so(monkeypatch, changing):
    network, was_interrupted = given_by(monkeypatch, *changing)
    assert (len(network.links), len(network.addresses), was_interrupted) == (1, 1, True)


def test_the_last_of_an_attribute_that_stands_twice_counts_and_flag_bits_do_not():
    data = attribute(3, b"one\0") + attribute(3, b"two\0") + attribute(4 | 0x8000, b"mtu4") + attribute(99, b"new")
    assert attributes(data, 0) == {3: b"two\0", 4: b"mtu4", 99: b"new"}


@pytest.mark.parametrize("length", [0, 3, 9, 0xFFFF])
def test_an_attribute_with_an_impossible_length_is_refused(length):
    with pytest.raises(WireError, match="attribute"):
        attributes(struct.pack("=HHI", length, 3, 0), 0)


@pytest.mark.parametrize("read", [first_network._link, first_network._address])
@given(data=st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(read, data):
    try:
        read(data)
    except WireError:
        return


@given(st.lists(st.tuples(st.integers(0, 0x3FFF), st.binary(max_size=20)), max_size=6))
def test_attributes_are_read_back(written):
    data = b"".join(attribute(kind, value) for kind, value in written)
    assert attributes(data, 0) == dict(written)
