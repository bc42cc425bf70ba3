"""SockDiag beside ss in a namespace that holds every kind of socket, and its look-ups beside the kernel's word."""

from __future__ import annotations

import errno
import re
import socket
import struct
import subprocess
import time
from dataclasses import replace

import numpy as np
import pytest

from monitor.errors import KernelError, WireError
from monitor.kernel.netlink import NetlinkSocket, TruncatedDatagramError
from monitor.kernel.sock_diag import SockDiag
from monitor.model.socket_table import COLUMN_TYPES, V6ONLY_UNKNOWN, SocketTable
from monitor.model.tcp import ALL_STATES, LIVE_STATES, TcpState
from tests.kernel import socket_world as world
from tests.kernel.inet_diag_bytes import row
from tests.kernel.netlink_bytes import ScriptedKernel, done, error, message
from tests.ss_rows import our_rows, ss_rows

PARTS = (LIVE_STATES, TcpState.TIME_WAIT.bit, TcpState.BOUND_INACTIVE.bit)
"""Sets of states that part all."""
CHANGING = {"timer", "timer_ms", "timer_tries", "last_data_sent_ms", "last_data_recv_ms", "rtt_us"}
"""Columns that may differ between two readings of a socket that does nothing."""


@pytest.fixture
def diag(namespace):
    with SockDiag() as diag:
        yield diag


@pytest.fixture
def full(namespace, diag):
    """All TCP rows of the full world, once every socket has come to rest."""
    with world.sockets():
        deadline = time.monotonic() + 10
        resting = {TcpState.FIN_WAIT_2, TcpState.TIME_WAIT, TcpState.SYN_SENT, TcpState.SYN_RECEIVED}
        while not resting <= set((table := diag.dump_tcp(ALL_STATES)).state.tolist()):
            assert time.monotonic() < deadline
        yield table


def ss_receive_buffers(ss: str) -> dict[int, int]:
    """What ss says of the receive buffers of UDP sockets, by cookie."""
    output = subprocess.run([ss, "-HnuaemO"], capture_output=True, check=True, text=True).stdout
    return {int(cookie, 16): int(size) for cookie, size in re.findall(r"\bsk:(\w+).*\bskmem:\(r\d+,rb(\d+)", output)}


def still(table: SocketTable) -> dict[int, dict[str, object]]:
    """By cookie, the columns that do not change by themselves."""
    names = [name for name in COLUMN_TYPES if name not in CHANGING]
    return {
        int(table.cookie[number]): {name: getattr(table, name)[number].item() for name in names}
        for number in range(len(table))
    }


@pytest.mark.kernel
def test_tcp_rows_are_those_of_ss_and_the_bound_only_one_besides(full, program):
    ours = our_rows(full)
    (hidden,) = full.cookie[full.is_bound_only].tolist()
    bound = ours.pop(hidden)
    assert ours == ss_rows(program("ss"), "-tae")
    assert bound[:3] == ("BOUND", (world.V4, world.BOUND), ("0.0.0.0", 0))


@pytest.mark.kernel
def test_the_world_shows_what_ss_is_asked_to_confirm(full):
    rows = set(our_rows(full).values())
    assert {row[0] for row in rows} >= {
        "LISTEN", "ESTAB", "CLOSE-WAIT", "FIN-WAIT-2", "TIME-WAIT", "SYN-SENT", "SYN-RECV", "BOUND",
    }  # fmt: skip
    assert sum(row[1] == (world.V4, world.GROUP) for row in rows) == 3
    assert any(row[6] == (len(world.UNREAD), 0) for row in rows)
    assert {row[7] for row in rows} == {0, world.MARK}
    assert {row[8] for row in rows} == {0, 1, V6ONLY_UNKNOWN}
    assert world.OTHER_USER in {row[5] for row in rows}


@pytest.mark.kernel
def test_udp_rows_are_those_of_ss(full, diag, program):
    table = diag.dump_udp()
    ours = our_rows(table)
    assert ours == ss_rows(program("ss"), "-uae")
    buffers = dict(zip(table.cookie.tolist(), table.receive_buffer.tolist(), strict=True))
    assert buffers == ss_receive_buffers(program("ss"))
    assert {row[0] for row in ours.values()} == {"ESTAB", "UNCONN"}
    assert len(ours) == 7


