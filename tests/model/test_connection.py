"""A connection is its pair of endpoints, seen from one side."""

from __future__ import annotations

import monitor
from monitor import dial
from monitor.model.connection import TcpConnection
from monitor.model.endpoint import Endpoint

HERE, THERE = Endpoint.parse("192.0.2.10:443"), Endpoint.parse("[2001:db8::7]:51834")


def test_the_other_side_sees_the_endpoints_the_other_way_round():
    connection = TcpConnection(HERE, THERE)
    assert connection.reversed == TcpConnection(THERE, HERE)
    assert connection.reversed.reversed == connection


def test_a_connection_is_written_as_local_to_remote():
    assert str(TcpConnection(HERE, THERE)) == "192.0.2.10:443 → [2001:db8::7]:51834"


def test_two_connections_that_differ_in_one_port_are_two():
    other = TcpConnection(HERE, Endpoint(THERE.address, 51835))
    assert len({TcpConnection(HERE, THERE), TcpConnection(HERE, THERE), other}) == 2


def test_the_package_hands_out_its_two_faces():
    assert monitor.TcpConnection is dial.TcpConnection
    assert issubclass(monitor.TcpConnection, TcpConnection)
    assert monitor.Endpoint is Endpoint
