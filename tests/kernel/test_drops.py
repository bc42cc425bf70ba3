"""What sockets have dropped, beside the kernel's own counts of it."""

from __future__ import annotations

import socket
from pathlib import Path

import numpy as np
import pytest

from monitor.errors import KernelError
from monitor.kernel.sock_diag import SockDiag
from monitor.model.socket_table import DROPS_UNKNOWN
from monitor.model.tcp import TcpState
from tests.servers import full_accept_queue


@pytest.fixture
def diag(namespace):
    with SockDiag() as opened:
        yield opened


def udp_drops_of_proc(port: int) -> int:
    """Read the last column of /proc/net/udp."""
    lines = Path("/proc/thread-self/net/udp").read_text().splitlines()[1:]
    (found,) = (line.split() for line in lines if line.split()[1].endswith(f":{port:04X}"))
    return int(found[-1])


@pytest.mark.kernel
def test_a_udp_socket_tells_every_datagram_that_found_no_room(diag):
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as full,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as of,
    ):
        full.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        full.bind(("127.0.0.1", 0))
        for _ in range(50):
            of.sendto(bytes(1000), full.getsockname())
        table = diag.dump_udp()
        row = int(np.flatnonzero(table.local_port == full.getsockname()[1])[0])
        assert int(table.drops[row]) == udp_drops_of_proc(full.getsockname()[1]) > 40


@pytest.mark.kernel
def test_a_listener_tells_the_handshakes_that_its_full_queue_dropped(diag, full_accept_queue, service):
    drops = drops_of_listeners(diag, None)
    assert drops[full_accept_queue.listener.cookie] >= 1
    assert drops[service.listener.cookie] == 0


@pytest.mark.kernel
def test_listeners_are_asked_again_only_when_any_has_dropped(diag, scene):
    waiting = scene.enter_context(full_accept_queue(waiting=0)).listener
    assert drops_of_listeners(diag, 5)[waiting.cookie] == 0
    with socket.socket() as knocking:
        knocking.settimeout(0)
        knocking.connect_ex(waiting.local)
        assert drops_of_listeners(diag, 5)[waiting.cookie] == 0
        assert drops_of_listeners(diag, 6)[waiting.cookie] == 1


@pytest.mark.kernel
def test_a_listener_that_came_when_nothing_was_dropped_has_dropped_nothing(diag, service, scene):
    drops_of_listeners(diag, 5)
    late = scene.enter_context(full_accept_queue(waiting=0)).listener
    assert drops_of_listeners(diag, 5)[late.cookie] == 0


@pytest.mark.kernel
def test_a_listener_that_the_second_list_lacks_is_unknown_and_asked_for_again(diag, service):
    table = diag.dump_tcp(TcpState.LISTEN.bit)
    cookie = int(table.cookie[0])
    table.cookie[:] += 1
    diag.note_listener_drops(table, 5)
    assert table.drops.tolist() == [DROPS_UNKNOWN]
    assert drops_of_listeners(diag, 5) == {cookie: 0}


@pytest.mark.kernel
def test_what_listeners_dropped_is_unknown_where_the_kernel_refuses_to_tell(diag, service, monkeypatch):
    table = diag.dump_tcp(TcpState.LISTEN.bit)

    def refuse(question):
        raise KernelError("list TCP sockets", 1)

    monkeypatch.setattr(diag._tcp_lists, "one_pass", refuse)
    with pytest.raises(KernelError):
        diag.note_listener_drops(table, 5)
    assert table.drops.tolist() == [DROPS_UNKNOWN]


def drops_of_listeners(diag: SockDiag, all_drops: int | None) -> dict[int, int]:
    table = diag.dump_tcp(TcpState.LISTEN.bit)
    diag.note_listener_drops(table, all_drops)
    return dict(zip(table.cookie.tolist(), table.drops.tolist(), strict=True))
