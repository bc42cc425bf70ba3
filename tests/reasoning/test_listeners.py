"""Which listener a connection belongs to, against a slow reading of the kernel's look-up."""

from __future__ import annotations

import socket
from ipaddress import IPv6Address

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.model.tcp import TcpState
from monitor.reasoning.listeners import ListenerIndex, listener_rows
from tests.scenes import ANY, ANY6, row, table_of

CLIENT, CLIENT6, MAPPED_CLIENT = "198.51.100.7:51834", "[2001:db8:1::7]:51834", "[::ffff:198.51.100.7]:51834"
HOSTS = ("0.0.0.0", "192.0.2.10", "[::]", "[2001:db8::10]", "[fe80::1]", "[::ffff:192.0.2.10]", "[::ffff:0.0.0.0]")
OWN_HOSTS = ("192.0.2.10", "203.0.113.10", "[2001:db8::10]", "[fe80::1]", "[::ffff:192.0.2.10]")


def listens(local, **more):
    return row("tcp", local, ANY6 if local.startswith("[") else ANY, "LISTEN", **more)


def estab(local, state="ESTAB", **more):
    return row("tcp", local, CLIENT6 if local.startswith("[") else CLIENT, state, **more)


def chosen(*rows):
    return listener_rows(table_of(rows)).tolist()


@st.composite
def listening(draw):
    host, port = draw(st.sampled_from(HOSTS)), draw(st.sampled_from((80, 443)))
    v6only = {"v6only": draw(st.sampled_from((0, 1)))} if host.startswith("[") else {}
    return listens(
        f"{host}:{port}", device=draw(st.sampled_from((0, 2, 3))), queue=(draw(st.integers(0, 1)), 5), **v6only
    )


@st.composite
def connected(draw):
    host, port = draw(st.sampled_from(OWN_HOSTS)), draw(st.sampled_from((80, 443, 8080)))
    state = draw(st.sampled_from(("ESTAB", "SYN-RECV", "TIME-WAIT", "SYN-SENT", "LAST-ACK")))
    return estab(f"{host}:{port}", state, device=draw(st.sampled_from((0, 2, 3))))


def plain_address(columns):
    """The local address as packets carry it: a mapped one is IPv4."""
    address = IPv6Address(columns["local_high"] << 64 | columns["local_low"])
    return address.ipv4_mapped or address


def slow_listener(rows, place):
    """Read the look-up from inet_lookup_listener(): two buckets, the best score in the first that holds a match."""
    own = rows[place].columns
    address = plain_address(own)
    if own["state"] == TcpState.SYN_SENT:
        return -1
    for bucket in (lambda at: at == address, lambda at: at.is_unspecified):
        scores = {}
        for number, candidate in enumerate(rows):
            listener = candidate.columns
            at = plain_address(listener)
            device = listener.get("device", 0)
            # A child has its listener's device; a link-local one names a device although its listener has none.
            is_reached = device == own.get("device", 0) or (device == 0 and address.is_link_local)
            is_dual = at.version == 6 and at.is_unspecified and listener["v6only"] == 0
            takes = at.version == address.version or (address.version == 4 and is_dual)
            takes &= address.version == 6 or listener["v6only"] != 1
            fits = listener["state"] == TcpState.LISTEN and listener["local_port"] == own["local_port"]
            # What was not accepted yet, or is the kernel's own, has the family of the listener that it came to.
            fits &= own["inode"] != 0 or own["family"] == listener["family"]
            if fits and bucket(at) and is_reached and takes:
                scores[number] = (bool(device), listener["family"] == socket.AF_INET)
        if scores:
            best = [number for number, score in scores.items() if score == max(scores.values())]
            names = ("local_high", "local_low", "v6only")
            group = [
                number for number in best if all(rows[number].columns[n] == rows[best[0]].columns[n] for n in names)
            ]
            waiting = [number for number in group if rows[number].columns["recv_q"]]
            return waiting[0] if len(waiting) == 1 else group[0]
    return -1


@given(st.lists(listening(), max_size=8), st.lists(connected(), min_size=1, max_size=4))
@example([listens("[fe80::1]:80", device=2), listens("[::]:80", v6only=1)], [estab("[fe80::1]:80", device=3)])
@example([listens("[::]:80"), listens("[::ffff:0.0.0.0]:80")], [estab("192.0.2.10:80")])
@example([listens("[::ffff:0.0.0.0]:80", v6only=1)], [estab("192.0.2.10:80")])
def test_listeners_are_found_as_a_slow_reading_of_the_kernel_finds_them(listeners, connections):
    rows = [*listeners, *connections]
    expected = [-1] * len(listeners) + [slow_listener(rows, place) for place in range(len(listeners), len(rows))]
    assert chosen(*rows) == expected


