"""A network namespace's worth of sockets in every state that can be held still, for captures and for comparisons."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

V4, V6 = "127.0.0.1", "::1"
DUAL, V6_ONLY, GROUP, DEVICE, FULL, DEFERRED, BOUND = range(5003, 5010)
LISTENER = 5001
WILDCARD = 5002
UDP_ANY, UDP_GROUP, UDP_DEVICE, UDP_DUAL = range(6001, 6005)
MARK = 7
OTHER_USER = 65534
UNREAD = b"x" * 100


@contextmanager
def sockets(*, privileged: bool = True) -> Iterator[None]:
    """Hold TCP and UDP sockets open in the calling thread's network namespace, on loopback; ports are fixed."""
    with ExitStack() as stack:
        _World(stack, privileged=privileged).build()
        yield


class _World:
    def __init__(self, stack: ExitStack, *, privileged: bool) -> None:
        self._stack = stack
        self._privileged = privileged

    def build(self) -> None:
        self._listeners()
        self._connections()
        self._half_open()
        self._udp()

    def _listeners(self) -> None:
        self._plain = self._listen(V4, LISTENER)
        self._listen("0.0.0.0", WILDCARD)
        self._dual = self._listen("::", DUAL, options=[(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)])
        self._v6 = self._listen("::", V6_ONLY, options=[(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)])
        for _ in range(3):
            self._listen(V4, GROUP, options=[(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)])
        self._on_loopback = self._listen(
            "0.0.0.0", DEVICE, options=[(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")]
        )
        self._open(socket.AF_INET, socket.SOCK_STREAM).bind((V4, BOUND))
        if self._privileged:
            os.fchown(self._on_loopback.fileno(), OTHER_USER, -1)

    def _connections(self) -> None:
        self._connect(self._v6, V6)
        self._connect(self._dual, "::ffff:127.0.0.1")
        self._connect(self._dual, V4)
        self._connect(self._on_loopback, V4)
        talker, hearer = self._connect(self._plain, V4)
        talker.sendall(UNREAD)
        hearer.recv(1, socket.MSG_PEEK)
        if self._privileged:
            talker.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK)
        # The byte that comes back carries the acknowledgement of the FIN: FIN-WAIT-2 and CLOSE-WAIT.
        client, server = self._connect(self._plain, V4)
        client.shutdown(socket.SHUT_WR)
        server.recv(1)
        server.sendall(b"x")
        client.recv(1)
        client, server = self._connect(self._plain, V4)
        client.close()
        server.recv(1)
        server.close()

    def _half_open(self) -> None:
        full = self._listen(V4, FULL, backlog=0)
        self._dial(full.getsockname(), timeout=5)
        self._dial(full.getsockname(), timeout=0)
        deferred = self._listen(V4, DEFERRED, options=[(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)])
        self._dial(deferred.getsockname(), timeout=5)

    def _udp(self) -> None:
        group = [(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)]
        device = [(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")]
        self._bind_udp(V4, UDP_ANY)
        self._bind_udp(V4, UDP_GROUP, group)
        self._bind_udp(V4, UDP_GROUP, group)
        self._bind_udp("0.0.0.0", UDP_DEVICE, device)
        self._bind_udp("::", UDP_DUAL)
        self._bind_udp(V4, 0).connect((V4, UDP_ANY))
        self._bind_udp(V6, 0).connect((V6, UDP_DUAL))

    def _open(self, family: int, kind: int, options: list[tuple[int, int, int | bytes]] | None = None) -> socket.socket:
        made = self._stack.enter_context(socket.socket(family, kind))
        for level, name, value in options or []:
            made.setsockopt(level, name, value)
        return made

    def _listen(
        self, host: str, port: int, options: list[tuple[int, int, int | bytes]] | None = None, backlog: int = 8
    ) -> socket.socket:
        made = self._open(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, options)
        made.bind((host, port))
        made.listen(backlog)
        return made

    def _bind_udp(
        self, host: str, port: int, options: list[tuple[int, int, int | bytes]] | None = None
    ) -> socket.socket:
        made = self._open(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM, options)
        made.bind((host, port))
        return made

    def _connect(self, listener: socket.socket, host: str) -> tuple[socket.socket, socket.socket]:
        client = self._dial((host, listener.getsockname()[1]), timeout=5)
        return client, self._stack.enter_context(listener.accept()[0])

    def _dial(self, remote: tuple[str, int], *, timeout: float) -> socket.socket:
        client = self._open(socket.AF_INET6 if ":" in remote[0] else socket.AF_INET, socket.SOCK_STREAM)
        client.settimeout(timeout)
        if timeout:
            client.connect(remote)
        else:
            client.connect_ex(remote)
        return client
