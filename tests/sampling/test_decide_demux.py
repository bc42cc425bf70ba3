"""Decisions against the running kernel: what is asked about is also really sent, in a namespace of its own."""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from monitor.model.demux import Agreement, Answer, Certainty, Effect
from monitor.model.receiver import ReceiverQuestion
from monitor.model.segment import Origin, Reach
from monitor.model.tcp import TcpState
from monitor.reasoning.demux import demultiplex
from monitor.sampling.decide_demux import decide_places, read_all
from monitor.sampling.live import LiveSource
from tests.demuxing import REUSEADDR, REUSEPORT, V6ONLY, cookie, cookies, decided, on, open_at, segment, who_gets
from tests.kernel.conftest import LINKS

pytestmark = pytest.mark.kernel

GHOST, GHOST6 = "192.0.2.77:5000", "[2001:db8:a::77]:5000"
E0, E1, E0_IPV6 = "192.0.2.1", "198.51.100.1", "[2001:db8:a::1]"
GROUP, GROUP6 = "239.1.1.1", "ff05::1234"
IP_MULTICAST_ALL = 49


@pytest.fixture(autouse=True)
def ip(ip: Callable[..., str]) -> Callable[..., str]:
    """A host whose e0 is 192.0.2.1 and whose e1 is 198.51.100.1; the other ends of both are in it as well."""
    ip(LINKS)
    for name in ("all", "e0", "e1"):
        setting(f"conf/{name}/rp_filter", 0)
    return ip


def setting(name, value):
    Path(f"/proc/sys/net/ipv4/{name}").write_text(str(value))


def joined(group, device="e0"):
    index = socket.if_nametoindex(device)
    if ":" in group:
        return socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(10, group) + struct.pack("=I", index)
    return socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + struct.pack("=4xi", index)


UDP_SCENES = {
    "nobody": ([], E0),
    "wildcard": ([("0.0.0.0:53",)], E0),
    "specific before wildcard": ([("0.0.0.0:53", REUSEADDR), (f"{E0}:53", REUSEADDR)], E0),
    "weak host": ([(f"{E1}:53",)], E1),
    "other address": ([(f"{E1}:53",)], E0),
    "own device": ([("0.0.0.0:53", REUSEADDR), ("0.0.0.0:53", REUSEADDR, on("e0"))], E0),
    "own device bound first": ([("0.0.0.0:53", REUSEADDR, on("e0")), ("0.0.0.0:53", REUSEADDR)], E0),
    "other device": ([("0.0.0.0:53", REUSEADDR, on("e1"))], E0),
    "address before device": ([(f"{E0}:53", REUSEADDR), ("0.0.0.0:53", REUSEADDR, on("e0"))], E0),
    "dual stack": ([("[::]:53",)], E0),
    "dual stack beside IPv4": ([("0.0.0.0:53", REUSEADDR), ("[::]:53", REUSEADDR)], E0),
    "IPv6 only": ([("[::]:53", V6ONLY)], E0),
    "newest of three": ([("0.0.0.0:53", REUSEADDR)] * 3, E0),
    "group": ([("0.0.0.0:53", REUSEPORT)] * 3, E0),
    "broadcast": ([("0.0.0.0:53", REUSEADDR)] * 2 + [("192.0.2.255:53", REUSEADDR)], "192.0.2.255"),
    "broadcast and a specific address": ([(f"{E0}:53", REUSEADDR)], "192.0.2.255"),
    "limited broadcast": ([("0.0.0.0:53", REUSEADDR), ("0.0.0.0:53", REUSEADDR, on("e1"))], "255.255.255.255"),
    "IPv6": ([("[::]:53", REUSEADDR), ("[::]:53", REUSEADDR, on("e0"))], E0_IPV6),
    "IPv6 newest": ([("[::]:53", REUSEADDR)] * 2, E0_IPV6),
    "IPv6 group": ([("[::]:53", REUSEPORT, V6ONLY)] * 3, E0_IPV6),
    "not ours": ([("0.0.0.0:53",)], "203.0.113.9"),
    "loopback from a wire": ([("127.0.0.1:53",)], "127.0.0.1"),
    "IPv6 loopback from a wire": ([("[::]:53",)], "[::1]"),
}


@pytest.mark.parametrize(("sockets", "host"), UDP_SCENES.values(), ids=UDP_SCENES)
def test_datagram_from_a_wire_goes_where_it_was_said(scene: ExitStack, sockets, host):
    made = [open_at(scene, "udp", *described) for described in sockets]
    source, destination = GHOST6 if ":" in host else GHOST, f"{host}:53"
    decision, members = decided(segment("udp", source, destination, "e0"))
    got = who_gets(made, "e0", source, destination)
    assert decision.agreement in (Agreement.AGREE, Agreement.REORDERED, Agreement.RULES_ONLY)
    if decision.answer is Answer.ONE_OF:
        assert got < members == cookies(*made)
    else:
        assert got == members


