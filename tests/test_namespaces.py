"""Namespaces without a name: who is inside, who is out, and that nothing stays."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.namespaces import network_namespace

pytestmark = pytest.mark.kernel


def own_namespace() -> int:
    return Path("/proc/thread-self/ns/net").stat().st_ino


@pytest.fixture
def namespace(as_root):
    with network_namespace() as namespace:
        yield namespace


def test_only_what_enters_is_inside(namespace):
    outside = own_namespace()
    assert namespace.inode != outside
    with namespace.entered():
        assert own_namespace() == namespace.inode
    assert own_namespace() == outside


def test_an_error_inside_leads_back_out(namespace):
    outside = own_namespace()
    with pytest.raises(KeyError), namespace.entered():
        raise KeyError
    assert own_namespace() == outside


def test_processes_started_inside_are_inside(namespace):
    source = "import os; print(os.stat('/proc/self/ns/net').st_ino)"
    with namespace.entered():
        answer = subprocess.run([sys.executable, "-I", "-S", "-c", source], capture_output=True, check=True)
    assert int(answer.stdout) == namespace.inode


def test_loopback_works_inside(namespace):
    with (
        namespace.entered(),
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()


def test_a_port_taken_outside_is_free_inside(namespace):
    with (
        socket.create_server(("127.0.0.1", 0)) as outside,
        namespace.entered(),
        socket.create_server(outside.getsockname()) as inside,
    ):
        assert inside.getsockname() == outside.getsockname()
