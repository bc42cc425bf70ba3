"""The sockets of one process of a load, which can exchange connections and says exactly what it holds."""

from __future__ import annotations

import os
import random
import socket
import struct
from dataclasses import dataclass
from typing import NamedTuple

from tests.server_process import describe

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""struct linger: close() sends RST, so that turnover fills the table with no TIME-WAIT and costs the same for ever."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one process of a load holds."""

    connections: range
    """Numbers of its connections; it holds both sides. Every tenth number is IPv6."""
    listeners: int = 0
    udp: int = 0
    time_wait: int = 0
    address: str = "127.0.0.1"
    """Of its UDP sockets; one address has only so many ports."""


class Held(NamedTuple):
    """One socket as the process that holds it knows it."""

    cookie: int
    inode: int
    pid: int
    fd: int


class News(NamedTuple):
    """What happened since the last news, or from the beginning."""

    opened: list[Held]
    """Also what has been closed again."""
    closed: list[int]
    """Cookies."""


class HeldSockets:
    """Makes the sockets and holds them; not for several threads."""

    def __init__(self, share: Share) -> None:
        self._random = random.Random(share.connections.start)
        self._news = News([], [])
        self._listeners = {
            socket.AF_INET: self._listener("127.0.0.1"),
            socket.AF_INET6: self._listener("::1"),
        }
        self._others = [self._listener("127.0.0.1") for _ in range(share.listeners)]
        self._others += [self._udp(share.address) for _ in range(share.udp)]
        for _ in range(share.time_wait):
            for side in self._connect(socket.AF_INET):
                side.close()
        self._connections = [
            self._connection(socket.AF_INET if number % 10 else socket.AF_INET6) for number in share.connections
        ]

    def exchange(self) -> None:
        """Close one connection and open another of the same family; its sockets take the descriptors of the old."""
        place = self._random.randrange(len(self._connections))
        old = self._connections[place]
        for side in old:
            self._news.closed.append(describe(side)["cookie"])
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            side.close()
        self._connections[place] = self._connection(old[0].family)

    def news(self) -> News:
        """Tell what was opened and closed since this was last asked."""
        news, self._news = self._news, News([], [])
        return news

    def _listener(self, host: str) -> socket.socket:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return self._noted(socket.create_server((host, 0), family=family))

    def _udp(self, host: str) -> socket.socket:
        made = self._noted(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        made.bind((host, 0))
        return made

    def _connection(self, family: int) -> tuple[socket.socket, socket.socket]:
        client, server = self._connect(family)
        return self._noted(client), self._noted(server)

    def _connect(self, family: int) -> tuple[socket.socket, socket.socket]:
        """Give the side that dialled, which is in TIME-WAIT later if it is closed first, and the one that accepted."""
        listener = self._listeners[socket.AddressFamily(family)]
        client = socket.create_connection(listener.getsockname()[:2])
        return client, listener.accept()[0]

    def _noted(self, made: socket.socket) -> socket.socket:
        facts = describe(made)
        self._news.opened.append(Held(facts["cookie"], facts["inode"], os.getpid(), made.fileno()))
        return made
