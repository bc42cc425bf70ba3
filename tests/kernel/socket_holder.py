"""Processes that open, close, inherit and pass sockets on command, and say what they really hold.

Run as a file it is such a process, with the standard library alone; it ends when the test's end of it is closed.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from tests.servers import wait_for_end

MOST_DESCRIPTORS = 1024


class SocketHolder:
    """The test's end of one such process. Every method returns when the process has done it."""

    def __init__(self, pid: int, control: socket.socket) -> None:
        self.pid = pid
        self._control = control
        self._pidfd = os.pidfd_open(pid)

    def open(self) -> int:
        """Make a UDP socket."""
        return self._ask("open")

    def open_file(self) -> int:
        """Open something that is no socket."""
        return self._ask("open_file")

    def duplicate(self, fd: int) -> int:
        """Make another descriptor of the same socket."""
        return self._ask("duplicate", fd)

    def close(self, fd: int) -> None:
        """Close a descriptor."""
        self._ask("close", fd)

    def pass_to(self, other: SocketHolder, fd: int) -> int:
        """Send a socket over SCM_RIGHTS, keep it as well, and give the other's descriptor."""
        self._tell("pass", fd)
        _, passed, _, _ = socket.recv_fds(self._control, 64, 1)
        try:
            return other._ask("take", passed=passed)
        finally:
            os.close(passed[0])

    def fork(self) -> SocketHolder:
        """Make a child that inherits all of its sockets."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            child = SocketHolder(self._ask("fork", passed=[theirs.fileno()]), ours)
        child.held()
        return child

    def become(self, program: str) -> None:
        """Have it execute a program that runs on, with its sockets and nothing else of it."""
        self._tell(f"become:{program}")
        # The kernel closes the process's end once the program has taken over.
        assert self._control.recv(64) == b""

    def held(self) -> set[tuple[int, int, int]]:
        """Give (inode, pid, descriptor) of all of its sockets, by fstat of every descriptor."""
        self._tell("held")
        return {(inode, self.pid, fd) for fd, inode in json.loads(self._control.recv(1 << 20))}

    def kill(self) -> None:
        """End it, whatever it does, and wait until it is gone."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        wait_for_end(self._pidfd)

    def end(self) -> None:
        """End it and forget it."""
        self.kill()
        self._control.close()
        os.close(self._pidfd)

    def _ask(self, command: str, fd: int = -1, passed: Iterable[int] = ()) -> int:
        self._tell(command, fd, passed)
        return int(self._control.recv(64))

    def _tell(self, command: str, fd: int = -1, passed: Iterable[int] = ()) -> None:
        socket.send_fds(self._control, [f"{command} {fd}".encode()], list(passed))


@contextmanager
def socket_holder() -> Iterator[SocketHolder]:
    """Run a process that holds no socket but the one it is commanded by."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        with theirs:
            argv = [sys.executable, "-m", __name__, str(theirs.fileno())]
            process = subprocess.Popen(argv, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        holder = SocketHolder(process.pid, ours)
        try:
            holder.held()
            yield holder
        finally:
            holder.end()
            process.wait()


def _serve(control: socket.socket) -> None:
    while True:
        message, passed, _, _ = socket.recv_fds(control, 1024, 1)
        if not message:
            os._exit(0)
        command, fd = message.split()
        if command == b"pass":
            socket.send_fds(control, [b"0"], [int(fd)])
        elif command == b"held":
            control.send(json.dumps(_sockets()).encode())
        elif command == b"fork":
            control = _fork(control, passed[0])
        elif command.startswith(b"become:"):
            _become(control, command.partition(b":")[2])
        else:
            control.send(str(_carry_out(command, int(fd), passed)).encode())


def _carry_out(command: bytes, fd: int, passed: list[int]) -> int:
    if command == b"open":
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).detach()
    if command == b"open_file":
        return os.open("/dev/null", os.O_RDONLY)
    if command == b"duplicate":
        return os.dup(fd)
    if command == b"take":
        return passed[0]
    os.close(fd)
    return fd


def _fork(control: socket.socket, passed: int) -> socket.socket:
    """Give the socket by which this process, parent or child, is commanded from now on."""
    pid = os.fork()
    if pid == 0:
        control.close()
        return socket.socket(fileno=passed)
    os.close(passed)
    control.send(str(pid).encode())
    return control


def _become(control: socket.socket, program: bytes) -> None:
    for fd, _ in _sockets():
        os.set_inheritable(fd, fd != control.fileno())
    os.execv(program, ["sleep", "100000"])


def _sockets() -> list[tuple[int, int]]:
    found = []
    for fd in range(MOST_DESCRIPTORS):
        try:
            status = os.fstat(fd)
        except OSError:
            continue
        if stat.S_ISSOCK(status.st_mode):
            found.append((fd, status.st_ino))
    return found


if __name__ == "__main__":
    # Children that nobody waits for are to leave no zombies.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    _serve(socket.socket(fileno=int(sys.argv[1])))