def test_connected_socket_takes_its_peer_from_the_wire(scene: ExitStack):
    waiting = open_at(scene, "udp", f"{E0}:53", REUSEADDR)
    friend = open_at(scene, "udp", f"{E0}:53", REUSEADDR, connect=GHOST)
    for source, winner in ((GHOST, friend), ("192.0.2.77:5001", waiting)):
        _, members = decided(segment("udp", source, f"{E0}:53", "e0"))
        assert members == cookies(winner) == who_gets([waiting, friend], "e0", source, f"{E0}:53")


@pytest.mark.parametrize("wildcard", ["0.0.0.0", "[::]"])
def test_multicast_reaches_those_that_never_joined_unless_they_refuse(scene: ExitStack, wildcard):
    group, source = (GROUP, GHOST) if wildcard == "0.0.0.0" else (GROUP6, GHOST6)
    host = f"[{group}]" if ":" in group else group
    level, option = (socket.IPPROTO_IP, IP_MULTICAST_ALL) if ":" not in group else (socket.IPPROTO_IPV6, 29)
    refusing = (level, option, 0)
    made = [
        open_at(scene, "udp", f"{wildcard}:5353", REUSEADDR, *more)
        for more in ((joined(group),), (), (refusing,), (refusing, joined(group)), (on("e1"),))
    ]
    decision, members = decided(segment("udp", source, f"{host}:5353", "e0"))
    assert (decision.answer, decision.certainty) == (Answer.ALL_OF, Certainty.CERTAIN)
    expected = cookies(made[0], made[1], made[3])
    assert members == expected == who_gets(made, "e0", source, f"{host}:5353")


def test_dual_stack_socket_takes_no_ipv4_group_that_it_has_not_joined(scene: ExitStack):
    member = open_at(scene, "udp", "0.0.0.0:5353", REUSEADDR, joined(GROUP))
    dual = open_at(scene, "udp", "[::]:5353", REUSEADDR)
    _, members = decided(segment("udp", GHOST, f"{GROUP}:5353", "e0"))
    assert members == cookies(member) == who_gets([member, dual], "e0", GHOST, f"{GROUP}:5353")


@pytest.mark.parametrize("group", [GROUP, f"[{GROUP6}]"])
def test_group_that_nobody_joined_reaches_nobody(scene: ExitStack, group):
    made = open_at(scene, "udp", "[::]:5353")
    source = GHOST6 if "[" in group else GHOST
    decision, _ = decided(segment("udp", source, f"{group}:5353", "e0"))
    assert decision.facts.arrival.reach is Reach.NOT_JOINED
    assert not who_gets([made], "e0", source, f"{group}:5353")


@pytest.mark.parametrize(
    ("source", "rp_filter", "reach"),
    [
        (f"{E1}:5000", 0, Reach.MARTIAN_SOURCE),
        ("127.0.0.1:5000", 0, Reach.MARTIAN_SOURCE),
        ("198.51.100.77:5000", 1, Reach.REVERSE_PATH),
        ("198.51.100.77:5000", 2, Reach.LOCAL),
        ("198.51.100.77:5000", 0, Reach.LOCAL),
    ],
)
def test_source_that_input_routing_refuses_reaches_nobody(scene: ExitStack, source, rp_filter, reach):
    setting("conf/e0/rp_filter", rp_filter)
    made = open_at(scene, "udp", "0.0.0.0:53")
    decision, members = decided(segment("udp", source, f"{E0}:53", "e0"))
    assert decision.facts.arrival.reach is reach
    assert members == who_gets([made], "e0", source, f"{E0}:53")


def test_address_of_a_local_route_is_ours(scene: ExitStack, ip):
    ip("route add local 203.0.113.0/24 dev lo\n")
    made = open_at(scene, "udp", "0.0.0.0:53")
    _, members = decided(segment("udp", GHOST, "203.0.113.9:53", "e0"))
    assert members == cookies(made) == who_gets([made], "e0", GHOST, "203.0.113.9:53")


@pytest.mark.parametrize(
    ("change", "reach"),
    [("1", Reach.FORWARDED), ("0", Reach.NOT_OURS)],
)
@pytest.mark.parametrize(
    ("name", "source", "destination"),
    [("ipv4/ip_forward", GHOST, "198.51.100.99:80"), ("ipv6/conf/all/forwarding", GHOST6, "[2001:db8:b::99]:80")],
)
def test_foreign_address_is_passed_on_or_not(change, reach, name, source, destination):
    Path(f"/proc/sys/net/{name}").write_text(change)
    decision, _ = decided(segment("tcp", source, destination, "e0"))
    assert (decision.answer, decision.facts.arrival.reach) == (Answer.NOT_DELIVERED, reach)


