from __future__ import annotations

import os
import socket
import subprocess
from ipaddress import ip_address, ip_network

import pytest

from monitor.errors import InputError, KernelError
from monitor.model.route import Flow, NextHop, RouteDecision
from tests.waiting import wait_until

pytestmark = pytest.mark.kernel

FAR = ip_address("203.0.113.5")
FAR_V6 = ip_address("2001:db8:ffff::5")
SELECTORS = {
    "uid": ("uidrange 1000-1999", {"uid": 1500}, {"uid": 2000}),
    "protocol": ("ipproto tcp", {"protocol": 6}, {"protocol": 17}),
    "remote port": ("dport 443", {"protocol": 6, "remote_port": 443}, {"protocol": 6, "remote_port": 80}),
    "local port": ("sport 5000-5010", {"protocol": 17, "source_port": 5010}, {"protocol": 17, "source_port": 5011}),
    "mark": ("fwmark 0x7", {"mark": 7}, {"mark": 8}),
    "masked mark": ("fwmark 0x10/0xf0", {"mark": 0x1F}, {"mark": 0x2F}),
    "tos": ("tos 0x10", {"tos": 0x10}, {"tos": 0x8}),
    "device": ("oif e1", {"device": "e1"}, {}),
    "not": ("not fwmark 0x7", {"mark": 8}, {"mark": 7}),
}
OVER_E1 = ("route add default via 198.51.100.254 table 100", "-6 route add default via fe80::fe dev e1 table 100")


def asked(kernel, remote=FAR, **selectors) -> RouteDecision:
    device = selectors.pop("device", None)
    return kernel.route_to(Flow(remote, device=socket.if_nametoindex(device) if device else None, **selectors))


@pytest.mark.parametrize(("family", "remote"), [("-4", FAR), ("-6", FAR_V6)])
@pytest.mark.parametrize("selector", SELECTORS)
def test_selector_reaches_the_kernel_and_changes_the_answer(kernel, ip, selector, family, remote):
    words, hit, miss = SELECTORS[selector]
    ip(*OVER_E1, f"{family} rule add pref 100 {words} lookup 100")
    matching, other = asked(kernel, remote, **hit), asked(kernel, remote, **miss)
    assert (matching.device, matching.table, matching.rule and matching.rule.priority) == (b"e1", 100, 100)
    assert (other.device, other.table, other.rule and other.rule.priority) == (b"e0", 254, 32766)


@pytest.mark.parametrize(
    ("family", "remote", "source_and_unbound"),
    [("-4", FAR, ("192.0.2.1", (b"e1", 100))), ("-6", FAR_V6, ("2001:db8:a::1", (b"e0", 32766)))],
)
def test_rule_on_the_source_holds_for_an_unbound_socket_where_connect_looks_up_twice(
    kernel, ip, family, remote, source_and_unbound
):
    source, unbound_goes = source_and_unbound
    ip(*OVER_E1, f"{family} rule add pref 100 from {source} lookup 100")
    bound, unbound = asked(kernel, remote, source=ip_address(source)), asked(kernel, remote)
    assert (bound.device, bound.rule.priority) == (b"e1", 100)
    # IPv4's connect() asks again with the source that the first answer picked (ip_route_connect).
    assert (unbound.device, unbound.rule.priority) == unbound_goes


def test_open_uid_is_that_of_the_asker(kernel, ip):
    ip(*OVER_E1, f"rule add pref 100 uidrange {os.geteuid()}-{os.geteuid()} lookup 100")
    assert asked(kernel).device == b"e1"


def test_unicast_answer_names_way_route_rule_and_mtu(kernel, ip):
    ip("route add 203.0.113.0/24 via 198.51.100.254 metric 7 mtu 1280", "link set e1 mtu 1400")
    decision = asked(kernel)
    assert (decision.errno, decision.type, decision.device) == (None, "unicast", b"e1")
    assert decision.device_index == socket.if_nametoindex("e1")
    assert (str(decision.gateway), str(decision.source)) == ("198.51.100.254", "198.51.100.1")
    assert (decision.prefix, decision.table, decision.metric) == ("203.0.113.0/24", 254, 7)
    assert (decision.mtu, decision.link_mtu, decision.route_source) == (1280, 1400, None)


