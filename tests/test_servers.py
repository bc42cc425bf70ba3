"""The scenes hold what they promise, as ss and /proc see them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers
from tests.servers import HeldSocket

PROJECT = Path(__file__).parent.parent

pytestmark = pytest.mark.kernel


@pytest.fixture
def ss(program):
    """Give a function that lists the TCP or UDP sockets of one local or remote port: (state, recv-q, send-q, inode)."""
    path = program("ss")

    def rows(where: str, protocol: str = "-t") -> list[tuple[str, int, int, int]]:
        answer = subprocess.run([path, "-Hane", protocol, where], capture_output=True, text=True, check=True)
        found = []
        for line in answer.stdout.splitlines():
            state, recv_q, send_q = line.split()[:3]
            inode = re.search(r"ino:(\d+)", line)
            found.append((state, int(recv_q), int(send_q), int(inode[1]) if inode else 0))
        return found

    return rows


def states(rows: list[tuple[str, int, int, int]]) -> list[str]:
    return sorted(row[0] for row in rows)


def holds(held: HeldSocket) -> bool:
    """Tell whether /proc says that the process holds the socket by that descriptor."""
    return str(Path(f"/proc/{held.pid}/fd/{held.fd}").readlink()) == f"socket:[{held.inode}]"


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A worker whose parent is gone waits for whoever reaps orphans here.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_listener_and_its_connections_share_one_endpoint(service):
    assert len(service.accepted) == len(service.clients) == 2
    assert {held.local for held in service.accepted} == {service.listener.local}
    assert [client.getpeername() for client in service.clients] == [service.listener.local] * 2


def test_the_truth_about_a_service_is_that_of_ss_and_proc(service, ss):
    rows = ss(f"sport = :{service.listener.port}")
    assert {(row[0], row[3]) for row in rows} == {
        ("LISTEN", service.listener.inode),
        *(("ESTAB", held.inode) for held in service.accepted),
    }
    assert all(holds(held) for held in (service.listener, *service.accepted))


def test_a_socket_of_the_test_itself_can_be_described(service):
    held = HeldSocket.of(service.clients[0])
    assert holds(held)
    assert held.local == service.clients[0].getsockname()
    assert held.pid == os.getpid()
    assert held.cookie != service.accepted[0].cookie


def test_a_service_on_ipv6_does_the_same(scene):
    if not Path("/proc/net/if_inet6").exists():
        pytest.skip("kernel lacks IPv6")
    service = scene.enter_context(servers.service("::1", connections=1))
    assert service.listener.local[0] == "::1"
    assert service.accepted[0].local == service.listener.local


def test_the_answers_example_is_one_remote_endpoint_and_three_connections(answers_example, ss):
    rows = ss(f"dport = :{answers_example.listener.port} and src 127.0.0.1")
    clients = {HeldSocket.of(client).inode for client in (*answers_example.established, *answers_example.waiting)}
    mine = [row for row in rows if row[3] in clients]
    assert states(mine) == ["ESTAB", "SYN-SENT", "SYN-SENT"]


def test_a_full_accept_queue_holds_one_more_than_the_backlog(full_accept_queue, ss):
    listener = [row for row in ss(f"sport = :{full_accept_queue.listener.port}") if row[0] == "LISTEN"]
    assert listener == [("LISTEN", 3, 2, full_accept_queue.listener.inode)]
    assert full_accept_queue.backlog == 2
    assert (len(full_accept_queue.established), len(full_accept_queue.waiting)) == (3, 1)


def test_forgotten_sockets_stay_in_close_wait(close_wait_leak, ss):
    port = close_wait_leak.listener.port
    assert states(ss(f"sport = :{port}")) == ["CLOSE-WAIT"] * 3 + ["LISTEN"]
    # The server's kernel acknowledges the FIN some 40 ms late.
    assert set(states(ss(f"dport = :{port}"))) <= {"FIN-WAIT-1", "FIN-WAIT-2"}


def test_a_connected_udp_socket_names_its_server(udp_pair, ss):
    assert udp_pair.client.getpeername() == udp_pair.server.local
    assert ss(f"sport = :{udp_pair.server.port}", "-u") == [("UNCONN", 0, 0, udp_pair.server.inode)]
    assert states(ss(f"dport = :{udp_pair.server.port}", "-u")) == ["ESTAB"]


def test_a_forked_listener_is_one_socket_of_three_processes(forked_listener):
    assert len({held.pid for held in forked_listener}) == 3
    assert len({(held.inode, held.cookie, held.local) for held in forked_listener}) == 1
    assert all(holds(held) for held in forked_listener)


def test_a_reuseport_group_is_three_sockets_on_one_endpoint(reuseport_group):
    assert len({(held.pid, held.inode) for held in reuseport_group}) == 3
    assert len({held.local for held in reuseport_group}) == 1
    assert all(holds(held) for held in reuseport_group)


@pytest.mark.parametrize("name", [b"\x1b]0;owned\x07", b"[@click=app.quit]x", b"a\nb) S 1 2", b"\xff\xfe\xe2\x80\xae"])
def test_a_hostile_name_stands_in_comm_and_on_the_command_line(scene, name):
    hostile = scene.enter_context(servers.hostile_process(name))
    proc = Path(f"/proc/{hostile.listener.pid}")
    assert (proc / "comm").read_bytes() == hostile.comm + b"\n"
    assert (proc / "cmdline").read_bytes().split(b"\0")[-2] == hostile.argument == name
    assert holds(hostile.listener)


def test_a_hostile_executable_holds_its_listener(scene, tmp_path):
    name = b"\x1b[31mred\n\xff"
    held = scene.enter_context(servers.hostile_executable(name, tmp_path))
    assert bytes(Path(f"/proc/{held.pid}/exe").readlink()) == bytes(tmp_path) + b"/" + name
    assert holds(held)


def test_nothing_runs_on_after_a_scene():
    with servers.forked_listener() as sockets:
        assert all(is_running(held.pid) for held in sockets)
    assert not any(is_running(held.pid) for held in sockets)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(sockets[0].local)


def test_a_server_dies_with_the_process_that_started_it():
    source = """
import signal
from tests import servers
with servers.forked_listener(workers=1) as sockets:
    print(*(held.pid for held in sockets), flush=True)
    signal.pause()
"""
    starter = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, cwd=PROJECT)
    assert starter.stdout is not None
    pidfds = [os.pidfd_open(int(pid)) for pid in starter.stdout.readline().split()]
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()
    for pidfd in pidfds:
        servers.wait_for_end(pidfd)
        os.close(pidfd)
