"""Strategies: filters over the sockets of socket_rows."""

from ipaddress import ip_address, ip_network

from hypothesis import strategies as st

from monitor.model.endpoint import Endpoint
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, TcpState, state_name
from monitor.presentation.filter_tree import (
    AddressIn,
    And,
    DirectionIs,
    EndpointIs,
    Everything,
    InterfaceIs,
    Not,
    Or,
    PidIs,
    PortIs,
    ProcessContains,
    ProtocolIs,
    Side,
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
    st.integers(1, 32),
) | st.builds(
    lambda address, length: ip_network(f"{address}/{length}", strict=False),
    st.sampled_from(ADDRESSES_V6),
    st.integers(1, 128),
)
CONDITIONS = st.one_of(
    st.just(Everything()),
    st.builds(Text, NEEDLES | ANY_TEXT),
    st.builds(StateIs, st.sampled_from(sorted({state_name(PROTOCOL_TCP, state) for state in TcpState} | {"UNCONN"}))),
    st.builds(PortIs, st.sampled_from(PORTS), SIDES),
    st.builds(AddressIn, NETWORKS, SIDES),
    st.builds(EndpointIs, ENDPOINTS, SIDES),
    st.builds(PidIs, st.sampled_from((812, 990, 1))),
    st.builds(ProcessContains, NEEDLES | ANY_TEXT),
    st.builds(UserIs, st.sampled_from(("root", "www-data", "33", "1001", "or", "a b"))),
    st.builds(InterfaceIs, st.sampled_from(("lo", "eth0", "==", "x\x1b"))),
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
