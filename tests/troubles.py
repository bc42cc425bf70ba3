"""Makers of real trouble, each in the network namespace that the calling thread is in; they end with their context.

Servers and what they forget stand in tests.servers. What takes minutes is shortened where the kernel allows it; the
rest is up to the test, which may tell the findings another time.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests import servers
from tests.servers import HeldSocket

_SETTINGS = Path("/proc/sys/net")
_LOOPBACK = "127.0.0.1"
_BLOCK = bytes(65536)


@contextmanager
def setting(name: str, value: str) -> Iterator[None]:
    """Change a setting below net for a while: setting("ipv4/ip_local_port_range", "40000 40099")."""
    path = _SETTINGS / name
    former = path.read_text()
    path.write_text(value)
    try:
        yield
    finally:
        path.write_text(former)


@dataclass(frozen=True, slots=True)
class Stalled:
    """A connection on which the writer has written until nothing more went."""

    reader: HeldSocket
    """It never reads."""
    writer: socket.socket
    written: int


@contextmanager
def stopped_reader() -> Iterator[Stalled]:
    """Write to a server that never reads, until its window is shut and the own buffer is full."""
    with servers.service(connections=1) as scene:
        (writer,) = scene.clients
        yield Stalled(scene.accepted[0], writer, fill(writer))


def fill(writer: socket.socket) -> int:
    """Write until nothing more goes; give the number of bytes."""
    writer.settimeout(0)
    written = 0
    try:
        while True:
            written += writer.send(_BLOCK)
    except BlockingIOError:
        return written


def drain(reader: socket.socket, expected: int) -> None:
    """Read so many bytes, waiting for those that are on their way."""
    while expected:
        expected -= len(reader.recv(min(expected, len(_BLOCK))))


def burst(server: socket.socket, clients: int) -> None:
    """Have so many clients connect to a server of the test at once, and only then take those that found room."""
    with ExitStack() as stack:
        knock(stack, server.getsockname(), clients)
        accept_all(stack, server)


def knock(stack: ExitStack, remote: tuple[str, int], clients: int) -> tuple[socket.socket, ...]:
    """Have so many clients connect to somebody, and wait for none."""
    made = tuple(stack.enter_context(socket.socket()) for _ in range(clients))
    for client in made:
        client.settimeout(0)
        client.connect_ex(remote)
    return made


def accept_all(stack: ExitStack, server: socket.socket) -> None:
    """Take all that wait at a server of the test."""
    server.settimeout(0)
    with suppress(BlockingIOError):
        while True:
            stack.enter_context(server.accept()[0])


def connect_shortly(server: socket.socket, times: int) -> None:
    """Connect to a server of the test and close, over and over; the client closes first, and waits in TIME-WAIT."""
    for _ in range(times):
        client = socket.create_connection(server.getsockname())
        accepted, _ = server.accept()
        client.close()
        accepted.close()


@contextmanager
def used_up_range(first: int = 40_000, ports: int = 100) -> Iterator[HeldSocket]:
    """Shrink the range and connect to one server until connect() finds no local port; gives the server."""
    with setting("ipv4/ip_local_port_range", f"{first} {first + ports - 1}"), ExitStack() as stack:
        server = stack.enter_context(socket.create_server((_LOOPBACK, first - 1), backlog=2 * ports))
        while True:
            client = stack.enter_context(socket.socket())
            try:
                client.connect(server.getsockname())
            except OSError:
                break
        yield HeldSocket.of(server)


@contextmanager
def overflowing_udp() -> Iterator[tuple[socket.socket, Callable[[], None]]]:
    """Make a UDP socket whose buffer is full, and a function that sends it more than it takes."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as full,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as of,
    ):
        full.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        full.bind((_LOOPBACK, 0))

        def send() -> None:
            for _ in range(20):
                of.sendto(bytes(1000), full.getsockname())

        send()
        yield full, send


@contextmanager
def unanswered_syns(remote: tuple[str, int], count: int = 2) -> Iterator[tuple[socket.socket, ...]]:
    """Connect to where nothing comes back from; give the sockets, which wait in SYN-SENT."""
    with ExitStack() as stack:
        yield knock(stack, remote, count)


@contextmanager
def inheriting_child(sleep: str) -> Iterator[tuple[HeldSocket, int]]:
    """Listen in this process, and have a child of another program hold the listener too; gives its pid."""
    with socket.create_server((_LOOPBACK, 0)) as server:
        child = subprocess.Popen([sleep, "100000"], pass_fds=[server.fileno()])
        try:
            yield HeldSocket.of(server), child.pid
        finally:
            child.kill()
            child.wait()
