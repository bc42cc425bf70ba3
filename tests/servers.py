"""Real sockets for tests, each scene with its truth as the processes that hold the sockets know it.

A server lives in a process of its own, its clients in the test's. Everything is on loopback, in the network namespace
that the calling thread is in. Servers end with the context manager, and with the test's thread whatever happens.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests import server_process

_LOOPBACK = "127.0.0.1"
_SYN_SENT = 2
_DEFAULT_ORDER = {
    "protocol": "tcp",
    "address": _LOOPBACK,
    "port": 0,
    "backlog": 8,
    "accept": 0,
    "reuse_port": False,
    "v6only": False,
    "workers": 0,
    "comm": "",
    "executable": "",
}


@dataclass(frozen=True, slots=True)
class HeldSocket:
    """A socket as its process knows it."""

    pid: int
    fd: int
    inode: int
    cookie: int
    local: tuple[str, int]

    @classmethod
    def of(cls, sock: socket.socket) -> HeldSocket:
        """Describe a socket of this process."""
        return cls(**{**server_process.describe(sock), "local": sock.getsockname()[:2]})

    @property
    def port(self) -> int:
        """The local port."""
        return self.local[1]


@dataclass(frozen=True, slots=True)
class Service:
    """A listener and the connections that it accepted: several sockets share one address and port."""

    listener: HeldSocket
    accepted: tuple[HeldSocket, ...]
    """In the order of the clients."""
    clients: tuple[socket.socket, ...]


@dataclass(frozen=True, slots=True)
class FullAcceptQueue:
    """A listener that never accepts, with one connection more than its backlog, and clients that wait in vain."""

    listener: HeldSocket
    backlog: int
    established: tuple[socket.socket, ...]
    """ESTAB for their client; the other sides lie in the accept queue with inode 0."""
    waiting: tuple[socket.socket, ...]
    """SYN-SENT: the kernel drops each SYN that they send."""


@dataclass(frozen=True, slots=True)
class UdpPair:
    """A UDP socket that takes from anybody, and one that is connected to it."""

    server: HeldSocket
    client: socket.socket


@dataclass(frozen=True, slots=True)
class HostileProcess:
    """A listening process of which every name that its owner may choose is hostile."""

    listener: HeldSocket
    comm: bytes
    """What /proc/PID/comm says: at most 15 bytes of the name."""
    argument: bytes
    """The last argument of its command line."""


class _ServerProcess:
    """A running tests.server_process; says line by line what it made."""

    def __init__(self, *, argument: bytes = b"", **order: object) -> None:
        words = json.dumps(_DEFAULT_ORDER | order)
        argv = [sys.executable, "-I", "-S", server_process.__file__, words, os.fsdecode(argument)]
        self._process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._answers = self._process.stdout
        self._pidfds = [os.pidfd_open(self._process.pid)]

    def sockets(self) -> tuple[HeldSocket, ...]:
        """Read the next answer: first the server's socket once per process, then the accepted connections."""
        line = self._answers.readline()
        if not line:
            raise RuntimeError(f"the server ended with exit code {self._process.wait()}")
        made = tuple(HeldSocket(**{**item, "local": tuple(item["local"])}) for item in json.loads(line))
        workers = {held.pid for held in made} - {self._process.pid}
        self._pidfds += [os.pidfd_open(pid) for pid in workers]
        return made

    def wait_for_exec(self) -> None:
        """Wait until the server has become the other executable, which closes its answers."""
        self._answers.read()

    def close(self) -> None:
        """End the server and its workers, and wait until they are gone."""
        for pidfd in self._pidfds:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            wait_for_end(pidfd)
            os.close(pidfd)
        self._process.wait()
        self._answers.close()


@contextmanager
def _server(*, argument: bytes = b"", **order: object) -> Iterator[_ServerProcess]:
    process = _ServerProcess(argument=argument, **order)
    try:
        yield process
    finally:
        process.close()


@contextmanager
def service(
    address: str = _LOOPBACK,
    connections: int = 2,
    connect: Callable[[tuple[str, int]], socket.socket] = socket.create_connection,
    **order: object,
) -> Iterator[Service]:
    """Run a server that has accepted all of its clients' connections and says nothing; see called() for the order."""
    with ExitStack() as stack:
        process = stack.enter_context(_server(address=address, accept=connections, **order))
        listener, *_ = process.sockets()
        clients = tuple(stack.enter_context(connect(listener.local)) for _ in range(connections))
        yield Service(listener, process.sockets(), clients)


