"""Who dialled: what bytes, states and listeners say, alone and against each other."""

from __future__ import annotations

import socket

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import KernelError
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, DIRECTION_UNKNOWN
from monitor.reasoning.direction import directions, told_by_counters
from tests.scenes import ANY, row, table_of, traffic

LOCAL, REMOTE = "192.0.2.10:443", "198.51.100.7:51834"


def direction(state="ESTAB", *, has_listener=False, protocol="tcp", remote=REMOTE, **columns):
    table = table_of([row(protocol, LOCAL, remote, state, **columns)])
    return int(directions(table, np.array([0 if has_listener else -1]))[0])


@given(
    st.integers(0, 1 << 62),
    st.integers(0, 1 << 30),
    st.booleans(),
    st.sampled_from(("ESTAB", "CLOSE-WAIT")),
    st.booleans(),
)
def test_with_nothing_in_flight_the_counted_syn_tells_who_dialled(sent, resent, is_dialled, state, has_listener):
    counted = traffic(sent=sent, resent=resent, is_dialled=is_dialled)
    expected = DIRECTION_DIALLED if is_dialled else DIRECTION_ACCEPTED
    assert direction(state, has_listener=has_listener, **counted) == expected


@given(st.integers(1, 100_000), st.booleans())
def test_bytes_in_flight_tell_nothing(in_flight, is_dialled):
    counted = traffic(sent=200_000, in_flight=in_flight, is_dialled=is_dialled)
    assert direction(**counted) == DIRECTION_UNKNOWN
    assert direction(has_listener=True, **counted) == DIRECTION_ACCEPTED


def test_the_counters_of_an_older_kernel_are_no_zeros():
    counted = traffic(sent=0, is_dialled=True)
    assert direction(info_length=192, **counted) == DIRECTION_UNKNOWN
    assert direction(info_length=192, has_listener=True, **counted) == DIRECTION_ACCEPTED


def test_an_acknowledged_fin_is_not_taken_for_a_syn():
    """In FIN-WAIT-2 the peer has acknowledged our FIN: it counts one as well."""
    accepted, dialled = traffic(sent=930), traffic(sent=930, is_dialled=True)
    for counted in (accepted, dialled):
        counted["bytes_acked"] += 1
    assert direction("FIN-WAIT-2", **accepted) == DIRECTION_ACCEPTED
    assert direction("FIN-WAIT-2", **dialled) == DIRECTION_DIALLED


@pytest.mark.parametrize("state", ["FIN-WAIT-1", "LAST-ACK", "CLOSING"])
def test_while_a_fin_is_on_its_way_only_the_listener_tells(state):
    counted = traffic(sent=930)
    assert direction(state, **counted) == DIRECTION_UNKNOWN
    assert direction(state, has_listener=True, **counted) == DIRECTION_ACCEPTED


def test_counters_that_fit_neither_side_leave_it_to_the_listener():
    counted = {**traffic(sent=930), "bytes_acked": 7}
    assert direction(**counted) == DIRECTION_UNKNOWN
    assert direction(has_listener=True, **counted) == DIRECTION_ACCEPTED


def test_a_syn_tells_its_side():
    assert direction("SYN-SENT", has_listener=True) == DIRECTION_DIALLED
    assert direction("SYN-RECV") == DIRECTION_ACCEPTED
    assert direction("SYN-RECEIVED") == DIRECTION_ACCEPTED


def test_time_wait_is_accepted_where_its_listener_still_stands():
    assert direction("TIME-WAIT", has_listener=True) == DIRECTION_ACCEPTED
    assert direction("TIME-WAIT") == DIRECTION_UNKNOWN


def test_listeners_bound_sockets_and_udp_have_no_direction():
    assert direction("LISTEN", remote=ANY) == DIRECTION_UNKNOWN
    assert direction("BOUND", remote=ANY) == DIRECTION_UNKNOWN
    assert direction(protocol="udp") == DIRECTION_UNKNOWN


def acknowledge_now(receiver):
    """Send the acknowledgement that the kernel holds back in the hope of data to carry it."""
    receiver.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


@pytest.mark.kernel
@pytest.mark.parametrize("is_closing", [False, True], ids=["ESTAB", "FIN-WAIT-2"])
def test_the_kernels_own_counters_tell_both_sides(is_closing):
    from monitor.kernel.sock_diag import SockDiag  # noqa: PLC0415 - pure tests need no kernel

    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        accepted = server.accept()[0]
        with accepted:
            for one, other in ((client, accepted), (accepted, client)):
                one.sendall(b"x" * 930)
                assert len(other.recv(930, socket.MSG_WAITALL)) == 930
                acknowledge_now(other)
            if is_closing:
                client.shutdown(socket.SHUT_WR)
                assert accepted.recv(1) == b""
                acknowledge_now(accepted)
            try:
                with SockDiag() as diag:
                    table = diag.dump_tcp()
            except KernelError:
                pytest.skip("kernel lacks sock_diag")
            told = directions(table, np.full(len(table), -1))
            ports = {"dialled": client.getsockname()[1], "accepted": server.getsockname()[1]}
            own = table.is_pair & np.isin(table.local_port, list(ports.values()))
            own &= np.isin(table.remote_port, list(ports.values()))
            found = dict(zip(table.local_port[own].tolist(), told[own].tolist(), strict=True))
            assert found == {ports["dialled"]: DIRECTION_DIALLED, ports["accepted"]: DIRECTION_ACCEPTED}


def test_what_the_counters_have_told_stays_true_while_data_is_in_flight():
    idle = traffic(sent=5_000, is_dialled=True)
    busy = traffic(sent=90_000, is_dialled=True, in_flight=40_000)
    rest, stuck = (table_of([row("tcp", LOCAL, REMOTE, "ESTAB", **counters)]) for counters in (idle, busy))
    listener = np.array([0])
    told = told_by_counters(rest)
    assert directions(stuck, listener).tolist() == [DIRECTION_ACCEPTED], "a listener's word for want of a better one"
    assert directions(stuck, listener, told).tolist() == [DIRECTION_DIALLED]