def test_source_that_the_route_names_is_told_apart(kernel, ip):
    ip("addr add 192.0.2.7/24 dev e0", "route add 203.0.113.0/24 via 192.0.2.254 src 192.0.2.7")
    decision = asked(kernel)
    assert str(decision.source) == str(decision.route_source) == "192.0.2.7"


@pytest.mark.parametrize(
    ("remote", "owner"),
    [("192.0.2.1", b"e0"), ("198.51.100.1", b"e1"), ("127.8.8.8", b"lo"), ("2001:db8:b::1", b"e1"), ("::1", b"lo")],
)
@pytest.mark.parametrize("rules", [(), ("rule add pref 100 fwmark 1 lookup 100",)])
def test_own_address_passes_lo_and_names_its_owner(kernel, ip, remote, owner, rules):
    ip(*rules)
    decision = asked(kernel, ip_address(remote))
    assert (decision.type, decision.device, decision.owner_device) == ("local", b"lo", owner)
    assert (decision.table, decision.rule and decision.rule.priority) == (255, 0)


def test_neighbour_of_the_next_hop_comes_along(kernel, ip):
    assert asked(kernel).neighbour is None
    ip("neigh add 192.0.2.254 lladdr 02:00:00:00:53:01 dev e0 nud permanent")
    found = asked(kernel).neighbour
    assert (str(found.address), found.hardware_address, found.state) == (
        "192.0.2.254",
        "02:00:00:00:53:01",
        "permanent",
    )
    assert found in kernel.neighbours()
    assert kernel.neighbour(found.link, ip_address("192.0.2.253")) is None


def test_multipath_route_lists_the_other_next_hops_with_their_sources(kernel, ip):
    ip("route replace default nexthop via 192.0.2.254 dev e0 nexthop via 198.51.100.254 dev e1")
    ways = {
        NextHop(b"e0", ip_address("192.0.2.254"), ip_address("192.0.2.1")),
        NextHop(b"e1", ip_address("198.51.100.254"), ip_address("198.51.100.1")),
    }
    decision = asked(kernel, protocol=17)
    assert {NextHop(decision.device, decision.gateway, decision.source), *decision.alternatives} == ways
    assert len(decision.alternatives) == 1


def test_dead_next_hop_is_no_alternative(kernel, ip):
    ip("route replace default nexthop via 192.0.2.254 dev e0 nexthop via 198.51.100.254 dev e1", "link set e1 down")
    assert asked(kernel).alternatives == ()


NETWORKS = [("-4", "203.0.113.0/24"), ("-6", "2001:db8:ffff::/48")]


@pytest.mark.parametrize(
    ("kind", "number"), [("blackhole", "EINVAL"), ("unreachable", "EHOSTUNREACH"), ("prohibit", "EACCES")]
)
@pytest.mark.parametrize(("family", "network"), NETWORKS)
def test_fk_22_refusing_route_is_named(kernel, ip, kind, number, family, network):  # noqa: PLR0913, PLR0917 - a table's columns
    ip(f"{family} route add {kind} {network} table 100", f"{family} rule add pref 100 lookup 100")
    decision = asked(kernel, ip_network(network)[5])
    assert (decision.errno, decision.type, decision.prefix, decision.table) == (number, kind, network, 100)
    assert decision.rule.priority == 100