@contextmanager
def close_wait_leak(connections: int = 3) -> Iterator[Service]:
    """Run a server that leaves its sockets in CLOSE-WAIT; the clients stay in FIN-WAIT, 2 after the delayed ACK."""
    with service(connections=connections) as scene:
        for client in scene.clients:
            client.shutdown(socket.SHUT_WR)
        yield scene


@contextmanager
def full_accept_queue(backlog: int = 2, waiting: int = 1) -> Iterator[FullAcceptQueue]:
    """Run a listener that never accepts, fill its queue to the brim, and let more clients knock."""
    with ExitStack() as stack:
        process = stack.enter_context(_server(backlog=backlog))
        (listener,) = process.sockets()
        # The kernel compares with >, so the queue holds one more than the backlog.
        established = tuple(stack.enter_context(socket.create_connection(listener.local)) for _ in range(backlog + 1))
        knocking = tuple(stack.enter_context(_knock(listener.local)) for _ in range(waiting))
        yield FullAcceptQueue(listener, backlog, established, knocking)


@contextmanager
def answers_example() -> Iterator[FullAcceptQueue]:
    """Have one process hold two SYN-SENT and one ESTAB to a single remote endpoint."""
    with full_accept_queue(backlog=0, waiting=2) as scene:
        yield scene


@contextmanager
def udp_pair(address: str = _LOOPBACK) -> Iterator[UdpPair]:
    """Run a UDP server and connect a socket of this process to it."""
    with ExitStack() as stack:
        (server,) = stack.enter_context(_server(protocol="udp", address=address)).sockets()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        client = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        client.connect(server.local)
        yield UdpPair(server, client)


@contextmanager
def forked_listener(workers: int = 2) -> Iterator[tuple[HeldSocket, ...]]:
    """Run a server and workers that inherited its listener: one inode, several processes, the parent first."""
    with _server(workers=workers) as process:
        yield process.sockets()


@contextmanager
def reuseport_group(members: int = 3) -> Iterator[tuple[HeldSocket, ...]]:
    """Run processes that listen on one endpoint by SO_REUSEPORT, each with a socket of its own."""
    with ExitStack() as stack:
        (first,) = stack.enter_context(_server(reuse_port=True)).sockets()
        yield (first, *(stack.enter_context(member_of(first)) for _ in range(members - 1)))


@contextmanager
def member_of(listener: HeldSocket) -> Iterator[HeldSocket]:
    """Run one more process that listens on the endpoint of a SO_REUSEPORT listener."""
    address, port = listener.local
    with _server(address=address, port=port, reuse_port=True) as process:
        (held,) = process.sockets()
        yield held


@contextmanager
def hostile_process(name: bytes) -> Iterator[HostileProcess]:
    """Run a server that calls itself so, by prctl and on its command line; the name holds no NUL."""
    with _server(comm=name.hex(), argument=name) as process:
        (listener,) = process.sockets()
        yield HostileProcess(listener, name[:15], name)


@contextmanager
def hostile_executable(
    name: bytes, directory: Path, *, connections: int = 0, reuse_port: bool = False, port: int = 0
) -> Iterator[HeldSocket]:
    """Run a listener whose executable, a copy of sleep, is called so, as is its command line; with clients of the test.

    The name holds neither NUL nor slash.
    """
    with called(name, directory, accept=connections, reuse_port=reuse_port, port=port) as listener:
        yield listener


@contextmanager
def called(name: bytes, directory: Path, **order: object) -> Iterator[HeldSocket]:
    """Run a listener likewise, with whatever else server_process takes: address, port, reuse_port, v6only, accept."""
    sleep = shutil.which("sleep")
    assert sleep is not None
    path = directory / os.fsdecode(name)
    if not path.exists():
        shutil.copy(sleep, path)
    connections = int(order.get("accept", 0))
    with ExitStack() as stack:
        process = stack.enter_context(_server(argument=name, executable=bytes(path).hex(), **order))
        (listener,) = process.sockets()
        for _ in range(connections):
            stack.enter_context(socket.create_connection(listener.local))
        process.sockets()
        process.wait_for_exec()
        yield listener


def wait_for_end(pidfd: int) -> None:
    """Wait until the process of a pidfd is gone.

    Raises:
        TimeoutError: it lives on.
    """
    end = select.poll()
    end.register(pidfd, select.POLLIN)
    if not end.poll(10_000):
        raise TimeoutError("a process that was to end lives on")


def _knock(server: tuple[str, int]) -> socket.socket:
    """Send a SYN and do not wait; raises where it was answered."""
    client = socket.socket()
    client.settimeout(0)
    client.connect_ex(server)
    if client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != _SYN_SENT:
        client.close()
        raise RuntimeError("the accept queue had room")
    return client
