"""Dialling for real, between two network namespaces with two links between them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import monitor
from monitor.dial import Dialled, TcpConnection, dial, dial_from
from monitor.errors import InputError, KernelError, MonitorError
from monitor.kernel import namespaces
from monitor.model.endpoint import Endpoint
from monitor.model.namespace import NamedNamespace
from tests.namespaces import give_name, network_namespace

pytestmark = pytest.mark.kernel

FAR, FAR_V6 = "203.0.113.5", "2001:db8:ffff::5"
HERE = """
link add e0 type veth peer name p0 netns {peer}
link add e1 type veth peer name p1 netns {peer}
addr add 192.0.2.1/24 dev e0
addr add 198.51.100.1/24 dev e1
-6 addr add 2001:db8:a::1/64 dev e0 nodad
link set e0 up
link set e1 up
route add default via 192.0.2.254
-6 route add default via 2001:db8:a::fe
"""
THERE = """
addr add 192.0.2.254/24 dev p0
addr add 198.51.100.254/24 dev p1
-6 addr add 2001:db8:a::fe/64 dev p0 nodad
link set p0 up
link set p1 up
addr add 203.0.113.5/32 dev lo
-6 addr add 2001:db8:ffff::5/128 dev lo
"""


@pytest.fixture
def port(ip: Callable[..., str]) -> Iterator[int]:
    """Listen at the far end, on all addresses of both families."""
    with network_namespace() as far:
        ip(HERE.format(peer=f"/proc/{os.getpid()}/fd/{far.fd}"))
        with far.entered():
            ip(THERE)
            listener = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        with listener:
            yield listener.getsockname()[1]


def test_routing_table_picks_the_local_endpoint_and_the_connection_gets_it(ip, port):
    predicted = monitor.TcpConnection.to(f"{FAR}:{port}")
    assert str(predicted) == f"192.0.2.1:0 → {FAR}:{port}"
    with predicted.open(timeout_s=10) as opened:
        actual = TcpConnection.of(opened)
        assert actual.local.address == predicted.local.address
        assert (actual.local.port, actual.remote) == (opened.getsockname()[1], predicted.remote)
    ip("route replace default via 198.51.100.254")
    assert str(TcpConnection.to(predicted.remote).local) == "198.51.100.1:0"


def test_ipv6_likewise(ip, port):
    with TcpConnection.to(f"[{FAR_V6}]:{port}").open(timeout_s=10) as opened:
        assert str(TcpConnection.of(opened).local.address) == "2001:db8:a::1"


def test_prediction_binds_nothing_and_a_named_endpoint_is_bound(ip, port):
    # A rule on the source takes a bound socket another way than the unbound one that was asked about.
    ip("route add default via 198.51.100.254 table 100", "rule add pref 100 from 192.0.2.1 prohibit")
    remote = Endpoint.parse(f"{FAR}:{port}")
    ip("route replace default via 198.51.100.254")
    with TcpConnection.to(remote).open(timeout_s=10) as opened:
        assert opened.getsockname()[0] == "198.51.100.1"
    named = TcpConnection(Endpoint.parse("192.0.2.1:0"), remote)
    with pytest.raises(KernelError) as raised:
        named.open(timeout_s=10)
    assert raised.value.errno == errno.EACCES


def test_dialling_compares_prediction_and_outcome(ip, port):
    done = dial(f"{FAR}:{port}")
    assert done.is_as_predicted
    assert done.actual.local.port
    assert done.elapsed_s > 0


def test_a_thread_dials_from_the_namespace_that_was_named_unless_the_name_leads_elsewhere(
    as_root, tmp_path, monkeypatch
):
    monkeypatch.setattr(namespaces, "NAMES", tmp_path)
    blue = NamedNamespace(b"blue", is_process=False, is_gone=False)

    def dial_inside(number: int) -> Dialled:
        dial_from(blue, number)
        return dial(server.getsockname()[0] + f":{server.getsockname()[1]}")

    with network_namespace() as made, ThreadPoolExecutor(1) as thread:
        give_name(tmp_path, "blue", made)
        with made.entered():
            server = socket.create_server(("127.0.0.1", 0))
        with server:
            assert thread.submit(dial_inside, made.inode).result().is_as_predicted
            with pytest.raises(MonitorError, match="leads to another network namespace by now"):
                thread.submit(dial_inside, made.inode + 1).result()


def test_refused_connection_is_an_outcome_with_its_error(ip, port):
    done = dial(f"{FAR}:1")
    assert (done.actual, done.is_as_predicted, done.error.errno) == (None, None, errno.ECONNREFUSED)


def test_no_way_is_said_before_anything_is_sent(ip, port):
    ip("route add unreachable 203.0.113.0/24")
    with pytest.raises(KernelError) as raised:
        TcpConnection.to(f"{FAR}:{port}")
    assert raised.value.errno == errno.EHOSTUNREACH


def test_handshake_that_takes_too_long_is_a_timeout(ip, port):
    ip("neigh add 192.0.2.77 lladdr 02:00:00:00:00:77 dev e0")
    with pytest.raises(KernelError) as raised:
        TcpConnection.to("192.0.2.77:443").open(timeout_s=0.01)
    assert raised.value.errno == errno.ETIMEDOUT


def test_zone_that_does_not_exist_and_a_malformed_endpoint_are_errors(ip, port):
    with pytest.raises(KernelError):
        TcpConnection.to("[fe80::1%no-such]:80")
    with pytest.raises(InputError):
        TcpConnection.to("203.0.113.5")
