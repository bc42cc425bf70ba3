"""Identity lab: pids and pairs that are used again, made on purpose.

A pid is chosen by its number in a pid namespace, so what does that runs by in_pid_namespace(). A pair is used again by
binding to the source port of the connection before, whose end left no TIME-WAIT behind.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from monitor.kernel.processes import read_process
from monitor.kernel.this_namespace import namespace_number
from monitor.model.action import CloseAsked, Operator, Signal, SignalAsked
from monitor.model.endpoint import Endpoint
from monitor.model.process import Process
from monitor.model.sockets import SocketId
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, TcpState
from tests.kernel.scripts import run_script

NOBODY_ELSE = Operator(pid=0)
"""An operator who runs nothing that could be hit."""
_LAST_PID = Path("/proc/sys/kernel/ns_last_pid")
_PENDING = re.compile(rb"^ShdPnd:\t([0-9a-f]+)$", re.MULTILINE)
_PATIENCE_S = 20.0
_SO_COOKIE = 57
_ABORT = struct.pack("ii", 1, 0)


def in_pid_namespace(source: str, *arguments: object) -> Any:
    """Run a program as pid 1 of a pid namespace with a /proc of its own, and give what it printed as JSON."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("needs unshare")
    return run_script(source, *arguments, under=[unshare, "--pid", "--fork", "--mount-proc"])


class Child:
    """A child that does nothing until it is ended."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._pidfd = os.pidfd_open(pid)
        self._is_reaped = False

    @classmethod
    def start(cls, *, is_deaf: bool = False) -> Child:
        """Start one under whatever pid the kernel gives; a deaf one only keeps a TERM that it is sent."""
        path = shutil.which("sleep")
        assert path is not None
        # Not fork(), which a process with threads must not call; this returns once the other program runs.
        blocked = [signal.SIGTERM] if is_deaf else []
        child = cls(os.posix_spawn(path, ["sleep", "3600"], os.environ, setsigmask=blocked))
        # The kernel gives the pid back in the middle of the change to the other program.
        give_up_at = time.monotonic() + _PATIENCE_S
        while b") S " not in Path(f"/proc/{child.pid}/stat").read_bytes():
            assert time.monotonic() < give_up_at
            os.sched_yield()
        return child

    @classmethod
    def start_as(cls, pid: int, *, is_deaf: bool = False) -> Child:
        """Start one likewise under a pid that nobody has; others may be given it first."""
        while True:
            _LAST_PID.write_text(str(pid - 1))
            child = cls.start(is_deaf=is_deaf)
            if child.pid == pid:
                return child
            child.end()

    def read(self) -> Process:
        """Read who it is, as a sample does."""
        process = read_process(self.pid)
        assert process is not None
        return process

    def was_sent_term(self) -> bool:
        """Whether a deaf one has been sent TERM; there is no moment at which it was and this does not say so."""
        pending = _PENDING.search(Path(f"/proc/{self.pid}/status").read_bytes())
        assert pending is not None
        return bool(int(pending[1], 16) >> (signal.SIGTERM - 1) & 1)

    def has_ended(self) -> bool:
        """Whether it has ended; whoever says so has reaped it."""
        if not self._is_reaped:
            self._is_reaped = os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED | os.WNOHANG) is not None
        return self._is_reaped

    def end(self) -> None:
        """Kill and reap it, so that its pid is free."""
        if not self.has_ended():
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED)
            self._is_reaped = True
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1


@contextmanager
def shell_and_monitor() -> Iterator[tuple[int, int]]:
    """Give the pids of a shell and of a program that it has started, which stands for the monitor."""
    with subprocess.Popen(["sh", "-c", "sleep 3600 & echo $!; wait"], stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None
        monitor = os.pidfd_open(pid := int(shell.stdout.readline()))
        try:
            yield shell.pid, pid
        finally:
            # Without it the shell, which waits for it, ends too.
            signal.pidfd_send_signal(monitor, signal.SIGKILL)
            os.close(monitor)


def signal_asked(process: Process, number: Signal = Signal.TERM) -> SignalAsked:
    """Ask for a signal to a process as it was read."""
    return SignalAsked(process.identity, number)


def cookie_of(sock: socket.socket) -> int:
    """Give a socket's cookie, which the kernel makes where nobody has asked before."""
    return int(struct.unpack("=Q", sock.getsockopt(socket.SOL_SOCKET, _SO_COOKIE, 8))[0])


def close_asked(sock: socket.socket, state: int = TcpState.ESTABLISHED) -> CloseAsked:
    """Ask for a socket of this network namespace to be closed, as a row would show it."""
    family = sock.family
    remote = sock.getpeername()[:2] if state != TcpState.LISTEN and _has_peer(sock) else None
    local = sock.getsockname()[:2]
    return CloseAsked(
        SocketId(
            namespace=namespace_number(),
            protocol=PROTOCOL_TCP if sock.type == socket.SOCK_STREAM else PROTOCOL_UDP,
            local=_endpoint(local),
            remote=_endpoint(remote or (("::" if family == socket.AF_INET6 else "0.0.0.0"), 0)),
            device=0,
            cookie=cookie_of(sock),
        ),
        int(state),
    )


@contextmanager
def connection_from(port: int, listener: socket.socket) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Hold a connection from a chosen source port, client and accepted end; it ends without TIME-WAIT."""
    with socket.socket(listener.family, socket.SOCK_STREAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        client.settimeout(10)
        client.bind((listener.getsockname()[0], port))
        client.connect(listener.getsockname())
        accepted, _ = listener.accept()
        with accepted:
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
            yield client, accepted


def carries_data(one: socket.socket, other: socket.socket) -> bool:
    """Whether a connection lives: bytes go both ways."""
    try:
        one.sendall(b"?")
        asked = other.recv(1)
        other.sendall(b"!")
        return (asked, one.recv(1)) == (b"?", b"!")
    except OSError:
        return False


def family_of(host: str) -> socket.AddressFamily:
    """Give the address family of an address as it is written."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def free_port(host: str = "127.0.0.1") -> int:
    """Find a port that nobody has at the moment."""
    with socket.create_server((host, 0), family=family_of(host)) as probe:
        return int(probe.getsockname()[1])


def _has_peer(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


def _endpoint(address: tuple[str, int]) -> Endpoint:
    return Endpoint(ip_address(address[0]), address[1])
