"""The destroy groups: every close once, with its final counters; losses counted; lies left out."""

from __future__ import annotations

import select
import socket
import struct
import time
from collections.abc import Iterator

import numpy as np
import pytest

from monitor.kernel import close_feed
from monitor.kernel.close_feed import CloseFeed
from tests.kernel.inet_diag_bytes import info, row

pytestmark = pytest.mark.kernel

SO_COOKIE = 57
NETLINK_SOCK_DIAG, SOL_NETLINK, NETLINK_NO_ENOBUFS = 4, 270, 5


@pytest.fixture
def feed() -> Iterator[CloseFeed]:
    opened = CloseFeed.open()
    yield opened
    opened.close()


def cookie_of(held: socket.socket) -> int:
    return struct.unpack("=Q", held.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8))[0]


def of(records: np.ndarray, cookies: list[int]) -> np.ndarray:
    """Give the records of these sockets, in their order; there is exactly one of each."""
    rows = [np.flatnonzero(records["cookie"] == np.uint64(cookie)) for cookie in cookies]
    assert [len(row) for row in rows] == [1] * len(cookies)
    return records[np.concatenate(rows)]


def taken(feed: CloseFeed, cookies: list[int]) -> np.ndarray:
    """Take until these have come: the kernel tells of a close from a queue of its own, a moment later."""
    parts, missing = [], set(cookies)
    while missing:
        assert select.select([feed], [], [], 20)[0]
        parts.append(feed.take())
        missing -= set(parts[-1]["cookie"].tolist())
    return np.concatenate(parts)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_both_ends_of_a_connection_come_with_their_final_bytes(feed, host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        port = server.getsockname()[1]
        dialled = socket.create_connection((host, port))
        accepted, (_, own_port, *_) = server.accept()
        dialled.sendall(b"x" * 1000)
        assert len(accepted.recv(1000, socket.MSG_WAITALL)) == 1000
        cookies = [cookie_of(dialled), cookie_of(accepted)]
        dialled.close()
        assert accepted.recv(1) == b""
        accepted.close()
        ours = of(taken(feed, cookies), cookies)
    assert ours["protocol"].tolist() == [6, 6]
    assert ours["family"].tolist() == [family, family]
    assert ours["local_port"].tolist() == [own_port, port]
    assert ours["remote_port"].tolist() == [port, own_port]
    # SYN and FIN count as a byte each, at the end that sent them and at the end that got them.
    assert ours["bytes_sent"].tolist() == [1000, 0]
    assert ours["bytes_acked"].tolist()[0] == 1002
    assert ours["bytes_received"].tolist() == [1, 1001]


def test_a_socket_that_was_closed_first_may_be_gone_before_the_peers_fin_comes(feed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        dialled = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        cookie = [cookie_of(dialled)]
        with accepted:
            accepted.sendall(b"x" * 100)
            assert len(dialled.recv(100, socket.MSG_WAITALL)) == 100
            dialled.close()
            ours = of(taken(feed, cookie), cookie)
    assert (ours["bytes_received"].tolist(), ours["recv_q"].tolist()) == ([100], [0])


def test_a_fin_that_nobody_read_still_stands_in_the_queue(feed):
    with socket.create_server(("127.0.0.1", 0)) as server:
        dialled = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        cookies = [cookie_of(dialled)]
        dialled.shutdown(socket.SHUT_WR)
        assert accepted.recv(1) == b""
        accepted.sendall(b"x" * 100)
        assert len(dialled.recv(100, socket.MSG_WAITALL)) == 100
        accepted.close()
        dialled.close()
        ours = of(taken(feed, cookies), cookies)
    assert (ours["bytes_received"].tolist(), ours["recv_q"].tolist()) == ([101], [1])


def test_a_listener_and_a_udp_socket_come_too_and_a_socket_without_a_port_does_not(feed):
    listening, datagrams, unbound = socket.socket(), socket.socket(type=socket.SOCK_DGRAM), socket.socket()
    with listening, datagrams, unbound:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        datagrams.bind(("127.0.0.1", 0))
        cookies, none = [cookie_of(listening), cookie_of(datagrams)], cookie_of(unbound)
    records = taken(feed, cookies)
    assert of(records, cookies)["protocol"].tolist() == [6, 17]
    assert none not in records["cookie"]


def test_fk_03_what_did_not_fit_the_buffer_is_counted_to_the_last(namespace):
    with socket.create_server(("127.0.0.1", 0)) as server:
        narrow = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, NETLINK_SOCK_DIAG)
        with narrow:
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            narrow.setsockopt(SOL_NETLINK, NETLINK_NO_ENOBUFS, 1)
            narrow.bind((0, 0b0001))
            feed = CloseFeed(narrow)
            assert (len(feed.take()), feed.lost()) == (0, 0)
            for _ in range(40):
                with socket.create_connection(server.getsockname()), server.accept()[0]:
                    pass
            seen, deadline = 0, time.monotonic() + 20
            while seen + feed.lost() < 80:
                seen += len(feed.take())
                assert time.monotonic() < deadline
            assert 0 < seen < 80
            assert seen + feed.lost() == 80


@pytest.mark.usefixtures("as_root")
def test_a_message_of_another_process_is_left_out_and_counted():
    with (
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, NETLINK_SOCK_DIAG) as ours,
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as theirs,
    ):
        ours.bind((0, 0))
        feed = CloseFeed(ours)
        theirs.sendto(row(info(280)), ours.getsockname())
        assert len(feed.take()) == 0
        assert feed.malformed == 1


@pytest.mark.parametrize(
    "said",
    [
        b"",
        row(info(280))[:40],
        row(info(280)) + bytes(600),
        row(info(280)).replace(struct.pack("=H", 20), struct.pack("=H", 21), 1),
        row(struct.pack("=HH", 900, 2)),
    ],
    ids=["nothing", "cut", "larger than a slot", "of another type", "an attribute past its end"],
)
def test_what_breaks_its_bounds_is_left_out_and_counted(said):
    kernel, heard = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with kernel, heard:
        for datagram in (whole(7), said, whole(8)):
            kernel.send(datagram)
        feed = CloseFeed(heard)
        assert feed.take()["local_port"].tolist() == [7, 8]
        assert feed.malformed == 1


def test_what_was_gathered_is_read_later_and_keeps_its_moment_and_order():
    kernel, heard = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with kernel, heard:
        feed = CloseFeed(heard)
        kernel.send(whole(7))
        kernel.send(whole(8))
        assert feed.gather()
        between = time.clock_gettime(time.CLOCK_BOOTTIME)
        kernel.send(whole(9))
        closes = feed.take()
        assert closes["local_port"].tolist() == [7, 8, 9]
        assert (closes["boot_time"] <= between).tolist() == [True, True, False]
        assert len(feed.take()) == 0


def test_more_than_fit_wait_until_the_first_ones_were_read(monkeypatch):
    monkeypatch.setattr(close_feed, "_SLOTS", 2)
    kernel, heard = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with kernel, heard:
        feed = CloseFeed(heard)
        for port in range(1, 6):
            kernel.send(whole(port))
        assert not feed.gather()
        assert feed.take()["local_port"].tolist() == [1, 2, 3, 4, 5]


def whole(port: int) -> bytes:
    return row(info(280), local=("192.0.2.1", port))
