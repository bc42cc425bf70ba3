"""Other hosts: a network namespace at the other end of a cable, with several addresses and somebody at each.

    test's namespace, 192.0.2.1 on here0 ══ there0, 192.0.2.11 to .14, the hosts' namespace

A host is unplugged by giving it a link address that nobody has: what is sent to it is lost on the way, as when it has
no power. What it sends itself still comes.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.namespaces import NetworkNamespace, network_namespace

HERE = "192.0.2.1"
HOSTS = tuple(f"192.0.2.{number}" for number in range(11, 15))
INTERFACE = "here0"

_NOBODY = "00:00:5e:00:53:01"
_THERE = "00:00:5e:00:53:02"
_BACKLOG = 1024
_RESENT_AFTER = "5ms"
"""Least time after which what was lost is sent again: a test would wait for the usual 200."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A connection with another host; both ends are the test's."""

    near: socket.socket
    """In the test's namespace."""
    far: socket.socket


class FarHosts:
    """What the test does with the hosts."""

    def __init__(self, namespace: NetworkNamespace, ip: Callable[..., str], stack: ExitStack) -> None:
        self.namespace = namespace
        self._ip, self._stack = ip, stack
        self._listeners: dict[str, socket.socket] = {}

    def connect(self, host: str, count: int = 1) -> tuple[Pair, ...]:
        """Connect to a host from here."""
        listener = self._listener(host)
        return tuple(self._pair(listener.getsockname(), listener) for _ in range(count))

    def reach(self, listener: tuple[str, int]) -> socket.socket:
        """Connect from the first host to a listener of the test's namespace."""
        with self.namespace.entered():
            return self._keep(socket.create_connection(listener))

    def remote(self, host: str) -> tuple[str, int]:
        """Give the endpoint at which a host listens."""
        address, port = self._listener(host).getsockname()
        return str(address), int(port)

    def unplug(self, *hosts: str) -> None:
        """Have nothing arrive at some hosts any more."""
        self._ip(*(f"neigh replace {host} lladdr {_NOBODY} dev {INTERFACE}" for host in hosts))

    def plug(self, *hosts: str) -> None:
        """Have it arrive again."""
        self._ip(*(f"neigh replace {host} lladdr {_THERE} dev {INTERFACE}" for host in hosts))

    def _listener(self, host: str) -> socket.socket:
        if host not in self._listeners:
            with self.namespace.entered():
                self._listeners[host] = self._keep(socket.create_server((host, 0), backlog=_BACKLOG))
        return self._listeners[host]

    def _pair(self, remote: tuple[str, int], listener: socket.socket) -> Pair:
        near = self._keep(socket.create_connection(remote))
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Pair(near, self._keep(listener.accept()[0]))

    def _keep(self, made: socket.socket) -> socket.socket:
        return self._stack.enter_context(made)


@contextmanager
def far_hosts(ip: Callable[..., str]) -> Iterator[FarHosts]:
    """Make them, and the cable.

    Args:
        ip: Runs ip(8) inside the namespace that the calling thread is in.
    """
    with network_namespace() as there, ExitStack() as stack:
        there_path = f"/proc/{os.getpid()}/fd/{there.fd}"
        ip(f"link add {INTERFACE} type veth peer name there0 address {_THERE} netns {there_path}")
        with there.entered():
            ip(*(f"addr add {host}/24 dev there0" for host in HOSTS), "link set there0 up")
            # A delayed acknowledgement would come later than that.
            ip("route change 192.0.2.0/24 dev there0 quickack 1")
        ip(f"addr add {HERE}/24 dev {INTERFACE} noprefixroute", f"link set {INTERFACE} up")
        ip(f"route add 192.0.2.0/24 dev {INTERFACE} src {HERE} rto_min {_RESENT_AFTER}")
        hosts = FarHosts(there, ip, stack)
        hosts.plug(*HOSTS)
        yield hosts
