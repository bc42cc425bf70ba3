"""Which listener a connection belongs to, against a slow reading of the kernel's look-up."""

from __future__ import annotations

from ipaddress import IPv6Address

from hypothesis import example, given
from hypothesis import strategies as st

from monitor.model.tcp import TcpState
from monitor.reasoning.listeners import is_reuseport_rival, listener_rows
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
            fits = listener["state"] == TcpState.LISTEN and listener["local_port"] == own["local_port"]
            if fits and bucket(at) and is_reached and takes:
                scores[number] = (bool(device), at.version == address.version)
        if scores:
            best = [number for number, score in scores.items() if score == max(scores.values())]
            waiting = [number for number in best if rows[number].columns["recv_q"]]
            return waiting[0] if len(waiting) == 1 else best[0]
    return -1


@given(st.lists(listening(), max_size=8), st.lists(connected(), min_size=1, max_size=4))
@example([listens("[fe80::1]:80", device=2), listens("[::]:80", v6only=1)], [estab("[fe80::1]:80", device=3)])
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


def test_members_of_a_group_are_rivals_unless_exactly_one_has_waiting_clients():
    def group(*queues, **last):
        rows = [listens("0.0.0.0:443", cookie=number, queue=(queue, 5)) for number, queue in enumerate(queues)]
        return table_of([*rows, listens("0.0.0.0:443", queue=(1, 5), **last)] if last else rows)

    assert not is_reuseport_rival(group(3), 0)
    assert not is_reuseport_rival(group(0, 3, 0), 0)
    assert is_reuseport_rival(group(1, 1), 0)
    assert is_reuseport_rival(group(0, 0), 0)
    assert not is_reuseport_rival(group(0, device=2), 0), "another device is another group"


def test_the_family_parts_two_groups_on_one_endpoint():
    table = table_of([listens("192.0.2.10:443", queue=(1, 5)), listens("[::ffff:192.0.2.10]:443", queue=(1, 5))])
    assert not is_reuseport_rival(table, 0)
