"""Connections of a real kernel while its addresses, routes and rules change: who is said to leave elsewhere.

Nothing answers here: who dialled stays in SYN-SENT, and who accepted is put there whole (TCP_REPAIR).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import numpy as np
import pytest

from monitor.model.egress import Agreement, Reason, Verdict
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, Interval
from monitor.reasoning.egress import agreement_of
from monitor.sampling.agreement import RouteAgreement
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.agreeing import answered

pytestmark = pytest.mark.kernel

TCP_REPAIR = 19
SO_MARK = socket.SO_MARK
FAR, FAR_V6 = "203.0.113.5", "2001:db8:ffff::5"
E0, E0_V6 = "192.0.2.1", "2001:db8:a::1"
E1, E1_V6 = "198.51.100.1", "2001:db8:b::1"
OVER_E1 = ("route replace default via 198.51.100.254", "-6 route replace default via fe80::fe dev e1")
TUNNEL = (
    "link add wg0 type veth peer name wg1",
    "link set wg1 up",
    "addr add 10.8.0.2/32 dev wg0",
    "link set wg0 up",
    "route add default dev wg0 table 51820",
    "rule add pref 101 not fwmark 0xca6c lookup 51820",
    "rule add pref 100 lookup main suppress_prefixlength 0",
)
"""What wg-quick sets up for AllowedIPs = 0.0.0.0/0."""
GATEWAYS = """
neigh add 192.0.2.254 lladdr 02:00:00:00:00:fe dev e0
neigh add 198.51.100.254 lladdr 02:00:00:00:00:fe dev e1
neigh add fe80::fe lladdr 02:00:00:00:00:fe dev e0
neigh add fe80::fe lladdr 02:00:00:00:00:fe dev e1
"""
"""Where nobody tells a gateway's hardware address, SYN-SENT ends within seconds."""


class Watch:
    """The program's own road from a sample to verdicts."""

    def __init__(self, source: LiveSource) -> None:
        self.source = source
        self.agreement = RouteAgreement()
        self.interval: Interval | None = None

    def look(self) -> None:
        self.interval = self.agreement.take(advance(self.interval, self.source.sample()))
        self.interval = answered(self.agreement, self.source)

    def row_of(self, connection: socket.socket) -> int:
        assert self.interval is not None
        port = connection.getsockname()[1]
        (row,) = np.flatnonzero((self.interval.table.local_port == port) & self.interval.table.is_pair)
        return int(row)

    def says(self, connection: socket.socket) -> Agreement:
        self.look()
        assert self.interval is not None
        return agreement_of(self.interval, self.row_of(connection))


@pytest.fixture
def ip(ip: Callable[..., str]) -> Callable[..., str]:
    """Let connections to the gateways' far side stay in SYN-SENT."""
    ip(GATEWAYS)
    return ip


