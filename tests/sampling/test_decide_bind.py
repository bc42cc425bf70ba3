"""Bind decisions against the running kernel: every attempt is also really made, in a namespace of its own."""

from __future__ import annotations

import random
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import product
from pathlib import Path

import pytest

from monitor.kernel.bind_facts import read_bind_facts
from monitor.model.bind import Certainty, Meeting, Option, Refusal, Sharing
from monitor.reasoning.bind import decide_bind
from monitor.sampling.decide_bind import confirmed, holders_in_question
from tests.binding import (
    DUAL,
    FREEBIND,
    NO_PORT,
    REUSEADDR,
    REUSEPORT,
    TRANSPARENT,
    V6ONLY,
    assert_agrees,
    attempt_of,
    conflict_inodes,
    decided,
    inode,
    on_device,
    really,
    sample_now,
    socket_at,
    time_wait,
)

pytestmark = pytest.mark.kernel

OTHER = 65534
ADDRESSES = """
link add e0 type veth peer name e1
link set e0 up
link set e1 up
addr add 192.0.2.1/24 dev e0
addr add 198.51.100.1/24 dev e1
addr add 2001:db8:a::1/64 dev e0 nodad
addr add 2001:db8:b::1/64 dev e1
addr add fe80::1/64 dev e0 nodad
addr add fe80::2/64 dev e1 nodad
route add local 203.0.113.0/24 dev lo
"""


@pytest.fixture(autouse=True)
def host(ip: Callable[..., str]) -> None:
    """A host with two interfaces; 2001:db8:b::1 stays tentative for a while, 203.0.113.0/24 is local by a route."""
    ip(ADDRESSES)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


def setting(name: str, value: str) -> None:
    (Path("/proc/sys/net") / name).write_text(f"{value}\n")


def listener(stack: ExitStack, where: str, *settings, **more) -> socket.socket:
    made = stack.enter_context(socket_at(where, *settings, **more))
    made.listen()
    return made


def connection(stack: ExitStack, server: socket.socket, host: str) -> tuple[socket.socket, socket.socket]:
    client = stack.enter_context(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET))
    client.connect((host, server.getsockname()[1]))
    return client, stack.enter_context(server.accept()[0])


def test_a_free_port_is_free():
    assert_agrees("192.0.2.1:8080")
    assert_agrees("[::]:8080")


@pytest.mark.parametrize(
    ("theirs", "ours", "meeting"),
    [
        ("192.0.2.1:8080", "192.0.2.1:8080", Meeting.SAME),
        ("192.0.2.1:8080", "0.0.0.0:8080", Meeting.OURS_IS_WILDCARD),
        ("0.0.0.0:8080", "192.0.2.1:8080", Meeting.THEIRS_IS_WILDCARD),
        ("[::]:8080", "192.0.2.1:8080", Meeting.THEIRS_IS_DUAL),
        ("[::]:8080", "0.0.0.0:8080", Meeting.THEIRS_IS_DUAL),
        ("[::]:8080", "[::ffff:192.0.2.1]:8080", Meeting.THEIRS_IS_DUAL),
        ("192.0.2.1:8080", "[::]:8080", Meeting.OURS_IS_DUAL),
        ("0.0.0.0:8080", "[::]:8080", Meeting.OURS_IS_DUAL),
        ("[2001:db8:a::1]:8080", "[::]:8080", Meeting.OURS_IS_WILDCARD),
        ("[::ffff:192.0.2.1]:8080", "192.0.2.1:8080", Meeting.SAME),
    ],
)
def test_one_listener_is_in_the_way_of_another(stack, theirs, ours, meeting):
    held = listener(stack, theirs)
    decision, sample = assert_agrees(ours)
    assert conflict_inodes(decision, sample) == {inode(held)}
    assert [conflict.meeting for conflict in decision.conflicts] == [meeting]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("192.0.2.1:8080", "198.51.100.1:8080"),
        ("[2001:db8:a::1]:8080", "0.0.0.0:8080"),
        ("192.0.2.1:8080", "[2001:db8:a::1]:8080"),
        ("[::ffff:192.0.2.1]:8080", "[::1]:8080"),
        ("[::ffff:0.0.0.0]:8080", "[::1]:8080"),
    ],
)
def test_two_addresses_may_have_one_port(stack, theirs, ours):
    listener(stack, theirs)
    assert_agrees(ours)
    assert not decided(ours)[0].conflicts


