"""Network namespaces that a process leads to, so that a search for all finds them, and listeners in them."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.namespaces import NetworkNamespace, network_namespace


@contextmanager
def inhabited() -> Iterator[NetworkNamespace]:
    """Make a namespace with a process in it, which ends with it."""
    with network_namespace() as place:
        with place.entered():
            process = subprocess.Popen(["sleep", "60"])
        try:
            yield place
        finally:
            process.kill()
            process.wait()


@contextmanager
def listener_in(place: NetworkNamespace, port: int = 0) -> Iterator[socket.socket]:
    """Listen on its loopback address."""
    with place.entered():
        server = socket.create_server(("127.0.0.1", port))
    with server:
        yield server
