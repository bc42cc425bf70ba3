"""Questions that are really asked at night: the situation is made, and the answer found within so many keys."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import servers, troubles
from tests.far_hosts import HOSTS, far_hosts
from tests.living import PATIENCE_S, monitor
from tests.terminal import Terminal


@contextmanager
def asked(*keys: str, at_most: int) -> Iterator[Terminal]:
    """Run the monitor in the test's namespace, where there is nothing but the situation, and press the keys."""
    assert len(keys) <= at_most
    with monitor("--period", "0.2", size=(120, 40)) as terminal:
        terminal.wait_for("live", PATIENCE_S)
        terminal.wait_for(lambda text: "[2 Connections 0]" not in text and "owners" in text, PATIENCE_S)
        for key in keys:
            terminal.press(key)
        yield terminal


def line_with(terminal: Terminal, *words: str) -> str:
    """Wait for a line that holds all the words."""

    def found(text: str) -> list[str]:
        return [line for line in text.splitlines() if all(word in line for word in words)]

    return found(terminal.wait_for(lambda text: bool(found(text)), PATIENCE_S))[0]


@pytest.mark.kernel
def test_a_full_accept_queue_is_the_first_thing_that_one_sees(namespace, full_accept_queue):
    with asked(at_most=0) as terminal:
        line = line_with(terminal, " ! tcp4 ", f"127.0.0.1:{full_accept_queue.listener.port}", "3/2")
        lines = terminal.lines()
        assert lines.index(line) == next(y for y, head in enumerate(lines) if "proto local" in head) + 1


@pytest.mark.kernel
def test_who_holds_all_connections_to_a_service(namespace, service):
    with asked("1", "down", "enter", "t", "r", at_most=5) as terminal:
        line_with(terminal, "2 Connections", f"on 127.0.0.1:{service.listener.port}", "by remote")
        line_with(terminal, " 2 ", "127.0.0.1 ", "2 ESTAB")


@pytest.mark.kernel
def test_whether_a_node_is_drained(namespace, service):
    with asked("1", "down", "enter", at_most=3) as terminal:
        line_with(terminal, "2 Connections 2", f"on 127.0.0.1:{service.listener.port}")
        service.clients[0].close()
        line_with(terminal, "ESTAB", "←", f":{service.clients[1].getsockname()[1]}")


@pytest.mark.kernel
def test_which_worker_is_hot(namespace, scene):
    listeners = scene.enter_context(servers.reuseport_group(members=3))
    for _ in range(6):
        scene.enter_context(socket.create_connection(listeners[0].local))
    with asked("1", "down", "p", at_most=3) as terminal:
        line_with(terminal, f"3 workers on 127.0.0.1:{listeners[0].port}")
        for held in listeners:
            line_with(terminal, f"[{held.pid}]", "/8")


@pytest.mark.kernel
def test_a_leak_of_close_wait(namespace, close_wait_leak):
    with asked("f", "c", "p", at_most=3) as terminal:
        line_with(terminal, f"[{close_wait_leak.listener.pid}]")
        line_with(terminal, "3 CLOSE-WAIT")


@pytest.mark.kernel
def test_dead_peers_stand_in_the_order_of_their_idleness(namespace, service):
    with asked("f", "e", "s", "i", at_most=4) as terminal:
        line_with(terminal, "idle▾")
        line_with(terminal, "ESTAB", "←", f"127.0.0.1:{service.listener.port}")


@pytest.fixture
def syn_that_dies(namespace: object) -> Iterator[tuple[str, int]]:
    """A connection attempt that nobody answers: its remote endpoint."""
    with servers.full_accept_queue(backlog=0, waiting=1) as made:
        yield made.listener.local


@pytest.mark.kernel
def test_why_a_connection_is_not_made(syn_that_dies):
    with asked("f", "s", "enter", at_most=3) as terminal:
        line_with(terminal, "Connections ›", "{}:{}".format(*syn_that_dies))
        line_with(terminal, "SYN ", "tries, next in")
        line_with(terminal, "filtered or dead, not refused")


@pytest.mark.kernel
def test_remotes_can_be_put_in_the_order_of_their_retransmits(namespace, service):
    with asked("t", "r", "s", "x", at_most=4) as terminal:
        line_with(terminal, "2 Connections", "by remote")
        line_with(terminal, "ret%▾")


@pytest.mark.kernel
def test_which_program_answers_on_a_port(namespace, service):
    with socket.create_server(("127.0.0.1", 8080)), asked("d", *"8080", at_most=5) as terminal:
        line_with(terminal, "127.0.0.1:8080", " lo ", f"[{os.getpid()}]", "listener 127.0.0.1:8080")


@pytest.mark.kernel
def test_who_has_a_port_stands_there_before_enter(namespace, service):
    with socket.create_server(("127.0.0.1", 8080)), asked("b", *"8080", at_most=5) as terminal:
        line_with(terminal, "No, EADDRINUSE", f"[{os.getpid()}]", "127.0.0.1:8080")


@pytest.mark.kernel
def test_source_ports_run_out(namespace, scene):
    server = scene.enter_context(troubles.used_up_range(ports=50))
    with asked(at_most=0) as terminal:
        line_with(terminal, " ! ", "source ports")
        terminal.press("!", "enter")
        line_with(terminal, f"127.0.0.1:{server.port}", f"[{os.getpid()}]")


@pytest.mark.kernel
def test_what_would_leave_elsewhere_since_a_route_came(namespace, ip):
    with far_hosts(ip) as hosts:
        remote = hosts.connect(HOSTS[0])[0].far.getsockname()
        ip("link add wg0 type veth peer name there", "link set wg0 up", "link set there up")
        ip("addr add 203.0.113.1/24 dev wg0", f"route add {HOSTS[0]}/32 dev wg0")
        with asked(at_most=0) as terminal:
            line_with(terminal, "~ ESTAB", "{}:{}".format(*remote))
            terminal.press("n")
            line_with(terminal, "▸~", "{}:{}".format(*remote))
            line_with(terminal, "would now leave by wg0 from 203.0.113.1; was")


@pytest.mark.kernel
def test_what_connects_again_and_again_and_is_gone(namespace, service):
    with socket.create_server(("127.0.0.1", 0)) as server, asked("4", "t", "r", at_most=3) as terminal:
        for _ in range(3):
            with socket.create_connection(server.getsockname()):
                server.accept()[0].close()
        line_with(terminal, "127.0.0.1", "closed")