def test_v6only_on_either_side_keeps_the_families_apart(stack):
    listener(stack, "[::]:8080", V6ONLY)
    assert_agrees("0.0.0.0:8080")
    assert_agrees("[::ffff:192.0.2.1]:8080")
    assert_agrees("[::]:8080", DUAL)
    listener(stack, "0.0.0.0:9090")
    assert_agrees("[::]:9090", V6ONLY)
    decision, _ = assert_agrees("[::]:9090", DUAL)
    assert [remedy.option for remedy in decision.remedies if remedy.helps] == [Option.V6ONLY]


def test_the_default_of_v6only_is_the_namespaces(stack):
    listener(stack, "0.0.0.0:8080")
    setting("ipv6/bindv6only", "1")
    assert_agrees("[::]:8080")
    assert_agrees("[::ffff:192.0.2.1]:9090")


def test_a_wildcard_meets_every_listener_on_the_port(stack):
    held = {inode(listener(stack, where)) for where in ("192.0.2.1:8080", "198.51.100.1:8080", "[::1]:8080")}
    decision, sample = assert_agrees("[::]:8080")
    assert conflict_inodes(decision, sample) == held


def test_a_socket_that_is_only_bound_holds_its_port(stack):
    held = stack.enter_context(socket_at("192.0.2.1:8080"))
    decision, sample = assert_agrees("0.0.0.0:8080")
    assert conflict_inodes(decision, sample) == {inode(held)}
    assert sample.table.is_bound_only[decision.conflicts[0].row]


def test_reuseaddr_on_both_passes_all_but_a_listener(stack):
    held = stack.enter_context(socket_at("192.0.2.1:8080", REUSEADDR))
    assert_agrees("192.0.2.1:8080", REUSEADDR)
    assert_agrees("192.0.2.1:8080")
    held.listen()
    decision, _ = assert_agrees("192.0.2.1:8080", REUSEADDR)
    assert decision.conflicts[0].reuseaddr is Sharing.LISTENS


def test_an_option_that_was_set_after_bind_counts(stack):
    held = stack.enter_context(socket_at("192.0.2.1:8080"))
    assert_agrees("192.0.2.1:8080", REUSEADDR)
    held.setsockopt(*REUSEADDR)
    assert_agrees("192.0.2.1:8080", REUSEADDR)


@pytest.mark.parametrize("theirs", [(), (REUSEADDR,), (REUSEPORT,), (REUSEADDR, REUSEPORT)])
@pytest.mark.parametrize("ours", [(), (REUSEADDR,), (REUSEPORT,), (REUSEADDR, REUSEPORT)])
@pytest.mark.parametrize("where", ["127.0.0.1:8080", "0.0.0.0:8080"])
def test_time_wait_keeps_what_the_old_server_had_set(theirs, ours, where):
    with time_wait("127.0.0.1:8080", *theirs):
        decision, _ = assert_agrees(where, *ours)
        assert decision.is_kernel_held == (not decision.is_ok)


def test_time_wait_is_shared_by_reuseport_whoever_asks():
    with time_wait("127.0.0.1:8080", REUSEPORT):
        assert_agrees("127.0.0.1:8080", REUSEPORT, uid=OTHER)


def test_an_accepted_connection_holds_the_port_of_a_server_that_is_gone(stack):
    server = listener(stack, "127.0.0.1:8080", REUSEADDR)
    _, accepted = connection(stack, server, "127.0.0.1")
    server.close()
    decision, sample = assert_agrees("127.0.0.1:8080")
    assert conflict_inodes(decision, sample) == {inode(accepted)}
    assert_agrees("127.0.0.1:8080", REUSEADDR)


