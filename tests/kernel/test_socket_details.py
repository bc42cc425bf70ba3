"""One socket asked for alone: messages built by hand, and sockets in every state beside what they are known to be."""

from __future__ import annotations

import errno
import socket
import struct
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import KernelError, WireError
from monitor.kernel import inet_diag_question as question
from monitor.kernel.netlink import NetlinkSocket
from monitor.kernel.sock_diag import SockDiag
from monitor.kernel.socket_details import read_details
from monitor.model.sockets import SocketId
from monitor.model.tcp import ALL_STATES, TcpState
from monitor.model.tcp_info import (
    SHUTDOWN_RECEIVE,
    SHUTDOWN_SEND,
    TIMER_KEEPALIVE,
    TIMER_RETRANSMIT,
    TIMER_TIME_WAIT,
    SocketMemory,
)
from tests.kernel import socket_world as world
from tests.kernel.inet_diag_bytes import CGROUP_ID, INFO, SHUTDOWN, attribute, info, row
from tests.kernel.netlink_bytes import ScriptedKernel, done, error
from tests.kernel.netlink_bytes import message as packed
from tests.scenes import ANY, table_of
from tests.scenes import row as scene_row

CONG, TOS, TCLASS, SKMEMINFO, ULP_INFO = 4, 5, 6, 7, 19


def nested(kind: int, *inside: bytes) -> bytes:
    return attribute(kind, b"".join(inside))


def test_a_message_without_attributes_tells_what_its_head_tells():
    cookie, details = read_details(
        row(state=6, cookie=9, timer=3, tries=1, timer_ms=41_000, recv_q=5, send_q=6, uid=33, inode=77)
    )
    assert cookie == 9
    assert (details.state, details.timer, details.timer_tries, details.timer_ms) == (6, 3, 1, 41_000)
    assert (details.recv_q, details.send_q, details.uid, details.inode) == (5, 6, 33, 77)
    assert (details.info, details.congestion_control, details.upper_layer, details.memory) == (None, None, None, None)
    assert (details.shutdown, details.cgroup, details.traffic_class) == (None, None, None)


def test_attributes_are_read():
    _, details = read_details(
        row(
            info(232, at_68=23_000),
            attribute(CONG, b"cubic\0"),
            attribute(SHUTDOWN, b"\x02"),
            attribute(TOS, b"\x10"),
            attribute(SKMEMINFO, struct.pack("=9I", 1, 2, 3, 4, 5, 6, 7, 8, 9)),
            attribute(CGROUP_ID, struct.pack("=Q", 1234)),
            nested(ULP_INFO, attribute(9, b"other"), attribute(1, b"tls\0"), attribute(2, b"\0\0\0\0")),
        )
    )
    assert (details.info.rtt_us, details.info.length_bytes) == (23_000, 232)
    assert (details.congestion_control, details.upper_layer) == (b"cubic", b"tls")
    assert (details.shutdown, details.traffic_class, details.cgroup) == (SHUTDOWN_SEND, 0x10, 1234)
    assert details.memory == SocketMemory(1, 2, 3, 4, 6, 9)


def test_attributes_that_are_too_short_tell_nothing():
    _, details = read_details(
        row(
            attribute(INFO, b""),
            attribute(CONG, b"\0"),
            attribute(SHUTDOWN, b""),
            attribute(SKMEMINFO, bytes(31)),
            attribute(CGROUP_ID, bytes(7)),
            attribute(ULP_INFO, struct.pack("=HH", 3, 1)),
        )
    )
    assert (details.info, details.congestion_control, details.upper_layer, details.memory) == (None, None, None, None)
    assert (details.shutdown, details.cgroup) == (None, None)
    _, details = read_details(row(attribute(SKMEMINFO, bytes(32)), attribute(ULP_INFO, struct.pack("=HH", 9, 1))))
    assert details.memory == SocketMemory(0, 0, 0, 0, 0, None)
    assert details.upper_layer is None


@given(tail=st.binary(max_size=200), cut=st.integers(0, 84))
def test_whatever_comes_is_details_or_a_wire_error(tail, cut):
    for message in (row() + tail, row()[: len(row()) - cut] + tail, tail):
        try:
            read_details(message)
        except WireError as raised:
            assert "breaks its bounds" in str(raised)


ENDS = [
    ("tcp", "192.0.2.10:443", "198.51.100.7:51834"),
    ("tcp", "[2001:db8::10]:443", "[2001:db8:1::7]:51834"),
    ("tcp", "[::ffff:192.0.2.10]:443", "[::ffff:198.51.100.7]:51834"),
    ("udp", "192.0.2.10:53", "198.51.100.7:51834"),
    ("udp", "192.0.2.10:53", ANY),
]


@pytest.mark.parametrize(("protocol", "local", "remote"), ENDS)
def test_an_identity_asks_for_the_socket_of_its_row(protocol, local, remote):
    table = table_of([scene_row(protocol, local, remote, "ESTAB", cookie=(1 << 63) + 5, device=3)])
    (plain,) = question.exact(table, [0])
    asked = question.exact_with_details(SocketId.of(table, 0))
    assert asked[:2] + asked[3:] == plain[:2] + plain[3:]
    assert asked[2] & plain[2] == plain[2], "the extensions of the list, and more"
    assert asked[2] != plain[2]


@pytest.fixture
def diag(namespace):
    with SockDiag() as diag:
        yield diag


def of_state(diag: SockDiag, state: TcpState) -> SocketId:
    """Wait until a socket is in a state, and name the first."""
    deadline = time.monotonic() + 10
    while True:
        table = diag.dump_tcp(ALL_STATES)
        rows = np.flatnonzero(table.is_pair & (table.state == state))
        if len(rows):
            return SocketId.of(table, int(rows[0]))
        assert time.monotonic() < deadline


