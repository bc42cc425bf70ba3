"""The text of /proc/net beside the kernel's own lists, and lines that are not as they should be."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import KernelError
from monitor.kernel import proc_net_sockets, socket_lists
from monitor.kernel.proc_net import FILES, read_lines
from monitor.kernel.proc_net_sockets import ProcNetSockets
from monitor.kernel.sock_diag import SockDiag
from monitor.kernel.socket_lists import SocketLists
from monitor.model.socket_table import BACKLOG_UNKNOWN, DROPS_UNKNOWN, SocketTable
from monitor.model.sockets import SocketId
from monitor.model.tcp import ALL_STATES, PROTOCOL_TCP, PROTOCOL_UDP, TcpState
from tests.kernel import socket_world as world

HEAD = b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LISTENER = (
    b"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1001        0 4711 1 00000000"
    b" 100 0 0 10 0\n"
)
DIALLING = (
    b"   1: 0100007F:A001 0200000A:01BB 02 00000001:00000000 01:0000007B 00000002     0        0 4712 2 00000000"
    b" 800 0 0 1 7\n"
)
LISTENER6 = (
    b"   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000"
    b" 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0\n"
)
DATAGRAMS = (
    b"  52: 3500007F:0035 00000000:0000 07 00000000:00000200 00:00000000 00000000   990        0 4714 2 00000000 17\n"
)


def tcp(*lines: bytes) -> tuple[SocketTable, int]:
    return read_lines(HEAD + b"".join(lines), PROTOCOL_TCP, socket.AF_INET, 7)


def test_fields_come_to_their_columns_and_what_is_not_told_is_not_known():
    table, malformed = tcp(LISTENER, DIALLING)
    assert malformed == 0
    assert [str(table.local(row)) for row in range(2)] == ["127.0.0.1:8080", "127.0.0.1:40961"]
    assert str(table.remote(1)) == "10.0.0.2:443"
    assert table.state.tolist() == [TcpState.LISTEN, TcpState.SYN_SENT]
    assert (table.recv_q.tolist(), table.send_q.tolist()) == ([3, 0], [BACKLOG_UNKNOWN, 1])
    assert (table.uid.tolist(), table.inode.tolist()) == ([1001, 0], [4711, 4712])
    assert (int(table.timer[1]), int(table.timer_ms[1]), int(table.timer_tries[1])) == (1, 1230, 2)
    assert (table.backlog(0), table.drops.tolist()) == (None, [DROPS_UNKNOWN, 0])
    assert table.info_length.tolist() == [0, 0]
    assert not table.has_cookie.any()
    assert table.namespace == 7


def test_ipv6_and_datagrams_are_read_too():
    table, _ = read_lines(HEAD + LISTENER6, PROTOCOL_TCP, socket.AF_INET6, 0)
    assert str(table.local(0)) == "[::]:22"
    table, _ = read_lines(HEAD + DATAGRAMS, PROTOCOL_UDP, socket.AF_INET, 0)
    assert (str(table.local(0)), int(table.recv_q[0]), int(table.drops[0])) == ("127.0.0.53:53", 512, 17)


@pytest.mark.parametrize(
    "line",
    [
        LISTENER[:90],
        LISTENER[:-1],
        LISTENER6,
        b"\n",
        LISTENER.replace(b"1F90", b"1F9_"),
        LISTENER.replace(b" 4711 ", b" 99999999999 "),
        LISTENER.replace(b" 4711 ", b" 4999999999 "),
        LISTENER.replace(b" 1001 ", b" -1 "),
        b"\xff\x00\x1b[2J\n",
    ],
    ids=["cut", "cut before its end", "ipv6", "empty", "no digits", "long", "large", "negative", "nonsense"],
)
def test_fk_13_a_line_that_is_none_is_left_out_and_counted(line):
    table, malformed = tcp(DIALLING, line)
    assert (table.inode.tolist(), malformed) == ([4712], 1)


def test_fk_13_columns_behind_the_known_ones_are_passed_over():
    table, malformed = tcp(LISTENER.replace(b"\n", b" 1 2 3 new\n"))
    assert (table.inode.tolist(), malformed) == ([4711], 0)


def test_a_socket_that_stands_twice_is_one_row_the_last():
    table, _ = tcp(LISTENER, DIALLING, LISTENER.replace(b":00000003", b":00000004"))
    assert (table.inode.tolist(), table.recv_q.tolist()) == ([4712, 4711], [0, 4])


def test_sockets_without_an_inode_are_told_apart_by_their_endpoints():
    bucket = DIALLING.replace(b" 4712 ", b" 0 ").replace(b" 02 ", b" 06 ")
    table, _ = tcp(bucket, bucket.replace(b":01BB", b":01BC"), bucket)
    assert table.remote_port.tolist() == [444, 443]
    assert len(set(table.cookie.tolist())) == 2


def test_a_connection_is_the_same_one_before_it_is_accepted_and_after_its_program_closed_it():
    held = DIALLING.replace(b" 02 ", b" 01 ")
    names = [
        int(tcp(held.replace(b" 4712 ", inode).replace(b" 01 ", state))[0].cookie[0])
        for inode, state in ((b" 0 ", b" 01 "), (b" 4712 ", b" 01 "), (b" 0 ", b" 05 "))
    ]
    assert len(set(names)) == 1


def test_connections_with_the_same_ends_on_several_devices_are_all_told():
    table, _ = tcp(DIALLING, DIALLING.replace(b" 4712 ", b" 4799 "), DIALLING.replace(b" 4712 ", b" 4799 "))
    assert table.inode.tolist() == [4712, 4799]
    assert not table.has_cookie.any()


@given(
    st.binary(max_size=400), st.sampled_from([LISTENER, DIALLING]), st.integers(0, 160), st.sampled_from(list(FILES))
)
def test_fk_13_no_text_is_more_than_rows_and_a_count(noise, line, at, kind):
    text = HEAD + line[:at] + noise + line[at:] + line
    table, malformed = read_lines(text, *kind, 0)
    assert len(table) + malformed <= text.count(b"\n")
    assert malformed >= 0


def known(table: SocketTable) -> set[tuple[object, ...]]:
    """What both ways tell of each socket."""
    return {
        (
            int(table.protocol[row]),
            int(table.family[row]),
            # A half-open entry has a number of its own in netlink's lists only.
            int(table.state[row]),
            str(table.local(row)),
            str(table.remote(row)),
            int(table.inode[row]),
            int(table.uid[row]),
            int(table.recv_q[row]),
            None if table.is_listener[row] else int(table.send_q[row]),
        )
        for row in range(len(table))
    }


@pytest.mark.kernel
def test_fk_12_proc_net_tells_the_same_sockets_as_the_kernels_lists(namespace):
    with world.sockets(), SockDiag() as diag:
        text = ProcNetSockets()
        ours = SocketTable.concatenate([diag.dump_tcp(ALL_STATES), diag.dump_udp()])
        theirs = text.dump_tcp(ALL_STATES, text.dump_udp())
        assert text.malformed == 0
        assert known(theirs) == known(ours.take(~ours.is_bound_only))
        assert len(theirs) == len(set(theirs.cookie.tolist()))
        assert theirs.namespace == ours.namespace == namespace.inode
        live = text.dump_tcp()
        assert len(live) == np.count_nonzero(theirs.state[theirs.protocol == PROTOCOL_TCP] != TcpState.TIME_WAIT)
        with pytest.raises(KernelError, match="whose cookie"):
            text.details(None)


def test_without_ipv6_the_other_sockets_are_listed(tmp_path: Path):
    (tmp_path / "tcp").write_bytes(HEAD + LISTENER)
    assert ProcNetSockets(tmp_path).dump_tcp().inode.tolist() == [4711]
    with pytest.raises(KernelError, match="read /proc/net/udp"):
        ProcNetSockets(tmp_path).dump_udp()


class Lacking:
    """A kernel that lacks some lists."""

    malformed = 0
    was_interrupted = False
    namespace = 0
    number = errno.ENOENT

    def dump_tcp(self, states, followed_by):
        raise KernelError("list TCP sockets", self.number)

    def __init__(self):
        self.lacks_udp = False
        self.is_closed = False

    def dump_udp(self):
        if self.lacks_udp:
            raise KernelError("list UDP sockets", self.number)
        return read_lines(HEAD + DATAGRAMS, PROTOCOL_UDP, socket.AF_INET, 0)[0]

    def details(self, asked):
        return f"all about {asked.cookie}"

    def close(self):
        self.is_closed = True


@pytest.fixture
def lists(monkeypatch, tmp_path):
    for name in FILES.values():
        (tmp_path / name).write_bytes(HEAD)
    (tmp_path / "tcp").write_bytes(HEAD + LISTENER)
    monkeypatch.setattr(socket_lists, "SockDiag", Lacking)
    monkeypatch.setattr(proc_net_sockets, "_DIRECTORY", tmp_path)
    return SocketLists()


def test_fk_12_a_list_that_the_kernel_lacks_is_read_as_text_and_the_other_is_not(lists):
    assert lists.notices == []
    assert lists.dump_udp().inode.tolist() == [4714]
    assert lists.dump_tcp(ALL_STATES, None).inode.tolist() == [4711]
    (said,) = lists.notices
    assert said.startswith("TCP sockets are read from /proc/net: no cookies, no closes, no actions")
    assert "could not list TCP sockets" in said
    assert lists.dump_tcp(ALL_STATES, None).inode.tolist() == [4711]


def test_one_socket_is_asked_for_where_its_protocol_is_listed(lists):
    datagrams, listener = (
        SocketId.of(read_lines(HEAD + line, protocol, socket.AF_INET, 0)[0], 0)
        for line, protocol in ((DATAGRAMS, PROTOCOL_UDP), (LISTENER, PROTOCOL_TCP))
    )
    lists.dump_tcp(ALL_STATES, None)
    assert lists.details(datagrams) == f"all about {datagrams.cookie}"
    with pytest.raises(KernelError, match="whose cookie"):
        lists.details(listener)


def test_a_socket_whose_protocol_is_read_as_text_is_not_called_gone(lists):
    datagrams = SocketId.of(lists.dump_udp(), 0)
    lists._udp.lacks_udp = True
    assert len(lists.dump_udp()) == 0
    with pytest.raises(KernelError, match="whose cookie"):
        lists.details(datagrams)


def test_the_kernels_lists_are_given_back_also_where_all_is_read_as_text(lists):
    kernel = lists._tcp
    kernel.lacks_udp = True
    lists.dump_udp()
    lists.dump_tcp(ALL_STATES, None)
    lists.close()
    assert kernel.is_closed


def test_a_refusal_for_another_reason_is_told(lists):
    lists._tcp.number = errno.EPERM
    with pytest.raises(KernelError) as raised:
        lists.dump_tcp(ALL_STATES, None)
    assert raised.value.errno == errno.EPERM


@pytest.mark.parametrize(("number", "is_a_shortage"), [(errno.EAFNOSUPPORT, False), (errno.EMFILE, True)])
def test_fk_12_without_netlink_all_is_text_unless_descriptors_ran_out(monkeypatch, number, is_a_shortage):
    def refuse():
        raise KernelError("open netlink", number)

    monkeypatch.setattr(socket_lists, "SockDiag", refuse)
    if is_a_shortage:
        with pytest.raises(KernelError):
            SocketLists()
    else:
        assert SocketLists().notices[0].startswith("TCP and UDP sockets are read from /proc/net")