def test_a_connection_that_nobody_accepted_yet_ends_with_its_listener(stack):
    server = listener(stack, "127.0.0.1:8080")
    client = stack.enter_context(socket.create_connection(("127.0.0.1", 8080)))
    decision, sample = assert_agrees("127.0.0.1:8080")
    assert conflict_inodes(decision, sample) == {inode(server)}
    assert not decision.is_kernel_held
    client.close()


def test_an_outgoing_connection_holds_the_port_that_it_got(stack):
    setting("ipv4/ip_local_port_range", "40000 40000")
    server = listener(stack, "127.0.0.1:9000")
    client, _ = connection(stack, server, "127.0.0.1")
    for where in ("127.0.0.1:40000", "0.0.0.0:40000", "[::]:40000"):
        decision, sample = assert_agrees(where, REUSEADDR)
        assert conflict_inodes(decision, sample) == {inode(client)}
    assert_agrees("192.0.2.1:40000")


def test_an_ipv6_connection_that_is_not_v6only_stops_ipv4s_wildcard(stack):
    server = listener(stack, "[::]:8080", DUAL)
    _, accepted = connection(stack, server, "2001:db8:a::1")
    server.close()
    decision, sample = assert_agrees("0.0.0.0:8080")
    assert conflict_inodes(decision, sample) == {inode(accepted)}
    assert decision.conflicts[0].meeting is Meeting.IPV6_CONNECTION
    assert_agrees("192.0.2.1:8080")
    assert_agrees("[::ffff:0.0.0.0]:8080")
    apart = listener(stack, "[::]:9090", V6ONLY)
    connection(stack, apart, "2001:db8:a::1")
    apart.close()
    assert_agrees("0.0.0.0:9090")


def test_a_child_that_inherited_the_listener_is_named_with_its_parent(stack, program):
    server = listener(stack, "192.0.2.1:8080")
    child = subprocess.Popen([program("sleep"), "60"], pass_fds=[server.fileno()])
    try:
        decision, sample = assert_agrees("192.0.2.1:8080")
        owners = sample.owners.owners_of(int(sample.table.inode[decision.conflicts[0].row]))
        assert child.pid in {owner.process.pid for owner in owners}
        assert len({owner.process.pid for owner in owners}) == 2
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize(("theirs", "ours"), [(0, 0), (0, OTHER), (OTHER, 0), (OTHER, OTHER)])
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_reuseport_is_shared_among_sockets_of_one_user(stack, theirs, ours, protocol):
    held = stack.enter_context(socket_at("192.0.2.1:8080", REUSEPORT, protocol=protocol, uid=theirs))
    if protocol == "tcp":
        held.listen()
    assert_agrees("192.0.2.1:8080", REUSEPORT, protocol=protocol, uid=ours)
    assert_agrees("0.0.0.0:8080", REUSEPORT, protocol=protocol, uid=ours)
    assert_agrees("192.0.2.1:8080", protocol=protocol, uid=ours)


def test_udp_shares_by_reuseaddr_across_users(stack):
    stack.enter_context(socket_at("192.0.2.1:8080", REUSEADDR, protocol="udp"))
    assert_agrees("0.0.0.0:8080", REUSEADDR, protocol="udp", uid=OTHER)
    assert_agrees("0.0.0.0:8080", protocol="udp")
    assert_agrees("192.0.2.1:8080", protocol="tcp")


@pytest.mark.parametrize("is_group_last", [True, False])
def test_udp_joins_the_group_that_it_meets_first(stack, is_group_last):
    places = [("192.0.2.1:8080", ()), ("198.51.100.1:8080", (REUSEPORT,))]
    for where, settings in places if is_group_last else reversed(places):
        stack.enter_context(socket_at(where, *settings, protocol="udp"))
    decision, _ = assert_agrees("0.0.0.0:8080", REUSEPORT, protocol="udp")
    assert decision.is_ok == is_group_last


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_sockets_on_different_devices_share_a_port(stack, protocol):
    held = stack.enter_context(socket_at("0.0.0.0:8080", on_device("e0"), protocol=protocol))
    if protocol == "tcp":
        held.listen()
    for settings in ((), (on_device("e0"),), (on_device("e1"),)):
        assert_agrees("0.0.0.0:8080", *settings, protocol=protocol)