def test_an_exact_address_goes_before_the_wildcard():
    assert chosen(listens("0.0.0.0:443"), listens("192.0.2.10:443"), estab("192.0.2.10:443")) == [-1, -1, 1]


def test_the_wildcard_takes_other_addresses_only():
    assert chosen(listens("0.0.0.0:443"), listens("192.0.2.10:443"), estab("203.0.113.10:443")) == [-1, -1, 0]


def test_a_dual_stack_listener_has_ipv4_connections_mapped_or_not():
    rows = (listens("[::]:443"), estab("[::ffff:192.0.2.10]:443"), estab("192.0.2.10:443"), estab("[2001:db8::10]:443"))
    assert chosen(*rows) == [-1, 0, 0, 0]


def test_an_ipv6_only_listener_has_no_ipv4_connections():
    assert chosen(listens("[::]:443", v6only=1), estab("192.0.2.10:443")) == [-1, -1]


def test_ipv4_goes_to_the_ipv4_wildcard_before_the_dual_stack_one():
    assert chosen(listens("[::]:443"), listens("0.0.0.0:443"), estab("192.0.2.10:443")) == [-1, -1, 1]


def test_a_connection_has_the_device_of_its_listener():
    bound, free = listens("0.0.0.0:443", device=2), listens("0.0.0.0:443")
    assert chosen(bound, free, estab("192.0.2.10:443", device=2), estab("192.0.2.10:443")) == [-1, -1, 0, 1]


def test_a_link_local_connection_names_a_device_although_its_listener_is_free():
    assert chosen(listens("[::]:443"), estab("[fe80::1]:443", device=2)) == [-1, 0]


def test_who_dialled_from_a_listening_port_has_no_listener():
    assert chosen(listens("0.0.0.0:443"), estab("192.0.2.10:443", "SYN-SENT")) == [-1, -1]


def test_of_a_reuseport_group_the_one_member_with_waiting_clients_is_named():
    group = [listens("0.0.0.0:443", cookie=number, queue=(int(number == 2), 5)) for number in range(4)]
    assert chosen(*group, estab("192.0.2.10:443"))[-1] == 2


def test_udp_has_no_listener():
    rows = (listens("0.0.0.0:53"), row("udp", "192.0.2.10:53", CLIENT, "ESTAB"))
    assert chosen(*rows) == [-1, -1]


def test_a_table_without_listeners_or_without_connections_is_answered():
    assert chosen() == []
    assert chosen(estab("192.0.2.10:443")) == [-1]
    assert chosen(listens("0.0.0.0:443")) == [-1]


@pytest.mark.parametrize(
    ("queues", "is_certain"), [((3,), True), ((0,), True), ((0, 3, 0), True), ((1, 1), False), ((0, 0), False)]
)
def test_a_group_tells_who_waits_for_whom_unless_several_or_no_members_have_waiting_clients(queues, is_certain):
    rows = [listens("0.0.0.0:443", cookie=number, queue=(queue, 5)) for number, queue in enumerate(queues)]
    index = ListenerIndex(table_of([*rows, listens("0.0.0.0:443", queue=(1, 5), device=2)]))
    assert index.group_of(0).is_certain == is_certain
    assert index.group_of(len(rows)).is_certain, "another device is another group"


def test_the_family_parts_two_groups_on_one_endpoint():
    table = table_of([listens("192.0.2.10:443", queue=(1, 5)), listens("[::ffff:192.0.2.10]:443", queue=(1, 5))])
    index = ListenerIndex(table)
    assert index.group_of(0) is not index.group_of(1)


def test_a_connection_that_was_not_accepted_has_its_listeners_family():
    rows = [listens("0.0.0.0:443"), listens("[::]:443", v6only=0, queue=(1, 5))]
    waiting = row("tcp", "[::ffff:192.0.2.10]:443", "[::ffff:198.51.100.7]:51834", "ESTAB", inode=0)
    assert chosen(*rows, waiting)[-1] == 1
    accepted = row("tcp", "[::ffff:192.0.2.10]:443", "[::ffff:198.51.100.7]:51834", "ESTAB")
    assert chosen(*rows, accepted)[-1] == 0, "a segment of today goes to the listener of IPv4"


def test_a_closed_listener_takes_nothing_and_an_unseen_one_only_what_nobody_else_takes():
    rows = [listens("192.0.2.10:443"), listens("0.0.0.0:443"), listens("0.0.0.0:80"), estab("192.0.2.10:443")]
    table = table_of([*rows, estab("192.0.2.10:80")])
    first, third = np.eye(5, dtype=bool)[[0, 2]]
    assert listener_rows(table, ListenerIndex(table, is_closed=first)).tolist()[3:] == [1, 2]
    assert listener_rows(table, ListenerIndex(table, is_unseen=first | third)).tolist()[3:] == [1, 2]
    assert listener_rows(table, ListenerIndex(table, is_closed=first | third)).tolist()[3:] == [1, -1]