def connected(scene, listener, source, destination):
    """Really connect; give both sides."""
    family = socket.AF_INET6 if ":" in source[0] else socket.AF_INET
    client = scene.enter_context(socket.socket(family))
    client.bind(source)
    client.settimeout(2)
    client.connect(destination)
    return client, scene.enter_context(listener.accept()[0])


@pytest.mark.parametrize(
    ("device", "destination", "counts"),
    [("e0", E0, True), ("lo", E0, False), ("e1", E0, False), ("lo", "127.5.5.5", True)],
)
def test_what_this_host_sends_to_itself_counts_for_the_owner_of_the_destination(
    scene: ExitStack, device, destination, counts
):
    listener = open_at(scene, "tcp", "0.0.0.0:80", on(device))
    asked = segment("tcp", f"{E0 if destination == E0 else '127.0.0.1'}:4000", f"{destination}:80")
    decision, members = decided(asked)
    assert decision.facts.arrival.origin is Origin.HERE
    assert members == (cookies(listener) if counts else set())
    client = scene.enter_context(socket.socket())
    client.settimeout(2)
    client.bind((str(asked.source.address), 4000))
    assert (client.connect_ex((destination, 80)) == 0) == counts


@pytest.mark.parametrize("host", [E0, E0_IPV6, "[fe80::1%e0]"])
def test_accepted_connection_has_its_pair_to_itself(scene: ExitStack, host):
    listener = open_at(scene, "tcp", f"{host}:80")
    bare = host.strip("[]").partition("%")[0]
    scope = (0, socket.if_nametoindex("e0")) if "%" in host else (0, 0) if ":" in host else ()
    _, accepted = connected(scene, listener, (bare, 4000, *scope), (bare, 80, *scope))
    decision, members = decided(segment("tcp", f"{host}:4000", f"{host}:80"))
    assert members == cookies(accepted)
    assert (decision.certainty, decision.effects.opening) == (Certainty.CERTAIN, Effect.CHALLENGED)
    _, others = decided(segment("tcp", f"{host}:4001", f"{host}:80"))
    assert others == cookies(listener)


def test_dual_stack_connection_is_found_by_its_ipv4_pair(scene: ExitStack):
    listener = open_at(scene, "tcp", "[::]:80")
    _, accepted = connected(scene, listener, (E0, 4000), (E0, 80))
    _, members = decided(segment("tcp", f"{E0}:4000", f"{E0}:80"))
    assert members == cookies(accepted)


def test_time_wait_is_found_with_the_listener_behind_it(scene: ExitStack):
    listener = open_at(scene, "tcp", f"{E0}:80", REUSEADDR)
    client, accepted = connected(scene, listener, (E0, 4000), (E0, 80))
    accepted.close()
    client.recv(1)
    client.close()
    with closing(LiveSource()) as source:
        table = read_all(source).table
    assert TcpState.TIME_WAIT in table.state.tolist()
    decision, _ = decided(segment("tcp", f"{E0}:4000", f"{E0}:80"))
    assert (decision.answer, decision.effects.opening) == (Answer.SOCKET, Effect.RECYCLED)
    assert len(decision.successors) == 1


@pytest.mark.parametrize("is_listening", [True, False])
def test_half_open_connection_is_found_also_without_its_listener(scene: ExitStack, is_listening):
    with ExitStack() as until:
        listener = open_at(until if not is_listening else scene, "tcp", f"{E0}:80")
        # Whoever defers waits for data after the last ACK, in SYN-RECV.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
        client = scene.enter_context(socket.socket())
        client.bind((E0, 4000))
        client.connect((E0, 80))
    decision, _ = decided(segment("tcp", f"{E0}:4000", f"{E0}:80"))
    assert decision.answer is Answer.SOCKET
    assert decision.effects.data is (Effect.COMPLETED if is_listening else Effect.RESET)


def test_full_accept_queue_drops_a_syn(scene: ExitStack):
    listener = open_at(scene, "tcp", f"{E0}:80", backlog=0)
    scene.enter_context(socket.create_connection(listener.getsockname()))
    decision, _ = decided(segment("tcp", GHOST, f"{E0}:80", "e0"))
    assert decision.effects.opening is Effect.QUEUE_FULL


@pytest.mark.parametrize("family", ["0.0.0.0", "[::]"])
def test_worker_that_is_named_is_the_one_that_accepts(scene: ExitStack, family):
    workers = [open_at(scene, "tcp", f"{family}:80", REUSEPORT) for _ in range(4)]
    host = E0 if family == "0.0.0.0" else E0_IPV6.strip("[]")
    by_cookie = {cookie(worker): worker for worker in workers}
    for port in range(4000, 4012):
        asked = segment(
            "tcp",
            f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            f"{family and (E0 if host == E0 else E0_IPV6)}:80",
        )
        decision, members = decided(asked)
        assert (decision.answer, members) == (Answer.ONE_OF, set(by_cookie))
        worker = by_cookie[decision.facts.look_up.found.cookie]
        worker.settimeout(2)
        connected(scene, worker, (host, port), (host, 80))