@pytest.mark.parametrize(
    "where",
    [
        "192.0.2.9:80",
        "192.0.2.9:8080",
        "203.0.113.77:8080",
        "192.0.2.255:8080",
        "255.255.255.255:8080",
        "239.1.1.1:8080",
        "127.9.9.9:8080",
        "0.0.0.1:8080",
        "[2001:db8:a::9]:80",
        "[2001:db8:a::9]:8080",
        "[2001:db8:b::1]:8080",
        "[::ffff:192.0.2.9]:80",
        "[::ffff:203.0.113.77]:8080",
        "[::ffff:239.1.1.1]:8080",
        "[fe80::1]:80",
        "[fe80::1]:8080",
        "[fe80::1%e0]:8080",
        "[fe80::1%e1]:8080",
        "[ff02::1]:80",
        "[ff02::1%e0]:8080",
        "[ff0e::1]:8080",
        "[::]:80",
        "[::]:8080",
    ],
)
def test_the_address_and_the_privilege_are_judged_as_the_kernel_does(where):
    sample = sample_now()
    for settings, protocol, uid in product(((), (FREEBIND,), (on_device("e0"),)), ("tcp", "udp"), (0, OTHER)):
        assert_agrees(where, *settings, protocol=protocol, uid=uid, sample=sample)


def test_what_setsockopt_refuses_is_said_with_its_errno():
    assert_agrees("192.0.2.9:8080", TRANSPARENT)
    assert_agrees("192.0.2.9:8080", TRANSPARENT, uid=OTHER)
    assert_agrees("192.0.2.1:8080", V6ONLY)
    assert_agrees("[::ffff:192.0.2.1]:8080", V6ONLY)


def test_settings_of_the_namespace_open_addresses_and_ports():
    setting("ipv4/ip_nonlocal_bind", "1")
    setting("ipv4/ip_unprivileged_port_start", "80")
    assert_agrees("192.0.2.9:80", uid=OTHER)
    assert_agrees("192.0.2.1:79", uid=OTHER)
    assert_agrees("[2001:db8:a::9]:8080")
    setting("ipv6/ip_nonlocal_bind", "1")
    assert_agrees("[2001:db8:a::9]:8080")


def test_a_privileged_port_says_what_it_takes():
    decision, _ = assert_agrees("192.0.2.1:80", uid=OTHER)
    assert decision.refusal is Refusal.PRIVILEGED_PORT
    assert [remedy.option for remedy in decision.remedies if remedy.helps] == [Option.PRIVILEGE]


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
@pytest.mark.parametrize("bounds", [(40000, 40000), (40000, 40001), (40000, 40002)])
def test_port_0_is_refused_when_no_port_that_the_kernel_tries_is_left(stack, protocol, bounds):
    setting("ipv4/ip_local_port_range", f"{bounds[0]} {bounds[1]}")
    for _ in range(bounds[1] - bounds[0] + 1):
        assert_agrees("192.0.2.1:0", protocol=protocol)
        assert_agrees("192.0.2.1:0", REUSEADDR, protocol=protocol)
        assert_agrees("192.0.2.1:0", REUSEPORT, protocol=protocol)
        if really("192.0.2.1:0", protocol=protocol) is None:
            stack.enter_context(socket_at("192.0.2.1:0", REUSEADDR, REUSEPORT, protocol=protocol))
    for settings in ((), (REUSEADDR,), (REUSEPORT,), (NO_PORT,)):
        assert_agrees("192.0.2.1:0", *settings, protocol=protocol)
    assert_agrees("198.51.100.1:0", protocol=protocol)


def test_port_0_leaves_out_reserved_ports():
    setting("ipv4/ip_local_port_range", "40000 40001")
    setting("ipv4/ip_local_reserved_ports", "40000-40001,50000")
    decision, _ = assert_agrees("192.0.2.1:0")
    assert decision.refusal is Refusal.RANGE_RESERVED
    assert_agrees("192.0.2.1:40000")


def test_the_sole_port_of_a_range_names_who_has_it(stack):
    setting("ipv4/ip_local_port_range", "40000 40000")
    held = listener(stack, "0.0.0.0:40000")
    decision, sample = assert_agrees("192.0.2.1:0")
    assert conflict_inodes(decision, sample) == {inode(held)}