@pytest.fixture
def watch(ip: Callable[..., str]) -> Iterator[Watch]:
    source = LiveSource()
    watch = Watch(source)
    # Rules are known from the second sample on.
    watch.look()
    yield watch
    source.close()


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def family_of(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def dial(held: ExitStack, remote: str = FAR, *, bound: str | None = None, mark: int = 0) -> socket.socket:
    """Leave a connection in SYN-SENT."""
    dialling = held.enter_context(socket.socket(family_of(remote)))
    dialling.settimeout(0)
    if mark:
        dialling.setsockopt(socket.SOL_SOCKET, SO_MARK, mark)
    if bound:
        dialling.bind((bound, 0))
    with suppress(BlockingIOError):
        dialling.connect((remote, 443))
    return dialling


def accept(held: ExitStack, local: str = E0, remote: str = FAR, *, family: int = 0) -> socket.socket:
    """Make a connection as if a client had come to this address."""
    accepted = held.enter_context(socket.socket(family or family_of(local)))
    accepted.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    accepted.bind((local, 0))
    accepted.connect((remote, 51000))
    return accepted


@contextmanager
def pairs(held: ExitStack) -> Iterator[list[socket.socket]]:
    yield [dial(held), accept(held), dial(held, FAR_V6), accept(held, E0_V6, FAR_V6)]


def test_directions_are_as_the_scenes_mean_them(watch, held):
    dialled, accepted = dial(held), accept(held)
    watch.look()
    assert watch.interval.direction[watch.row_of(dialled)] == DIRECTION_DIALLED
    assert watch.interval.direction[watch.row_of(accepted)] == DIRECTION_ACCEPTED


def test_default_route_that_moves_takes_all_connections_along(ip, watch, held):
    with pairs(held) as connections:
        assert [watch.says(each).verdict for each in connections] == [Verdict.AGREES] * 4
        ip(*OVER_E1)
        found = [watch.says(each) for each in connections]
    assert [each.verdict for each in found] == [Verdict.ELSEWHERE] * 4
    assert {(each.was, each.now) for each in found} == {(b"e0", b"e1")}
    assert [str(each.redialled_from) for each in found] == [E1, "None", E1_V6, "None"]


def test_also_without_having_seen_the_former_route(ip, held):
    with pairs(held) as connections:
        ip(*OVER_E1)
        source = LiveSource()
        try:
            late = Watch(source)
            late.look()
            assert [late.says(each).verdict for each in connections] == [Verdict.ELSEWHERE] * 4
        finally:
            source.close()


def test_tunnel_takes_all_but_its_own_packets_and_what_more_exact_routes_keep(ip, watch, held):
    ip("route add 203.0.113.64/26 via 192.0.2.254")
    plain, marked, exact = dial(held), dial(held, mark=0xCA6C), dial(held, "203.0.113.70")
    watch.look()
    ip(*TUNNEL)
    found = watch.says(plain)
    assert (found.reason, found.now, str(found.redialled_from)) == (Reason.OTHER_DEVICE, b"wg0", "10.8.0.2")
    assert watch.says(marked).verdict is Verdict.AGREES
    assert watch.says(exact).verdict is Verdict.AGREES


def test_connections_inside_a_tunnel_lose_their_way_with_its_address(ip, watch, held):
    ip(*TUNNEL)
    inside = dial(held)
    assert inside.getsockname()[0] == "10.8.0.2"
    assert watch.says(inside).verdict is Verdict.AGREES
    ip("link del wg0")
    found = watch.says(inside)
    assert (found.verdict, found.reason) == (Verdict.NO_WAY, Reason.ADDRESS_GONE)


def test_secondary_addresses_and_addresses_bound_by_the_program_raise_no_alarm(ip, watch, held):
    ip("addr add 192.0.2.7/24 dev e0", "-6 addr add 2001:db8:a::7/64 dev e0 nodad")
    bound = [
        dial(held, bound="192.0.2.7"),
        accept(held, "192.0.2.7"),
        dial(held, FAR_V6, bound="2001:db8:a::7"),
        # A weak host: e1's address leaves by e0, and always did.
        dial(held, bound=E1),
        accept(held, E1),
    ]
    assert {watch.says(each).verdict for each in bound} == {Verdict.AGREES}
    ip("addr add 192.0.2.8/24 dev e0")
    assert {watch.says(each).verdict for each in bound} == {Verdict.AGREES}, "what is no news is none"


def test_multihoming_by_rules_on_the_source_raises_no_alarm(ip, watch, held):
    ip(
        "route add default via 198.51.100.254 table 101",
        "rule add pref 101 from 198.51.100.0/24 lookup 101",
        "-6 route add default via fe80::fe dev e1 table 101",
        "-6 rule add pref 101 from 2001:db8:b::/64 lookup 101",
    )
    bound = [dial(held, bound=E1), accept(held, E1), dial(held, FAR_V6, bound=E1_V6), accept(held, E1_V6, FAR_V6)]
    assert {watch.says(each).verdict for each in bound} == {Verdict.AGREES}
    ip("rule del pref 101")
    assert [watch.says(each).now for each in bound[:2]] == [b"e0", b"e0"]
    assert {watch.says(each).verdict for each in bound[:2]} == {Verdict.ELSEWHERE}


def test_peer_on_a_bridges_subnet_may_speak_to_any_address_of_this_host(ip, held):
    ip("addr add 10.88.0.1/16 dev e1")
    by_public_address = accept(held, E0, "10.88.0.7")
    source = LiveSource()
    try:
        late = Watch(source)
        late.look()
        found = late.says(by_public_address)
    finally:
        source.close()
    assert (found.reason, found.now) == (Reason.REMOTE_ON_LINK, b"e1")


def test_several_next_hops_raise_no_alarm(ip, watch, held):
    ip(
        "route replace default nexthop via 192.0.2.254 dev e0 nexthop via 198.51.100.254 dev e1",
        "-6 route replace default nexthop via fe80::fe dev e0 nexthop via fe80::fe dev e1",
    )
    connections = [dial(held, f"203.0.113.{host}") for host in range(1, 9)]
    connections += [accept(held, local, f"203.0.113.{host}") for host in range(9, 13) for local in (E0, E1)]
    connections += [accept(held, local, f"2001:db8:ffff::{host}") for host in range(1, 5) for local in (E0_V6, E1_V6)]
    assert {watch.says(each).verdict for each in connections} == {Verdict.AGREES}


def test_nexthop_objects_raise_no_alarm_and_are_heard_when_they_change(ip, watch, held):
    ip("nexthop add id 1 via 192.0.2.254 dev e0", "route replace default nhid 1")
    connection = accept(held)
    assert watch.says(connection).verdict is Verdict.AGREES
    ip("nexthop replace id 1 via 198.51.100.254 dev e1")
    assert watch.says(connection).now == b"e1"


def test_loopback_own_addresses_and_anyip_raise_no_alarm(ip, watch, held):
    ip("route add local 10.99.0.0/24 dev lo", "addr add 10.77.0.1/32 dev lo")
    listener = held.enter_context(socket.create_server(("0.0.0.0", 0)))
    clients = []
    for address in ("127.0.0.1", "127.9.9.9", E0, E1, "10.99.0.9"):
        clients.append(held.enter_context(socket.create_connection((address, listener.getsockname()[1]))))
        held.enter_context(listener.accept()[0])
    clients += [accept(held, "10.99.0.9"), accept(held, "10.77.0.1")]
    watch.look()
    rows = np.flatnonzero(watch.interval.table.is_pair)
    assert len(rows) == 12
    assert {agreement_of(watch.interval, row).verdict for row in rows.tolist()} == {Verdict.AGREES}


def test_service_address_on_an_interface_without_peers_raises_no_alarm(ip, watch, held):
    ip("link set e1 arp off")
    # As a dummy has it: what is kept there leaves by whichever interface.
    assert watch.says(accept(held, E1)).reason is Reason.ADDRESS_HELD_APART


def test_link_local_zones_and_mapped_addresses_raise_no_alarm(ip, watch, held):
    zone = socket.if_nametoindex("e1")
    local = held.enter_context(socket.socket(socket.AF_INET6))
    local.settimeout(0)
    with suppress(BlockingIOError):
        local.connect(("fe80::5", 443, 0, zone))
    mapped = held.enter_context(socket.socket(socket.AF_INET6))
    mapped.settimeout(0)
    with suppress(BlockingIOError):
        mapped.connect((f"::ffff:{FAR}", 443))
    assert {watch.says(each).verdict for each in (local, mapped)} == {Verdict.AGREES}
    ip(*OVER_E1)
    assert watch.says(local).verdict is Verdict.AGREES
    assert watch.says(mapped).now == b"e1"


def test_link_that_goes_down_is_heard_though_ipv4_sends_no_route_event(ip, watch, held):
    connection = dial(held)
    assert watch.says(connection).verdict is Verdict.AGREES
    ip("link set e0 down")
    found = watch.says(connection)
    assert (found.verdict, found.reason, found.errno) == (Verdict.NO_WAY, Reason.REFUSED, "ENETUNREACH")


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ("route add blackhole 203.0.113.0/24", "EINVAL"),
        ("route add unreachable 203.0.113.0/24", "EHOSTUNREACH"),
        ("rule add pref 50 to 203.0.113.0/24 prohibit", "EACCES"),
    ],
)
def test_refusing_route_or_rule_is_no_way(ip, watch, held, change, number):
    connections = [dial(held), accept(held)]
    watch.look()
    ip(change)
    assert [watch.says(each).errno for each in connections] == [number, number]


@pytest.mark.parametrize("selector", ["uidrange 0-0", "ipproto tcp", "dport 443", "fwmark 7"])
def test_rules_that_choose_by_more_than_addresses_are_followed_for_each_socket(ip, watch, held, selector):
    ip("route add default via 198.51.100.254 table 100", f"rule add pref 100 {selector} lookup 100")
    watch.look()
    connection = dial(held, mark=7)
    other = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    other.connect((FAR, 53))
    assert connection.getsockname()[0] == E1
    assert watch.says(connection).verdict is Verdict.AGREES
    assert watch.says(other).verdict is Verdict.AGREES
    ip("rule del pref 100")
    assert watch.says(connection).now == b"e0"
