"""What a socket is for: every row has one role, decided by its state, its listener and who dialled."""

from __future__ import annotations

from monitor.reasoning.roles import SocketRole, socket_roles
from monitor.sampling.intervals import advance
from tests.scenes import ANY, row, sample_of, traffic

LISTENER = row("tcp", "192.0.2.10:443", ANY, "LISTEN")


def role(*rows):
    """Say what the first of some rows is for."""
    return SocketRole(socket_roles(advance(None, sample_of(rows)))[0])


def test_a_listener_listens():
    assert role(LISTENER) is SocketRole.LISTENS


def test_a_connection_of_a_listener_was_accepted():
    assert role(row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB"), LISTENER) is SocketRole.ACCEPTED


def test_counters_tell_who_dialled_where_the_listener_is_gone():
    accepted = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", **traffic(sent=10))
    dialled = row("tcp", "192.0.2.10:52110", "198.51.100.7:443", "ESTAB", **traffic(sent=10, is_dialled=True))
    assert role(accepted) is SocketRole.ACCEPTED
    assert role(dialled) is SocketRole.CONNECTS


def test_a_connection_that_was_dialled_from_a_listeners_port_connects():
    dialled = row("tcp", "192.0.2.10:443", "198.51.100.7:443", "ESTAB", **traffic(sent=10, is_dialled=True))
    assert role(dialled, LISTENER) is SocketRole.CONNECTS


def test_a_socket_that_is_still_dialling_connects():
    assert role(row("tcp", "192.0.2.10:52110", "203.0.113.77:443", "SYN-SENT")) is SocketRole.CONNECTS


def test_a_connection_of_which_nothing_tells_who_dialled_is_another_socket():
    assert role(row("tcp", "192.0.2.10:51880", "198.51.100.20:5432", "TIME-WAIT")) is SocketRole.OTHER


def test_udp_and_bound_only_sockets_are_other_sockets():
    assert role(row("udp", "127.0.0.53:53", ANY, "UNCONN")) is SocketRole.OTHER
    assert role(row("udp", "192.0.2.10:39112", "192.0.2.53:53", "ESTAB")) is SocketRole.OTHER
    assert role(row("tcp", "192.0.2.10:8444", ANY, "BOUND")) is SocketRole.OTHER