@pytest.fixture
def full(diag):
    """The identities of every kind of pair."""
    with world.sockets():
        for state in (TcpState.FIN_WAIT_2, TcpState.TIME_WAIT, TcpState.SYN_SENT, TcpState.SYN_RECEIVED):
            of_state(diag, state)
        table = diag.dump_tcp(ALL_STATES)
        yield [SocketId.of(table, number) for number in np.flatnonzero(table.is_pair).tolist()]


@pytest.mark.kernel
def test_every_pair_is_found_alone_and_no_other_one(full, diag):
    assert len(full) > 10
    for asked in full:
        assert diag.details(asked) is not None
        assert diag.details(replace(asked, cookie=asked.cookie ^ 1 << 40)) is None
        assert diag.details(replace(asked, namespace=asked.namespace + 1)) is None


@pytest.mark.kernel
def test_a_syn_that_nobody_answers_has_its_tries_and_the_hosts_limit(full, diag):
    details = diag.details(of_state(diag, TcpState.SYN_SENT))
    assert (details.state, details.timer, details.send_q) == (TcpState.SYN_SENT, TIMER_RETRANSMIT, 1)
    assert details.syn_retries == sum(
        int(setting.read_text())
        for setting in map(Path("/proc/sys/net/ipv4").joinpath, ("tcp_syn_retries", "tcp_syn_linear_timeouts"))
        if setting.exists()
    )
    assert details.timer_ms > 0
    assert details.info.rtt_us is None


@pytest.mark.kernel
def test_a_bucket_has_its_time_left_and_nothing_else(full, diag):
    details = diag.details(of_state(diag, TcpState.TIME_WAIT))
    assert (details.timer, details.inode, details.info) == (TIMER_TIME_WAIT, 0, None)
    assert 0 < details.timer_ms <= 60_000


@pytest.mark.kernel
def test_when_the_peer_closed_lies_between_the_last_data_and_the_last_acknowledgement(full, diag):
    details = diag.details(of_state(diag, TcpState.CLOSE_WAIT))
    assert details.shutdown == SHUTDOWN_RECEIVE
    assert details.info.last_ack_recv_ms <= details.info.last_data_recv_ms
    half_closed = diag.details(of_state(diag, TcpState.FIN_WAIT_2))
    assert half_closed.shutdown == SHUTDOWN_SEND


@pytest.mark.kernel
def test_a_socket_that_was_closed_is_gone(diag):
    with socket.create_server((world.V4, 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        listener.accept()[0].close()
        asked = of_state(diag, TcpState.CLOSE_WAIT)
        assert diag.details(asked) is not None
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        assert diag.details(asked) is None


@pytest.mark.kernel
def test_keepalive_buffers_and_congestion_control_are_those_that_the_program_set(diag):
    with (
        socket.create_server((world.V4, 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
        listener.accept()[0] as server,
    ):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"reno")
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 50_000)
        client.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, 0x10)
        table = diag.dump_tcp()
        ports = {int(table.local_port[number]): number for number in np.flatnonzero(table.is_pair).tolist()}
        ours, theirs = (diag.details(SocketId.of(table, ports[made.getsockname()[1]])) for made in (client, server))
        buffer = client.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    assert (ours.timer, ours.has_keepalive, theirs.has_keepalive) == (TIMER_KEEPALIVE, True, False)
    assert ours.congestion_control == b"reno"
    assert (ours.memory.receive_buffer, ours.traffic_class) == (buffer, 0x10)


@pytest.mark.kernel
def test_drops_of_a_udp_socket_are_counted(diag):
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        server.bind((world.V4, 0))
        client.connect(server.getsockname())
        for _ in range(20):
            client.send(bytes(1000))
        table = diag.dump_udp()
        (number,) = np.flatnonzero(~table.is_pair).tolist()
        details = diag.details(SocketId.of(table, number))
    assert details.info is None
    assert details.recv_q > 0
    assert 0 < details.memory.drops < 20


def scripted(monkeypatch, *datagrams) -> SockDiag:
    """Make a SockDiag whose exact look-ups are answered so."""
    kernels = iter([ScriptedKernel(), ScriptedKernel(), ScriptedKernel(*datagrams)])
    monkeypatch.setattr(NetlinkSocket, "open", lambda *_, **__: NetlinkSocket(next(kernels)))
    return SockDiag()


@pytest.fixture
def asked(monkeypatch):
    namespace = scripted(monkeypatch).namespace
    table = table_of([scene_row("tcp", "192.0.2.1:443", "198.51.100.7:50000", "ESTAB", cookie=1)], namespace)
    return SocketId.of(table, 0)


def reply(message: bytes) -> bytes:
    return packed(message[16:], 20, sequence=1)


def test_a_kernel_that_ignores_the_cookie_is_not_believed(monkeypatch, asked):
    assert scripted(monkeypatch, reply(row(cookie=2))).details(asked) is None
    assert scripted(monkeypatch, reply(row(cookie=1))).details(asked).state == TcpState.ESTABLISHED


def test_a_refusal_is_no_absence(monkeypatch, asked):
    # Of a UDP socket whose port others share the kernel says that it has found another one.
    for number in (errno.ENOENT, errno.ESTALE):
        assert scripted(monkeypatch, error(number)).details(asked) is None
    with pytest.raises(KernelError):
        scripted(monkeypatch, error(errno.EPERM)).details(asked)
    with pytest.raises(WireError):
        scripted(monkeypatch, done()).details(asked)
