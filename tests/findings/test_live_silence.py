"""Nothing is wrong in a namespace of the running kernel: no trouble is told, however long one looks."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from monitor.reasoning.finding_conditions import IDLE_S
from tests import servers, troubles
from tests.far_hosts import HERE, HOSTS
from tests.reasoning.watching import troubles as trouble_in

pytestmark = pytest.mark.kernel

TICKS = 300
NOISY_TICKS = 20
TIME_WAIT = 5_000


def test_servers_and_clients_at_rest_and_at_work(watch, far, scene: ExitStack):
    sessions = scene.enter_context(servers.service("0.0.0.0", 5, lambda local: far.reach((HERE, local[1]))))
    scene.enter_context(servers.service(connections=20, workers=3))
    scene.enter_context(servers.reuseport_group(3))
    scene.enter_context(servers.service("127.0.0.1", 40))
    scene.enter_context(servers.udp_pair())
    far.connect(HOSTS[0], 50)
    web = scene.enter_context(socket.create_server(("127.0.0.1", 0), backlog=64))
    troubles.connect_shortly(web, TIME_WAIT)
    for _ in range(TICKS):
        troubles.connect_shortly(web, 5)
        sessions.clients[0].send(b"ls")
        assert trouble_in(watch.see()) == []
    assert trouble_in(watch.see(after=2 * IDLE_S)) == []
    assert trouble_in(watch.see_for(10)) == []


def test_servers_that_start_and_clients_that_are_there_first(watch, scene: ExitStack):
    for _ in range(NOISY_TICKS):
        server = scene.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        with socket.socket() as early:
            assert early.connect_ex(server.getsockname()) != 0
        server.listen(2)
        troubles.knock(scene, server.getsockname(), 5)
        assert trouble_in(watch.see()) == []
        troubles.accept_all(scene, server)
    assert all(trouble_in(watch.see()) == [] for _ in range(TICKS))
