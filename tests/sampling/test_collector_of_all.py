"""The collector of every network namespace, asked over its pipe, and what the namespaces themselves say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from ipaddress import IPv4Address

import pytest

from monitor.errors import InputError, KernelError
from monitor.kernel.this_namespace import namespace_number
from monitor.model.belonging import Belonging
from monitor.model.namespace import EVERY_NAMESPACE
from monitor.model.route import Flow
from monitor.model.socket_table import SocketTable
from monitor.sampling.collector_process import CollectorProcess
from monitor.sampling.stream import StreamSource
from tests.inhabited import inhabited, listener_in
from tests.waiting import wait_until


@pytest.fixture
def source() -> Iterator[StreamSource]:
    with closing(StreamSource.to(CollectorProcess(netns=EVERY_NAMESPACE))) as made:
        yield made


def ports(table: SocketTable) -> set[int]:
    return set(table.local_port[table.is_listener].tolist())


def test_each_namespace_gives_its_own_sockets_round_after_round_and_one_table_says_who_holds_them(source):
    with inhabited() as place, listener_in(place) as server:
        inside, port = place.inode, server.getsockname()[1]
        for _ in range(3):
            read = source.namespaces()
            assert inside not in {left_out.namespace.number for left_out in read.left_out}
            assert read.found.namespaces[0].number == namespace_number()
            assert inside in {namespace.number for namespace in read.found.namespaces}
            own = source.within(namespace_number()).sample()
            other = source.within(inside).sample()
            assert (own.table.namespace, other.table.namespace) == (namespace_number(), inside)
            assert ports(other.table) == {port}
            given = Belonging.told_by(own).given_to(other)
            (row,) = other.table.is_listener.nonzero()[0].tolist()
            assert given.owners.owners_of(int(other.table.inode[row]))
            assert not other.owners.is_read


def test_time_wait_rows_are_there_when_they_are_asked_for(source):
    source.namespaces(time_wait=True)
    assert source.within(namespace_number()).sample(time_wait=True).has_time_wait
    source.namespaces()
    assert not source.within(namespace_number()).sample().has_time_wait


def test_a_route_is_asked_for_inside_the_namespace(source):
    flow = Flow(IPv4Address("127.0.0.1"))
    with inhabited() as place:
        inside = place.inode
        source.namespaces()
        assert source.within(inside).route_to(flow).errno is None
        assert source.within(inside).route_to(Flow(IPv4Address("192.0.2.1"))).errno is not None


def test_a_namespace_that_was_left_is_not_kept_alive_and_can_be_asked_no_more(source):
    with inhabited() as place:
        inside = place.inode
        source.namespaces()
        assert source.within(inside).sample().table.namespace == inside

    def is_gone() -> bool:
        return inside not in {namespace.number for namespace in source.namespaces().found.namespaces}

    wait_until(is_gone)
    with pytest.raises(KernelError, match="has gone"):
        source.within(inside).sample()
    assert source.within(namespace_number()).sample().table.namespace == namespace_number()


def test_one_that_looks_into_a_single_namespace_says_so():
    with closing(StreamSource.to(CollectorProcess())) as single, pytest.raises(InputError, match="one network"):
        single.namespaces()