@pytest.mark.kernel
@pytest.mark.parametrize("states", [ALL_STATES, *PARTS])
def test_one_pass_and_two_lists_give_the_same_rows(full, diag, states):
    one_pass = diag.dump_tcp(states)
    assert diag._offers_one_pass
    diag._offers_one_pass = False
    two_lists = diag.dump_tcp(states)
    assert len(one_pass) > 0
    assert still(one_pass) == still(two_lists)


@pytest.mark.kernel
def test_one_pass_and_two_lists_give_the_same_udp_rows(full, diag):
    one_pass = diag.dump_udp()
    if not diag._offers_udp_in_one_pass:
        pytest.skip("Linux 5.9 and later list UDP sockets of both families at once")
    diag._offers_udp_in_one_pass = False
    two_lists = diag.dump_udp()
    assert set(one_pass.family.tolist()) == {socket.AF_INET, socket.AF_INET6}
    assert still(one_pass) == still(two_lists)


@pytest.mark.kernel
def test_state_masks_part_the_rows(full, diag):
    parts = [diag.dump_tcp(states) for states in PARTS]
    assert sorted(full.cookie.tolist()) == sorted(cookie for part in parts for cookie in part.cookie.tolist())
    assert set(parts[1].state.tolist()) == {TcpState.TIME_WAIT}
    assert set(parts[2].state.tolist()) == {TcpState.CLOSED}


@pytest.mark.kernel
def test_rows_are_of_the_namespace_where_the_object_was_made(namespace, diag):
    with SockDiag() as inside, socket.create_server((world.V4, 0)) as listener:
        assert inside.namespace == namespace.inode
        assert inside.dump_tcp().local_port.tolist() == [listener.getsockname()[1]]


@pytest.mark.kernel
def test_find_gives_every_connected_row_as_it_is(full, diag):
    connected = np.flatnonzero(full.is_pair).tolist()
    assert len(connected) > 10
    for number in connected:
        found = diag.find(full, number)
        assert still(found) == still(full.take(np.array([number])))
        assert found.namespace == diag.namespace


@pytest.mark.kernel
def test_find_gives_connected_udp_rows_too(full, diag):
    table = diag.dump_udp()
    for number in np.flatnonzero(table.is_pair).tolist():
        assert still(diag.find(table, number)) == still(table.take(np.array([number])))


@pytest.mark.kernel
def test_find_never_gives_another_socket_of_the_same_endpoints(full, diag):
    others = replace(full, cookie=full.cookie + np.uint64(1 << 40))
    assert all(len(diag.find(others, number)) == 0 for number in range(len(others)))


