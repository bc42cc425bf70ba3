"""Every answer is held against connect() itself."""

from __future__ import annotations

import errno
import socket
from dataclasses import replace
from ipaddress import ip_address

import pytest

from monitor.model.route import Flow, RouteDecision

pytestmark = pytest.mark.kernel

OVER_E1 = ("route add default via 198.51.100.254 table 100", "-6 route add default via fe80::fe dev e1 table 100")
WORLDS = {
    "stock": (),
    "policy": (
        *OVER_E1,
        "rule add pref 90 to 203.0.113.64/26 prohibit",
        "rule add pref 91 to 203.0.113.128/26 unreachable",
        "rule add pref 92 to 203.0.113.192/26 blackhole",
        "-6 rule add pref 91 to 2001:db8:ee::/48 unreachable",
        "rule add pref 100 fwmark 7 lookup 100",
        "-6 rule add pref 100 fwmark 7 lookup 100",
    ),
    "refusing routes": (
        "route add unreachable 203.0.113.0/26",
        "route add prohibit 203.0.113.64/26",
        "route add blackhole 203.0.113.128/26",
        "-6 route add unreachable 2001:db8:ee::/48",
        "-6 route add prohibit 2001:db8:ef::/48",
        "-6 route add blackhole 2001:db8:f0::/48",
    ),
    "nothing": ("route del default", "-6 route del default"),
    "source by rule": (
        *OVER_E1,
        "route del default",
        "-6 route del default",
        "rule add pref 100 from 198.51.100.0/24 lookup 100",
        "-6 rule add pref 100 from 2001:db8:a::/64 lookup 100",
    ),
    "rules for the source that is picked": (
        *OVER_E1,
        "rule add pref 100 from 192.0.2.0/24 to 203.0.113.0/26 lookup 100",
        "rule add pref 101 from 192.0.2.0/24 to 203.0.113.64/26 prohibit",
        "rule add pref 102 from 192.0.2.0/24 to 203.0.113.128/26 blackhole",
        "rule add pref 103 from 192.0.2.0/24 to 203.0.113.192/26 unreachable",
        "-6 rule add pref 100 from 2001:db8:a::/64 lookup 100",
    ),
    "local by a rule": ("rule add pref 100 lookup 100", "route add local 203.0.113.0/26 dev lo table 100"),
    "source by route": (
        "addr add 192.0.2.7/24 dev e0",
        "-6 addr add 2001:db8:a::7/64 dev e0 nodad",
        "route replace default via 192.0.2.254 src 192.0.2.7",
        "-6 route replace default via fe80::fe dev e0 src 2001:db8:a::7",
    ),
    "another link down": ("link set e1 down",),
    "any address is local": ("route add local 203.0.113.0/24 dev lo",),
}
REMOTES = (
    *("203.0.113.5", "203.0.113.70", "203.0.113.130", "203.0.113.200", "192.0.2.1", "192.0.2.99", "198.51.100.1"),
    *("0.0.0.0", "127.0.0.1", "127.9.9.9", "192.0.2.255", "255.255.255.255", "239.1.1.1", "240.0.0.1"),
    *("2001:db8:ee::5", "2001:db8:ef::5", "2001:db8:f0::5", "2001:db8:a::1", "2001:db8:b::1", "2001:db8:b::9"),
    *("::", "::1", "fe80::5", "fe80::5%e0", "fe80::5%e1", "fe80::1%e0", "ff02::1", "ff02::1%e1", "ff0e::1"),
    *("2001:db8:a::9%e1", "::ffff:203.0.113.5", "::ffff:192.0.2.1", "::ffff:0.0.0.0"),
)
BINDINGS = (
    *("192.0.2.1", "198.51.100.1", "127.0.0.1", "127.3.3.3", "192.0.2.77", "203.0.113.9"),
    *("2001:db8:a::1", "2001:db8:b::1", "::1", "2001:db8:a::77"),
)


def ask(kernel, remote: str, **selectors) -> RouteDecision:
    address, _, zone = remote.partition("%")
    source = selectors.pop("source", None)
    flow = Flow(ip_address(address), zone=zone or None, source=source and ip_address(source), **selectors)
    return kernel.route_to(replace(flow, protocol=flow.protocol or socket.IPPROTO_UDP))


def connect(flow: Flow) -> tuple[str | None, str | None]:
    """Say how connect() ends: the errno's name, else the local address that it picked."""
    is_v6 = flow.remote.version == 6
    kind = socket.SOCK_STREAM if flow.protocol == socket.IPPROTO_TCP else socket.SOCK_DGRAM
    zone = socket.if_nametoindex(flow.zone) if flow.zone else 0
    with socket.socket(socket.AF_INET6 if is_v6 else socket.AF_INET, kind) as dialling:
        dialling.settimeout(0)
        try:
            if flow.device:
                name = socket.if_indextoname(flow.device)
                dialling.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode())
            if flow.mark:
                dialling.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, flow.mark)
            if flow.source or flow.source_port:
                local = str(flow.source or ("::" if is_v6 else "0.0.0.0"))
                dialling.bind((local, flow.source_port or 0))
            remote = (str(flow.remote), flow.remote_port or 9)
            dialling.connect((*remote, 0, zone) if is_v6 else remote)
        except BlockingIOError:
            pass
        except OSError as error:
            return errno.errorcode[error.errno], None
        return None, dialling.getsockname()[0].removeprefix("::ffff:")


def told(decision: RouteDecision) -> tuple[str | None, str | None]:
    return decision.errno, None if decision.source is None else str(decision.source)


def differences(decisions: list[RouteDecision]) -> list[object]:
    """List the answers that connect() gives otherwise."""
    return [
        (str(decision.flow.remote), decision.flow, told(decision), connect(decision.flow))
        for decision in decisions
        if told(decision) != connect(decision.flow)
    ]


@pytest.mark.parametrize("mark", [None, 7])
@pytest.mark.parametrize("protocol", [socket.IPPROTO_TCP, socket.IPPROTO_UDP])
@pytest.mark.parametrize("world", WORLDS)
def test_answer_is_what_connect_does(kernel, ip, world, protocol, mark):
    ip(*WORLDS[world])
    assert differences([ask(kernel, remote, protocol=protocol, mark=mark) for remote in REMOTES]) == []


@pytest.mark.parametrize("world", WORLDS)
def test_answer_for_a_bound_socket_is_what_connect_does(kernel, ip, world):
    ip(*WORLDS[world])
    pairs = [(source, remote) for source in BINDINGS for remote in REMOTES if (":" in source) == (":" in remote)]
    decisions = [ask(kernel, remote, source=source) for source, remote in pairs if "ffff:" not in remote]
    assert differences(decisions) == []


@pytest.mark.parametrize("world", ["stock", "nothing", "policy"])
def test_answer_for_a_socket_bound_to_a_device_is_what_connect_does(kernel, ip, world):
    ip(*WORLDS[world])
    index = socket.if_nametoindex("e1")
    assert differences([ask(kernel, remote, device=index) for remote in REMOTES]) == []


@pytest.mark.parametrize("world", ["stock", "policy", "nothing"])
def test_answer_for_a_socket_bound_to_address_and_device_is_what_connect_does(kernel, ip, world):
    ip(*WORLDS[world])
    index = socket.if_nametoindex("e1")
    pairs = [(source, remote) for source in BINDINGS for remote in REMOTES if (":" in source) == (":" in remote)]
    decisions = [ask(kernel, remote, source=source, device=index) for source, remote in pairs if "ffff:" not in remote]
    assert differences(decisions) == []