def test_port_0_shares_by_reuseaddr_where_the_namespace_wants_it(stack):
    setting("ipv4/ip_local_port_range", "40000 40000")
    setting("ipv4/ip_autobind_reuse", "1")
    with socket_at("192.0.2.1:40000", REUSEADDR):
        assert_agrees("192.0.2.1:0", REUSEADDR)
        assert_agrees("192.0.2.1:0")
    with socket_at("192.0.2.1:40000", REUSEADDR, REUSEPORT):
        assert_agrees("192.0.2.1:0", REUSEADDR, REUSEPORT)


def test_what_is_free_now_is_really_free(stack):
    listener(stack, "192.0.2.1:8080")
    decision, _ = assert_agrees("0.0.0.0:8080")
    assert decision.free_now
    assert {really(str(endpoint)) for endpoint in decision.free_now} == {None}
    assert "192.0.2.1:8080" not in {str(endpoint) for endpoint in decision.free_now}


def test_the_kernels_word_goes_before_the_rules():
    decision, _ = decided("192.0.2.1:8080")
    assert confirmed(decision, None).certainty is Certainty.PROBED
    refused = confirmed(decision, "EACCES")
    assert (refused.errno, refused.overruled, refused.refusal) == ("EACCES", "ok", Refusal.BEYOND_RULES)


HOSTS = ("0.0.0.0", "127.0.0.1", "192.0.2.1", "[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:0.0.0.0]")
PORTS = (7000, 7001)


def random_settings(chance: random.Random, host: str) -> list[tuple[int, int, int | bytes]]:
    settings = [option for option in (REUSEADDR, REUSEPORT) if chance.random() < 0.5]
    if chance.random() < 0.25:
        settings.append(on_device(chance.choice(("lo", "e0"))))
    if host == "[::]" and chance.random() < 0.5:
        settings.append(chance.choice((DUAL, V6ONLY)))
    return settings


def make_sockets(chance: random.Random, stack: ExitStack, protocol: str) -> None:
    for _ in range(12):
        host = chance.choice(HOSTS)
        where = f"{host}:{chance.choice(PORTS)}"
        try:
            made = stack.enter_context(
                socket_at(where, *random_settings(chance, host), protocol=protocol, uid=chance.choice((0, 0, OTHER)))
            )
            if protocol == "tcp" and chance.random() < 0.6:
                made.listen()
                if chance.random() < 0.5:
                    made.settimeout(1)
                    client = stack.enter_context(socket.socket(made.family))
                    client.settimeout(1)
                    client.connect(made.getsockname())
                    accepted = stack.enter_context(made.accept()[0])
                    if chance.random() < 0.5:
                        made.close()
                    if chance.random() < 0.3:
                        accepted.close()
            elif protocol == "udp" and chance.random() < 0.3:
                made.connect(("127.0.0.1" if made.family == socket.AF_INET else "::1", 53))
        except OSError:
            continue


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
@pytest.mark.parametrize("seed", range(10))
def test_the_verdict_is_the_kernels_on_sockets_made_at_random(stack, seed, protocol):
    chance = random.Random(seed)
    make_sockets(chance, stack, protocol)
    sample = sample_now()
    settings_alone = read_bind_facts(()).beside(sample)
    for turn in range(20):
        host = chance.choice(HOSTS)
        settings = random_settings(chance, host)
        if protocol == "tcp" and turn < 19:
            # What binds with it changes what the kernel remembers of the port for the attempts that follow.
            settings = [option for option in settings if option != REUSEPORT]
        words = (f"{host}:{chance.choice(PORTS)}", *settings)
        more = {"protocol": protocol, "uid": chance.choice((0, OTHER))}
        attempt = attempt_of(*words, **more)
        facts = read_bind_facts(holders_in_question(sample, attempt, settings_alone)).beside(sample)
        decision = decide_bind(sample.table, attempt, facts)
        truth = really(*words, **more)
        if decision.is_certain:
            assert decision.errno == truth, (words, more, decision)
        else:
            assert REUSEPORT in words