def test_processor_that_a_socket_prefers_is_no_certainty(scene: ExitStack):
    incoming = (socket.SOL_SOCKET, 49)
    made = [open_at(scene, "udp", "0.0.0.0:53", REUSEADDR, (*incoming, number)) for number in (0, 1)]
    decision, members = decided(segment("udp", GHOST, f"{E0}:53", "e0"))
    assert (decision.answer, members) == (Answer.ONE_OF, cookies(*made))


def test_interface_is_assumed_where_nobody_names_it(scene: ExitStack):
    listener = open_at(scene, "tcp", "0.0.0.0:80", on("e1"))
    decision, members = decided(segment("tcp", "198.51.100.77:5000", f"{E0}:80"))
    assert (decision.facts.arrival.origin, members) == (Origin.WAY_BACK, cookies(listener))


@pytest.mark.parametrize(
    ("destination", "device", "reach"),
    [
        ("[fe80::1]:80", None, Reach.NO_ZONE),
        ("[fe80::1%e0]:80", "e1", Reach.NO_ZONE),
        ("[fe80::2%e0]:80", "e0", Reach.NOT_OURS),
        ("[fe80::1%e0]:80", None, Reach.LOCAL),
    ],
)
def test_link_local_address_needs_its_interface(destination, device, reach):
    decision, _ = decided(segment("tcp", "[fe80::77%e0]:5000", destination, device))
    if destination == "[fe80::1]:80":
        decision, _ = decided(segment("tcp", GHOST6, destination, device))
    assert decision.facts.arrival.reach is reach


def test_interface_that_is_down_receives_nothing(ip):
    ip("link set e1 down\n")
    decision, _ = decided(segment("tcp", "198.51.100.77:5000", f"{E1}:80", "e1"))
    assert decision.facts.arrival.reach is Reach.DEVICE_DOWN


def test_place_by_place_every_address_is_told(scene: ExitStack):
    wild = open_at(scene, "tcp", "0.0.0.0:80", REUSEPORT)
    specific = open_at(scene, "tcp", f"{E0}:80", REUSEPORT)
    own = open_at(scene, "tcp", "127.0.0.53:80", REUSEPORT)
    with closing(LiveSource()) as source:
        interval = read_all(source)
        decisions = decide_places(source, interval, ReceiverQuestion(6, 80))
    got = {
        decision.facts.segment.destination.address_text: {int(interval.table.cookie[row]) for row in decision.members}
        for decision in decisions
    }
    assert got[E0] == cookies(specific)
    assert got[E1] == got["127.0.0.1"] == cookies(wild)
    assert got["127.0.0.53"] == cookies(own)
    assert got["::1"] == got["fe80::1%e0"] == got["fe80::1%e1"] == set()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_rules_alone_name_what_the_kernel_names_on_sockets_made_at_random(scene: ExitStack, protocol, seed):
    chance = random.Random(seed)
    hosts = ("0.0.0.0", E0, E1, "[::]", E0_IPV6)
    for _ in range(12):
        host, port = chance.choice(hosts), chance.choice((80, 81))
        more = [REUSEPORT if protocol == "tcp" else REUSEADDR]
        more += [on(chance.choice(("e0", "e1")))] if chance.random() < 0.4 else []
        more += [V6ONLY] if "[" in host and chance.random() < 0.5 else []
        connect = None
        if protocol == "udp" and chance.random() < 0.3 and host in (E0, E1):
            connect = GHOST
        open_at(scene, protocol, f"{host}:{port}", *more, connect=connect)
    with closing(LiveSource()) as source:
        table = read_all(source).table
        for host, port, device in product((E0, E1, E0_IPV6), (80, 81, 82), ("e0", "e1")):
            asked = segment(protocol, GHOST6 if "[" in host else GHOST, f"{host}:{port}", device)
            facts = source.receiver_of(asked)
            ruled = demultiplex(table, replace(facts, look_up=None))
            named = facts.look_up.found
            found = set() if named is None else {named.cookie}
            assert found <= {int(table.cookie[row]) for row in ruled.members}, asked
            assert bool(found) == bool(ruled.members), asked


def test_reply_to_nobody_is_told_as_the_kernel_gives_it(scene: ExitStack):
    decision, _ = decided(segment("tcp", f"{E0}:4000", f"{E0}:80"))
    assert (decision.answer, decision.effects.opening) == (Answer.NOBODY, Effect.RESET)
    client = scene.enter_context(socket.socket())
    with pytest.raises(ConnectionRefusedError):
        client.connect((E0, 80))
