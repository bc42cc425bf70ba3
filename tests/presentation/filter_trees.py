"""Strategies: filters over the sockets of socket_rows."""

import socket
from ipaddress import ip_address, ip_network

from hypothesis import strategies as st

from monitor.model.endpoint import Endpoint
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, TcpState, state_name
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    DeviceIs,
    DirectionIs,
    EndpointIs,
    Everything,
    FamilyIs,
    GroupIs,
    HasTrouble,
    InterfaceIs,
    IsAutobound,
    MarkIs,
    Name,
    NameMatches,
    NamespaceIs,
    Not,
    Number,
    NumberIs,
    Or,
    PidIs,
    PortIn,
    PortIs,
    ProcessContains,
    ProtocolIs,
    Reach,
    ReachIs,
    Relation,
    Side,
    StateIn,
    StateIs,
    Text,
    UserIs,
)
from tests.presentation.socket_rows import ADDRESSES, ADDRESSES_V6, PORTS

NEEDLES = st.sampled_from(
    [
        *("nginx", "PROXY", "\udcff", "strasse", "wait", "state-14", "eth", "www"),
        *("443", "43", ":80", "0:80", "192.0.2.1", "[::", "::1]:4", ".10:44", "db8", "33", "10", "1.1", ":443"),
        *("or", "tcp", "pid", "pid:1", 'a"b\\', "(x", "!", " "),
    ]
)
SIDES = st.sampled_from(Side)
ANY_TEXT = st.text(min_size=1, max_size=8)
ENDPOINTS = st.builds(Endpoint, st.sampled_from(ADDRESSES).map(ip_address), st.sampled_from(PORTS)) | st.builds(
    Endpoint,
    st.sampled_from(ADDRESSES_V6).map(ip_address),
    st.sampled_from(PORTS),
    st.sampled_from((None, "lo", "eth0")),
)
NETWORKS = st.builds(
    lambda address, length: ip_network(f"{address}/{length}", strict=False),
    st.sampled_from(ADDRESSES),
    st.integers(0, 32),
) | st.builds(
    lambda address, length: ip_network(f"{address}/{length}", strict=False),
    st.sampled_from(ADDRESSES_V6),
    st.integers(0, 128),
)
STATES = sorted({state_name(PROTOCOL_TCP, state) for state in TcpState} | {"UNCONN"})
PATTERNS = st.sampled_from(("n*", "*o?*", "[e-]*", "*", "www*", "3?", "?o", "*ß*", "a b*", "<*"))
VALUES = {
    Number.RTT: st.sampled_from((0, 400, 23_000, 1_500_000)),
    Number.RETRANSMITS: st.sampled_from((0, 1, 3, 2_000)),
    Number.AGE: st.sampled_from((0, 2_000_000, 5_000_000, 86_400_000_000)),
    Number.IDLE: st.sampled_from((0, 2_000, 7_000_000, 3_600_000_000)),
}
NUMBERS = st.sampled_from(Number).flatmap(
    lambda number: st.builds(
        NumberIs,
        st.just(number),
        st.sampled_from(Relation),
        VALUES.get(number, st.sampled_from((0, 1, 1_000, 1_500_000, 1 << 20))),
    )
)
PORT_RANGES = st.lists(st.sampled_from((0, *PORTS, 65_535)), min_size=2, max_size=2, unique=True).map(sorted)
CONDITIONS = st.one_of(
    st.just(Everything()),
    st.builds(Text, NEEDLES | ANY_TEXT),
    st.builds(StateIs, st.sampled_from(STATES)),
    st.builds(StateIn, st.frozensets(st.sampled_from(STATES), min_size=2, max_size=len(STATES) - 1)),
    st.builds(lambda ports, side: PortIn(*ports, side), PORT_RANGES, SIDES),
    st.builds(PortIs, st.sampled_from(PORTS), SIDES),
    st.builds(AddressIn, NETWORKS, SIDES),
    st.builds(EndpointIs, ENDPOINTS, SIDES),
    st.builds(PidIs, st.sampled_from((812, 990, 1))),
    st.builds(ProcessContains, NEEDLES | ANY_TEXT),
    st.builds(UserIs, st.sampled_from(("root", "www-data", "33", "1001", "or", "a b"))),
    st.builds(InterfaceIs, st.sampled_from(("lo", "eth0", "==", "x\x1b"))),
    st.builds(DeviceIs, st.sampled_from(("lo", "eth0", "2", "9", "==", "<2"))),
    st.builds(
        GroupIs,
        st.sampled_from((Name.UNIT, Name.CONTAINER, Name.SLICE, Name.IMAGE)),
        st.sampled_from(("nginx.service", "nginx", "shop-1", "0d" * 6, "user.slice", "nginx:1", "a b", "or")),
    ),
    st.builds(GroupIs, st.just(Name.CGROUP), st.sampled_from(("/system.slice/nginx.service", "/", "/a b"))),
    st.builds(NamespaceIs, st.sampled_from(("own", "blue", "a b", "==", "4026531840"))),
    st.builds(NameMatches, st.sampled_from(Name), PATTERNS),
    NUMBERS,
    st.builds(MarkIs, st.sampled_from((0, 1, 7)), st.sampled_from((0xFFFF_FFFF, 1, 0))),
    st.builds(ReachIs, st.sampled_from(Reach)),
    st.just(IsAutobound()),
    st.just(HasTrouble()),
    st.builds(FamilyIs, st.sampled_from((socket.AF_INET, socket.AF_INET6))),
    st.builds(ProtocolIs, st.sampled_from((PROTOCOL_TCP, PROTOCOL_UDP))),
    st.builds(DirectionIs, st.booleans()),
)
TREES = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
