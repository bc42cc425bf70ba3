"""What a sample of this machine says where a part of it cannot be read."""

from __future__ import annotations

import os
import socket

import numpy as np
import pytest

from monitor.errors import KernelError, WireError
from monitor.model.route import Link
from monitor.model.sample import Network
from monitor.model.socket_table import SocketTable
from monitor.sampling import live
from monitor.sampling.live import LiveSource
from tests.scenes import row, table_of

TCP = table_of([row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB")])
UDP = table_of([row("udp", "127.0.0.53:53", "0.0.0.0:0", "UNCONN")])
REFUSED = KernelError("list UDP sockets", 2)


class FakeDiag:
    """Lists what it is given; an error is raised."""

    def __init__(self, tcp=TCP, udp=UDP):
        self.tcp, self.udp = tcp, udp
        self.compared = []
        self.malformed = 7
        self.notices = []
        self.text_protocols = ()
        self.broken = 0
        self.was_interrupted = False
        self.interrupted = ""

    def dump_tcp(self, states, followed_by, narrowing):
        self.was_interrupted = "TCP" in self.interrupted
        tables = [self._given(self.tcp), followed_by]
        return SocketTable.concatenate([table for table in tables if table is not None])

    def dump_udp(self, narrowing):
        self.was_interrupted = "UDP" in self.interrupted
        self.malformed += self.broken
        return self._given(self.udp)

    def note_listener_drops(self, table, all_drops):
        pass

    def absentees(self, previous, current, destroyed):
        self.compared.append((len(previous), len(current)))
        return np.array([5], np.uint64), TCP.take(np.zeros(0, np.intp))

    def close(self):
        pass

    def _given(self, value):
        if isinstance(value, Exception):
            raise value
        return value


@pytest.fixture
def source(monkeypatch):
    monkeypatch.setattr(live, "SocketLists", FakeDiag)
    made = LiveSource()
    yield made
    made.close()


@pytest.mark.parametrize("error", [REFUSED, WireError("a netlink message of 3 bytes")])
def test_fk_05_without_a_list_of_udp_sockets_the_rest_is_shown_and_the_reason_said(source, error):
    source._diag.udp = error
    sample = source.sample()
    assert sample.table.cookie.tolist() == TCP.cookie.tolist()
    assert (sample.has_udp, str(error) in sample.notices) == (False, True)


@pytest.mark.parametrize("error", [KernelError("list TCP sockets", 1), WireError("a netlink message of 3 bytes")])
def test_without_a_list_of_tcp_sockets_there_is_no_sample(source, error):
    source._diag.tcp = error
    with pytest.raises(type(error)):
        source.sample()


def test_both_protocols_stand_in_one_table(source):
    sample = source.sample()
    assert sample.table.protocol.tolist() == [6, 17]
    assert sample.has_udp
    assert sample.uid == os.geteuid()


def test_the_first_sample_has_nothing_to_compare_with(source):
    assert source.sample().closed_cookies.tolist() == []
    assert source.sample().closed_cookies.tolist() == [5]
    assert source._diag.compared == [(2, 2)]


@pytest.mark.parametrize("error", [KernelError("list interfaces", 97), WireError("cut")])
def test_without_interfaces_the_rest_is_shown_and_the_reason_said(source, monkeypatch, error):
    def refuse():
        raise error

    monkeypatch.setattr(live, "read_network", refuse)
    sample = source.sample()
    assert not sample.network.is_read
    assert str(error) in sample.notices


@pytest.mark.parametrize("protocol", ["TCP", "UDP"])
def test_a_list_that_never_came_consistent_is_shown_and_said(source, protocol):
    source._diag.interrupted = protocol
    sample = source.sample()
    assert len(sample.table) == 2
    assert [notice for notice in sample.notices if "changed" in notice] == [
        f"the list of {protocol} sockets changed each time that it was read: some may be missing"
    ]


def test_messages_that_were_left_out_are_counted_for_each_sample(source):
    source.sample()
    source._diag.broken = 2
    assert "messages about sockets left out since they broke their bounds: 2" in source.sample().notices
    source._diag.broken = 0
    assert not [notice for notice in source.sample().notices if "bounds" in notice]


class FakeRoutes:
    """Stands for rtnetlink: gives one network for ever."""

    network_given = Network(
        1,
        links=(Link(1, b"lo", is_up=True, has_carrier=True, mtu=65536, is_loopback=True),),
        routing_generation=1,
    )

    was_interrupted = False

    def network(self):
        return self.network_given

    def close(self):
        pass


def test_interfaces_that_could_not_be_read_at_first_are_read_with_the_second_sample(source, monkeypatch):
    def refuse():
        raise KernelError("list interfaces", 97)

    monkeypatch.setattr(live, "read_network", refuse)
    source._routes = FakeRoutes()
    assert not source.sample().network.is_read
    second = source.sample()
    assert second.network.links == FakeRoutes.network_given.links
    assert second.notices == ()


@pytest.mark.parametrize("number", [0, 1], ids=["first sample", "second sample"])
def test_fk_02_interfaces_that_changed_while_they_were_read_are_shown_and_said(source, monkeypatch, number):
    given = FakeRoutes.network_given
    monkeypatch.setattr(live, "read_network", lambda: (given, number == 0))
    source._routes = FakeRoutes()
    source._routes.was_interrupted = number == 1
    samples = [source.sample(), source.sample()]
    assert [sample.network.links for sample in samples] == [given.links] * 2
    assert ["interfaces" in "".join(sample.notices) for sample in samples] == [number == 0, number == 1]


def test_no_generation_of_the_network_is_one_of_a_source_before(monkeypatch):
    monkeypatch.setattr(live, "SocketLists", FakeDiag)
    monkeypatch.setattr(live, "read_network", lambda: (FakeRoutes.network_given, False))
    now_ns = iter((5_000_000_000, 7_000_000_000))
    monkeypatch.setattr(live.time, "clock_gettime_ns", lambda _: next(now_ns))
    generations = []
    for _ in range(2):
        source = LiveSource()
        source._routes = FakeRoutes()
        networks = [source.sample().network for _ in range(2)]
        generations += [(network.generation, network.routing_generation) for network in networks]
        source.close()
    assert generations == sorted(generations)
    assert len({number for number, _ in generations}) == len({number for _, number in generations}) == 4


@pytest.mark.kernel
def test_a_real_sample_counts_what_is_there():
    source = LiveSource()
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            try:
                sample = source.sample()
            except KernelError:
                pytest.skip("kernel lacks sock_diag")
            assert server.getsockname()[1] in sample.table.local_port[sample.table.is_listener].tolist()
        assert sample.network.is_read
        assert set(sample.users) <= set(np.unique(sample.table.uid).tolist())
    finally:
        source.close()
