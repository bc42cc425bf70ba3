"""The process that holds a server's sockets for tests.servers; run as a file, with the standard library alone.

It reads its order as JSON from the command line, answers with one line of JSON for what it made and one for what it
accepted, and then holds everything until it is ended, at the latest with the process that started it.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import signal
import socket
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
SO_COOKIE = getattr(socket, "SO_COOKIE", 57)  # include/uapi/asm-generic/socket.h

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends."""
    parent = os.getppid()
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def describe(sock: socket.socket) -> dict[str, Any]:
    """Give the truth about a socket as the process that holds it knows it."""
    return {
        "pid": os.getpid(),
        "fd": sock.fileno(),
        "inode": os.fstat(sock.fileno()).st_ino,
        "cookie": int.from_bytes(sock.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8), sys.byteorder),
        "local": sock.getsockname()[:2],
    }


def make_server(order: dict[str, Any]) -> socket.socket:
    """Bind, and listen where it is TCP."""
    is_tcp = order["protocol"] == "tcp"
    family = socket.AF_INET6 if ":" in order["address"] else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM if is_tcp else socket.SOCK_DGRAM)
    if order["reuse_port"]:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if order["v6only"]:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    server.bind((order["address"], order["port"]))
    if is_tcp:
        server.listen(order["backlog"])
    return server


def fork_workers(server: socket.socket, count: int) -> list[dict[str, Any]]:
    """Fork processes that inherit the server's socket and do nothing with it."""
    workers = []
    for _ in range(count):
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            die_with_parent()
            os.write(writer, b"!")
            while True:
                signal.pause()
        os.read(reader, 1)
        os.close(reader)
        os.close(writer)
        workers.append({**describe(server), "pid": pid})
    return workers


def say(sockets: list[dict[str, Any]]) -> None:
    """Tell the test what there is now."""
    sys.stdout.write(json.dumps(sockets) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Carry out the order on the command line."""
    die_with_parent()
    order = json.loads(sys.argv[1])
    if order["comm"]:
        _libc.prctl(PR_SET_NAME, bytes.fromhex(order["comm"]), 0, 0, 0)
    server = make_server(order)
    say([describe(server), *fork_workers(server, order["workers"])])
    accepted = [server.accept()[0] for _ in range(order["accept"])]
    say([describe(connection) for connection in accepted])
    if order["executable"]:
        for held in (server, *accepted):
            held.set_inheritable(True)
        fcntl.fcntl(sys.stdout, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        os.execv(bytes.fromhex(order["executable"]), [os.fsencode(sys.argv[2]), b"100000"])
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