@pytest.mark.kernel
def test_absentees_parts_the_gone_from_the_overlooked(namespace, diag):
    with socket.create_server((world.V4, 0)) as listener:
        clients = [socket.create_connection(listener.getsockname()) for _ in range(3)]
        servers = [listener.accept()[0] for _ in range(3)]
        previous = diag.dump_tcp()
        cookies = [cookie_of(made) for made in (*clients, *servers)]
        # Both ends closed, the first leaving a bucket in TIME-WAIT; then a reset, which leaves nothing.
        clients[0].close()
        servers[0].close()
        clients[1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        clients[1].close()
        servers[1].close()
        nothing = previous.take(np.zeros(0, np.intp))
        gone, alive = diag.absentees(previous, nothing)
        assert sorted(gone.tolist()) == sorted([*cookies[0:2], *cookies[3:5]])
        assert sorted(alive.cookie.tolist()) == sorted([cookies[2], cookies[5]])
        assert alive.namespace == namespace.inode
        gone, alive = diag.absentees(previous, diag.dump_tcp())
        assert (len(gone), len(alive)) == (4, 0)
        gone, alive = diag.absentees(previous, nothing, limit=5)
        assert len(gone) + len(alive) == 5
        clients[2].close()
        servers[2].close()


@pytest.mark.kernel
def test_absentees_takes_the_kernels_word_for_what_it_said_to_be_destroyed(full, diag):
    nothing = SocketTable.empty(full.namespace)
    (listener,) = full.cookie[full.is_listener][:1]
    (connected,) = full.cookie[full.state == TcpState.ESTABLISHED][:1]
    (bucket,) = full.cookie[full.state == TcpState.TIME_WAIT][:1]
    gone, alive = diag.absentees(full, nothing, np.array([listener, connected, bucket, 7], np.uint64))
    assert {listener, connected} <= set(gone.tolist())
    assert bucket not in gone
    assert connected not in alive.cookie


def test_absentees_leaves_listeners_buckets_and_other_namespaces_alone(full, diag):
    nothing = SocketTable.empty(diag.namespace)
    gone, alive = diag.absentees(full, nothing)
    asked = {TcpState(state).name for state in alive.state.tolist()}
    assert len(gone) == 0
    assert asked >= {"ESTABLISHED", "CLOSE_WAIT", "FIN_WAIT_2", "SYN_SENT", "SYN_RECEIVED"}
    assert not asked & {"LISTEN", "TIME_WAIT", "CLOSED"}
    gone, alive = diag.absentees(replace(full, namespace=diag.namespace + 1), nothing)
    assert (len(gone), len(alive)) == (0, 0)


@pytest.mark.kernel
def test_closed_object_has_no_descriptor_left(namespace):
    diag = SockDiag()
    descriptors = [conversation._transport for conversation in (diag._tcp, diag._udp, diag._exact)]
    diag.close()
    diag.close()
    assert [made.fileno() for made in descriptors] == [-1, -1, -1]
    with pytest.raises(KernelError):
        diag.dump_tcp()


def cookie_of(made: socket.socket) -> int:
    so_cookie = 57
    return int(struct.unpack("=Q", made.getsockopt(socket.SOL_SOCKET, so_cookie, 8))[0])


@pytest.fixture
def scripted(monkeypatch):
    """Make a SockDiag whose three conversations (TCP, UDP, exact) are with scripted kernels."""

    def make(tcp=(), udp=(), exact=(), **options) -> SockDiag:
        kernels = iter([ScriptedKernel(*datagrams) for datagrams in (tcp, udp, exact)])
        monkeypatch.setattr(NetlinkSocket, "open", lambda *_, **__: NetlinkSocket(next(kernels), **options))
        return SockDiag()

    return make


def answer(kind: int, sequence: int, *rows: bytes) -> list[bytes]:
    """A dump's datagrams: rows as of inet_diag_bytes, in messages of this kind and sequence."""
    return [b"".join(message(made[16:], kind, sequence=sequence) for made in rows), done(sequence=sequence)]


@pytest.mark.parametrize("refusal", [errno.EINVAL, errno.ENOENT, errno.EOPNOTSUPP])
def test_kernel_that_refuses_the_one_pass_is_asked_by_family_from_then_on(scripted, refusal):
    lists = [answer(20, number, row(cookie=number)) for number in (2, 3, 4, 5)]
    diag = scripted(tcp=[error(refusal), *(datagram for made in lists for datagram in made)])
    assert diag.dump_tcp().cookie.tolist() == [2, 3]
    assert diag.dump_tcp().cookie.tolist() == [4, 5]
    assert [struct.unpack_from("=H", asked, 4)[0] for asked in diag._tcp._transport.questions] == [18, 20, 20, 20, 20]
    assert [asked[16] for asked in diag._tcp._transport.questions[1:3]] == [socket.AF_INET, socket.AF_INET6]


def test_a_list_takes_unchanged_columns_from_the_one_before_while_somebody_holds_it(scripted):
    lists = [answer(18, number, row(cookie=2), row(cookie=3)) for number in (1, 2, 3)]
    diag = scripted(tcp=[datagram for made in lists for datagram in made])
    first = diag.dump_tcp()
    second = diag.dump_tcp()
    assert second.cookie is first.cookie
    kept = first.cookie
    del first, second
    assert diag.dump_tcp().cookie is not kept


def test_other_refusals_of_the_one_pass_are_told(scripted):
    with pytest.raises(KernelError) as raised:
        scripted(tcp=[error(errno.EPERM)]).dump_tcp()
    assert (raised.value.errno, raised.value.operation) == (errno.EPERM, "list TCP sockets")


@pytest.mark.parametrize("reply", [done(), error(errno.EOPNOTSUPP)])
def test_kernel_that_would_list_tcp_sockets_for_udp_ones_is_asked_by_family(scripted, reply):
    diag = scripted(udp=[reply, *answer(20, 2, row(cookie=2)), *answer(20, 3, row(cookie=3))])
    assert diag.dump_udp().cookie.tolist() == [2, 3]
    assert [struct.unpack_from("=H", asked, 4)[0] for asked in diag._udp._transport.questions] == [18, 20, 20]


def test_kernel_that_refuses_an_unknown_protocol_lists_udp_sockets_at_once(scripted):
    diag = scripted(udp=[done(-errno.ENOENT), *answer(18, 2, row(cookie=2)), *answer(18, 3, row(cookie=3))])
    assert (diag.dump_udp().cookie.tolist(), diag.dump_udp().cookie.tolist()) == ([2], [3])


def test_fk_04_kernel_without_the_udp_list_says_so_and_is_not_empty(scripted):
    with pytest.raises(KernelError) as raised:
        scripted(udp=[done(-errno.ENOENT, sequence=number) for number in (1, 2, 3)]).dump_udp()
    assert (raised.value.errno, raised.value.operation) == (errno.ENOENT, "list UDP sockets")
    assert raised.value.hint


def test_fk_01_truncated_dump_is_asked_for_again_with_more_room(scripted):
    many = [row(cookie=number) for number in range(1, 30)]
    whole = [*answer(18, 1, *many), BlockingIOError(), *answer(18, 2, *many)]
    diag = scripted(tcp=whole, slot_bytes=2048, arena_bytes=8192)
    assert len(diag.dump_tcp()) == 29


def test_dump_that_never_fits_is_an_error(scripted):
    many = [row(cookie=number) for number in range(1, 100)]
    datagrams = [part for number in range(1, 9) for part in (*answer(18, number, *many), BlockingIOError())]
    with pytest.raises(TruncatedDatagramError):
        scripted(tcp=datagrams, slot_bytes=128, arena_bytes=512).dump_tcp()


def test_interrupted_dump_is_asked_for_again_and_at_last_shown_with_a_flag(scripted):
    torn = [
        message(row(cookie=number)[16:], 18, flags=0x12, sequence=number) + done(sequence=number)
        for number in range(1, 6)
    ]
    diag = scripted(tcp=[*torn[:2], *answer(18, 3, row(cookie=3))])
    assert diag.dump_tcp().cookie.tolist() == [3]
    assert not diag.was_interrupted
    diag = scripted(tcp=torn)
    assert diag.dump_tcp().cookie.tolist() == [5]
    assert diag.was_interrupted


def test_broken_rows_are_counted(scripted):
    diag = scripted(tcp=answer(18, 1, row(cookie=1), row(b"\3\0\2\0", cookie=2)))
    assert (diag.dump_tcp().cookie.tolist(), diag.malformed) == ([1], 1)


def test_socket_in_two_lists_is_one_row(scripted):
    tcp = [error(errno.EINVAL), *answer(20, 2, row(cookie=9)), *answer(20, 3, row(cookie=9, state=TcpState.TIME_WAIT))]
    assert scripted(tcp=tcp).dump_tcp(ALL_STATES).state.tolist() == [TcpState.TIME_WAIT]


@pytest.mark.parametrize(("reply", "expected"), [(errno.EPERM, KernelError), (None, WireError)])
def test_find_tells_a_refusal_from_an_absence(scripted, reply, expected):
    table = scripted(tcp=answer(18, 1, row())).dump_tcp()
    broken = done() if reply is None else error(reply)
    with pytest.raises(expected):
        scripted(exact=[broken]).find(table, 0)
    assert len(scripted(exact=[error(errno.ENOENT)]).find(table, 0)) == 0


def test_find_distrusts_a_kernel_that_ignores_the_cookie(scripted):
    table = scripted(tcp=answer(18, 1, row(cookie=1))).dump_tcp()
    assert len(scripted(exact=[answer(20, 1, row(cookie=2))[0]]).find(table, 0)) == 0


def test_refused_look_up_leaves_a_socket_in_neither_answer(scripted):
    table = scripted(tcp=answer(18, 1, row(cookie=1), row(cookie=2))).dump_tcp()
    diag = scripted(exact=[error(errno.EPERM, sequence=1), error(errno.ENOENT, sequence=2)])
    gone, alive = diag.absentees(table, SocketTable.empty(table.namespace))
    assert (gone.tolist(), len(alive)) == ([2], 0)