def test_refusing_routes_are_chosen_by_the_kernel_and_read_without_pyroute2(kernel, ip, monkeypatch):
    ip("route add blackhole 203.0.113.0/24", "route add prohibit 203.0.113.0/25", "route add blackhole 192.0.2.128/25")
    asked(kernel)
    ask = kernel._kernel._route.route

    def watched(command, **arguments):
        assert command == "get", "a list of routes, decoded one by one"
        return ask(command, **arguments)

    monkeypatch.setattr(kernel._kernel._route, "route", watched)
    decision = asked(kernel, ip_address("203.0.113.200"))
    assert (decision.errno, decision.prefix) == ("EINVAL", "203.0.113.0/24")
    listed = kernel._kernel._lists.read(26, bytes([socket.AF_INET, *bytes(6), 6, *bytes(4)]), "list routes", 24)
    assert len(listed) == 2, "the prohibiting route was not sent"


@pytest.mark.parametrize(
    ("kind", "number"), [("blackhole", "EINVAL"), ("unreachable", "ENETUNREACH"), ("prohibit", "EACCES")]
)
@pytest.mark.parametrize(("family", "network"), NETWORKS)
def test_refusing_rule_is_named(kernel, ip, kind, number, family, network):  # noqa: PLR0913, PLR0917 - a table's columns
    ip(f"{family} rule add pref 100 to {network} {kind}")
    decision = asked(kernel, ip_network(network)[5])
    assert (decision.errno, decision.type, decision.prefix) == (number, kind, None)
    assert decision.rule.priority == 100


def test_suppressor_and_goto_are_followed(kernel, ip):
    ip(
        *OVER_E1,
        "rule add pref 50 lookup main suppress_prefixlength 0",
        "rule add pref 60 goto 200",
        "rule add pref 100 prohibit",
        "rule add pref 200 lookup 100",
    )
    assert asked(kernel).rule.priority == 200
    assert asked(kernel, ip_address("198.51.100.9")).rule.priority == 50


def test_zone_that_does_not_exist_is_an_answer(kernel):
    remote = ip_address("fe80::5")
    assert kernel.route_to(Flow(remote, zone="nope")).errno == "ENODEV"
    assert kernel.route_to(Flow(remote, zone=str(socket.if_nametoindex("e1")))).device == b"e1"
    assert kernel.route_to(Flow(remote, zone="e0", device=socket.if_nametoindex("e1"))).errno == "EINVAL"
    assert kernel.route_to(Flow(FAR, device=9999)).errno == "ENODEV"


def test_source_of_the_other_family_is_a_mistake(kernel):
    with pytest.raises(InputError, match="do not mix"):
        kernel.route_to(Flow(FAR, source=ip_address("::1")))


def test_protocol_that_the_kernel_has_no_answers_for_is_an_error(kernel):
    with pytest.raises(KernelError, match=r"protocol 132.*TCP, UDP and ICMP"):
        kernel.route_to(Flow(FAR, protocol=132))


def test_tentative_address_can_not_be_a_source(kernel, ip):
    ip("-6 addr add 2001:db8:a::99/64 dev e0")
    tentative = next(entry for entry in kernel.addresses() if str(entry.address) == "2001:db8:a::99")
    assert tentative.is_tentative
    assert kernel.route_to(Flow(FAR_V6, source=tentative.address)).errno == "EADDRNOTAVAIL"


@pytest.mark.parametrize("family", ["-4", "-6"])
def test_rules_read_as_ip_rule_writes_them(kernel, ip, family):
    net = "192.0.2.0/24" if family == "-4" else "2001:db8::/32"
    for words in (
        *("fwmark 0x7 lookup 100", "fwmark 0x7/0xff lookup main", "uidrange 5-5 lookup 100", "tos 0x10 lookup 100"),
        *(
            "ipproto udp dport 53 lookup 100",
            "ipproto tcp sport 1-9 lookup 100",
            "oif e1 lookup 100",
            "iif lo prohibit",
        ),
        *(f"not from {net} lookup 100", f"to {net} unreachable", "lookup main suppress_prefixlength 0", "goto 32766"),
    ):
        ip(f"{family} rule add {words}")
    told = ip(f"{family} rule").replace("proto kernel", "").splitlines()
    wanted = [tuple(line.split(":", 1)) for line in told]
    number = socket.AF_INET if family == "-4" else socket.AF_INET6
    ours = [(str(rule.priority), rule.text) for rule in kernel.rules() if rule.family == number]
    assert ours == [(priority, " ".join(text.split())) for priority, text in wanted]


