"""How the kernel's receive look-up is asked and believed, and what its refusals mean."""

from __future__ import annotations

import os
import socket
import struct
from contextlib import ExitStack, closing
from ipaddress import ip_address

import pytest

from monitor.errors import KernelError, WireError
from monitor.kernel import own_sockets
from monitor.kernel.arrival_refusals import ipv6_refusal, refusal_reach
from monitor.kernel.inet_diag_question import receiver
from monitor.kernel.local_routes import LocalRoutes, RouteAsked, RouteFound
from monitor.kernel.netlink import NetlinkSocket
from monitor.kernel.receive_look_up import ReceiveLookUp
from monitor.model.endpoint import Endpoint
from monitor.model.segment import Reach, Segment
from tests.kernel.netlink_bytes import ScriptedKernel, error, message
from tests.servers import HeldSocket

LOCAL, REMOTE = Endpoint.parse("192.0.2.10:80"), Endpoint.parse("198.51.100.7:5000")


def test_udp_is_asked_as_a_datagram_arrives_and_tcp_from_the_sockets_side():
    tcp, udp = (receiver(protocol, LOCAL, REMOTE, 2) for protocol in (6, 17))
    assert struct.unpack_from(">HH", tcp, 8) == (80, 5000)
    assert struct.unpack_from(">HH", udp, 8) == (5000, 80)
    assert (tcp[0], tcp[-12:]) == (socket.AF_INET, struct.pack("=IQ", 2, (1 << 64) - 1))


def test_own_sockets_are_found_and_not_by_their_ends_exchanged():
    with closing(ReceiveLookUp()) as kernel:
        assert kernel.is_trusted()


@pytest.mark.parametrize("answer", [None, 7])
def test_look_up_that_misses_our_sockets_is_not_believed(answer):
    assert not own_sockets.is_found_by(lambda *_: answer)


def test_look_up_that_exchanges_the_ends_is_not_believed():
    with closing(ReceiveLookUp()) as kernel:
        assert not own_sockets.is_found_by(lambda protocol, local, remote: kernel._cookie(protocol, remote, local))


def test_listener_is_named_for_all_clients_and_processors():
    with closing(socket.create_server(("127.0.0.1", 0))) as server, closing(ReceiveLookUp()) as kernel:
        held = HeldSocket.of(server)
        affinity = os.sched_getaffinity(0)
        answer = kernel.ask(Segment(6, Endpoint.parse(f"127.0.0.1:{held.port}"), None), 1)
        assert (answer.found.cookie, answer.found.inode) == (held.cookie, held.inode)
        assert answer.elsewhere == (held.cookie,)
        assert answer.is_steady
        assert os.sched_getaffinity(0) == affinity


def test_connection_says_nothing_about_other_clients():
    with ExitStack() as scene:
        server = scene.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = scene.enter_context(socket.create_connection(server.getsockname()))
        kernel = scene.enter_context(closing(ReceiveLookUp()))
        ends = [Endpoint.parse("{}:{}".format(*end)) for end in (client.getsockname(), client.getpeername())]
        answer = kernel.ask(Segment(6, *ends), 1)
        assert (answer.found.cookie, answer.elsewhere) == (HeldSocket.of(client).cookie, ())


@pytest.mark.parametrize("datagram", [message(b"\0" * 10), b"\0" * 20, message(b"", 99)])
def test_broken_answers_are_errors_and_nothing_else(datagram):
    kernel = ReceiveLookUp()
    kernel.close()
    kernel._kernel = NetlinkSocket(ScriptedKernel(datagram))
    with pytest.raises((WireError, KernelError)):
        kernel.ask(Segment(6, LOCAL, REMOTE), 1)


def test_route_of_an_address_of_this_host_is_local():
    with closing(LocalRoutes()) as routes:
        found = routes.ask(RouteAsked(ip_address("127.5.5.5"), ip_address("127.0.0.1"), protocol=6, source_port=1))
        assert isinstance(found, RouteFound)
        assert found.type == "local"


@pytest.mark.parametrize("datagram", [error(113), message(b"\0" * 4, 24), message(b"\0" * 12 + b"\3\0\1\0", 24)])
def test_route_answers_are_an_errno_a_route_or_an_error(datagram):
    routes = LocalRoutes()
    routes.close()
    routes._netlink = NetlinkSocket(ScriptedKernel(datagram))
    try:
        assert routes.ask(RouteAsked(ip_address("192.0.2.1"))) == 113
    except WireError:
        assert datagram != error(113)


@pytest.mark.parametrize(
    ("source", "destination", "reach"),
    [
        ("2001:db8::7", "::1", Reach.MARTIAN_DESTINATION),
        ("2001:db8::7", "ff01::1", Reach.MARTIAN_DESTINATION),
        ("::1", "2001:db8::1", Reach.MARTIAN_SOURCE),
        ("ff02::1", "2001:db8::1", Reach.MARTIAN_SOURCE),
        ("2001:db8::7", "2001:db8::1", None),
        ("192.0.2.7", "127.0.0.1", None),
    ],
)
def test_ipv6_refuses_before_it_asks_for_a_route(source, destination, reach):
    assert ipv6_refusal(ip_address(source), ip_address(destination), is_loopback=False) is reach


@pytest.mark.parametrize(
    ("number", "pair", "known", "reach"),
    [
        (113, ("192.0.2.7", "203.0.113.9"), {}, Reach.NOT_OURS),
        (22, ("192.0.2.7", "127.0.0.1"), {}, Reach.MARTIAN_DESTINATION),
        (22, ("192.0.2.1", "192.0.2.10"), {"is_own": True}, Reach.MARTIAN_SOURCE),
        (22, ("224.0.0.1", "192.0.2.10"), {}, Reach.MARTIAN_SOURCE),
        (22, ("192.0.2.7", "239.1.1.1"), {}, Reach.NOT_JOINED),
        (22, ("192.0.2.7", "192.0.2.10"), {"back": False}, Reach.REVERSE_PATH),
        (18, ("192.0.2.7", "192.0.2.10"), {}, Reach.REVERSE_PATH),
        (22, ("192.0.2.7", "192.0.2.10"), {}, Reach.REFUSED),
    ],
)
def test_errno_of_input_routing_is_read_by_its_rules(number, pair, known, reach):
    source, destination = map(ip_address, pair)
    assert refusal_reach(number, source, destination, **{"is_own": False, "back": True, **known}) is reach
