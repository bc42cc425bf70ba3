"""Lists that the kernel narrows by byte code hold every row that the filter chooses, and few others."""

import errno
from contextlib import closing
from ipaddress import ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import KernelError
from monitor.kernel.inet_diag_bytecode import byte_code
from monitor.kernel.inet_diag_question import tcp_list
from monitor.kernel.protocol_lists import ProtocolLists
from monitor.kernel.sock_diag import SockDiag
from monitor.kernel.socket_lists import SocketLists
from monitor.model.dump_narrowing import AllOf, AnyOf, End, Negated, PortBetween
from monitor.model.endpoint import Endpoint
from monitor.model.tcp import ALL_STATES
from monitor.presentation.filter_narrowing import narrowing_of
from monitor.presentation.filter_parser import parse
from monitor.presentation.filter_tree import AddressIn, And, EndpointIs, Not, Or, PidIs, PortIn, PortIs, Side, StateIs
from monitor.presentation.filters import mask
from monitor.sampling.intervals import advance
from monitor.sampling.live import LiveSource
from tests.kernel import socket_world
from tests.presentation.filter_trees import STATES

pytestmark = pytest.mark.kernel

_PROTOCOLS = st.sampled_from(("tcp", "udp", "not tcp", "()")).map(parse)


def trees_of(table):
    """Make a strategy of filters over what some sockets have."""
    ends = sorted(
        {(end.address, end.port) for row in range(len(table)) for end in (table.local(row), table.remote(row))}, key=str
    )
    sides, end = st.sampled_from(Side), st.sampled_from(ends)
    ports = st.sampled_from(sorted({0, 1, 65_535, *(port for _, port in ends)}))
    conditions = st.one_of(
        st.builds(PortIs, ports.filter(bool), sides),
        st.builds(lambda two, side: PortIn(min(two), max(two), side), st.tuples(ports, ports), sides),
        st.builds(
            lambda one, part, side: AddressIn(
                ip_network(f"{one[0]}/{one[0].max_prefixlen * part // 8}", strict=False), side
            ),
            end,
            st.integers(0, 8),
            sides,
        ),
        st.builds(lambda one, side: EndpointIs(Endpoint(*one), side), end.filter(lambda one: one[1]), sides),
        st.builds(StateIs, st.sampled_from(STATES)),
        st.builds(PidIs, st.just(1)),
        _PROTOCOLS,
    )
    return st.recursive(
        conditions,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
            st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        ),
        max_leaves=6,
    )


def test_every_filter_chooses_the_same_rows_of_a_narrowed_list(namespace):
    with socket_world.sockets(), closing(LiveSource()) as source, closing(SocketLists()) as lists:
        everything = advance(None, source.sample(time_wait=True))
        sizes = []

        @settings(max_examples=60, deadline=None, database=None)
        @given(trees_of(everything.table))
        def holds_every_chosen_row(tree):
            narrowing = narrowing_of(tree)
            if narrowing is None:
                return
            listed = lists.dump_tcp(ALL_STATES, lists.dump_udp(narrowing.udp), narrowing.tcp)
            chosen = set(everything.table.cookie[mask(tree, everything)].tolist())
            assert chosen <= set(listed.cookie.tolist())
            sizes.append(len(listed))

        holds_every_chosen_row()
        assert min(sizes) < len(everything.table)


def test_the_kernel_leaves_out_what_another_port_has(namespace):
    with socket_world.sockets(), closing(SocketLists()) as lists:
        everything = lists.dump_tcp(ALL_STATES, lists.dump_udp())
        pair = everything.take(everything.is_pair)
        port = int(pair.local_port[0])
        narrowing = narrowing_of(parse(f"sport = :{port} and not dport = :{port}"))
        listed = lists.dump_tcp(ALL_STATES, lists.dump_udp(narrowing.udp), narrowing.tcp)
        pairs = listed.take(listed.is_pair)
        assert set(pairs.local_port.tolist()) == {port}
        # What waits is listed whole: it decides who was accepted, and by whom.
        assert (listed.is_listener | listed.is_udp_unconnected).sum() == (
            everything.is_listener | everything.is_udp_unconnected
        ).sum()


def test_where_the_kernel_refuses_the_code_all_are_listed(namespace, monkeypatch):
    asked = []
    one_pass = ProtocolLists.one_pass

    def refusing(lists, question, followed_by=None):
        asked.append(question)
        return None if len(asked) <= 2 else one_pass(lists, question, followed_by)

    monkeypatch.setattr(ProtocolLists, "one_pass", refusing)
    with socket_world.sockets(), closing(SocketLists()) as lists:
        narrowing = narrowing_of(parse("sport = :9"))
        narrowed = lists.dump_tcp(ALL_STATES, None, narrowing.tcp)
        assert len(narrowed) == len(lists.dump_tcp(ALL_STATES))


def test_code_that_breaks_the_kernels_rules_is_refused_as_the_fallback_expects(namespace):
    with closing(SockDiag()) as diag:
        lists = diag._tcp_lists
        good = byte_code(AnyOf((Negated(PortBetween(End.LOCAL, 1, 2)), AllOf((PortBetween(End.REMOTE, 3, 4),)))))
        assert lists.one_pass(tcp_list(ALL_STATES, good)) is not None
        assert lists.one_pass(tcp_list(ALL_STATES, b"\xff" * 8)) is None
        with pytest.raises(KernelError) as refused:
            list(diag._tcp.dump(18, tcp_list(ALL_STATES, b"\xff" * 8), "list"))
        assert refused.value.errno == errno.EINVAL