def test_fk_20_hostile_interface_name_stays_bytes(kernel, ip):
    name = b"-\x1b[2J\xff\xe2\x80\xae"
    index = socket.if_nametoindex("e1")
    subprocess.run([b"ip", b"link", b"set", b"e1", b"name", name], check=True)
    subprocess.run([b"ip", b"rule", b"add", b"pref", b"100", b"oif", name, b"lookup", b"main"], check=True)
    assert next(link.name for link in kernel.links() if link.index == index) == name
    decision = kernel.route_to(Flow(ip_address("198.51.100.9"), device=index))
    assert (decision.device, decision.rule.priority) == (name, 100)
    decision.rule.text.encode()
    zone = name.decode("utf-8", "surrogateescape")
    assert kernel.route_to(Flow(ip_address("fe80::5"), zone=zone)).device == name


def test_links_tell_state_carrier_and_master(kernel, ip):
    ip("link add b0 type bridge", "link set p0 master b0", "link set e1 down")
    links = {link.name: link for link in kernel.links()}
    assert links[b"lo"].is_loopback
    assert links[b"e0"].is_up
    assert links[b"e0"].has_carrier
    assert not links[b"e1"].is_up
    assert not links[b"p1"].has_carrier
    assert links[b"p0"].master == links[b"b0"].index


@pytest.mark.parametrize(
    "change",
    [
        "link set e1 mtu 1400",
        "addr add 192.0.2.50/24 dev e0",
        "-6 addr add 2001:db8:a::50/64 dev e0 nodad",
        "route add 203.0.113.0/24 via 192.0.2.254",
        "-6 route add 2001:db8:c::/64 via fe80::fe dev e0",
        "rule add pref 100 lookup main",
        "-6 rule add pref 100 lookup main",
        "neigh add 192.0.2.254 lladdr 02:00:00:00:53:01 dev e0",
        "nexthop add id 1 via 192.0.2.254 dev e0",
    ],
)
def test_change_is_seen_once_and_makes_a_new_generation(kernel, ip, change):
    before = kernel.network()
    while kernel.poll_changes():
        before = kernel.network()
    ip(change)
    # An IPv6 address is told of by the kernel's own worker.
    wait_until(kernel.poll_changes)
    after = kernel.network()
    assert after.generation == before.generation + 1
    assert kernel.network() is not None
    assert kernel.network().generation == after.generation


def test_network_is_read_again_after_a_change(kernel, ip):
    assert "192.0.2.50" not in {str(entry.address) for entry in kernel.network().addresses}
    ip("addr add 192.0.2.50/24 dev e0")
    assert "192.0.2.50" in {str(entry.address) for entry in kernel.network().addresses}


def test_links_that_changed_while_they_were_read_are_said_to_be_so_until_they_are_read_anew(kernel, ip, monkeypatch):
    monkeypatch.setattr(kernel._kernel, "was_interrupted", False)
    assert kernel.network().links
    assert not kernel.was_interrupted
    real = kernel._kernel.dump

    def changing(operation, *arguments):
        listed = real(operation, *arguments)
        kernel._kernel.was_interrupted = operation == "list network interfaces"
        return listed

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(kernel._kernel, "dump", changing)
        ip("link set e1 mtu 1400", "addr add 192.0.2.50/24 dev e0")
        kernel.network()
        kernel.network()
        assert kernel.was_interrupted
    ip("link set e1 mtu 1500")
    kernel.network()
    assert not kernel.was_interrupted


def test_rules_are_read_again_after_a_change(kernel, ip):
    before = kernel.rules()
    ip("rule add pref 100 lookup main")
    assert len(kernel.rules()) == len(before) + 1


def test_closed_kernel_raises_only_our_error(kernel):
    kernel.close()
    with pytest.raises(KernelError):
        kernel.links()
    kernel.close()
