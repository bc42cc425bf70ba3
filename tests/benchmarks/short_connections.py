"""python -m tests.benchmarks.short_connections RATE SECONDS: open and close connections at a pace, and count them.

It says "ready", begins with a line of input, then says how many there were, and ends with its input. Both sides are its
own. They listen in the network namespace that it is started in, and dial from there too, or, as the clients of a server
do, from elsewhere: from the namespace of a descriptor that stands on the command line third.
"""

from __future__ import annotations

import _socket
import os
import socket
import subprocess
import sys
import time
from collections import deque
from itertools import cycle
from select import select
from typing import Self

from tests.namespaces import NetworkNamespace, enter
from tests.server_process import die_with_parent

LIFE_S = 0.02
"""From the opening of a connection to its closing: a small request and its answer within a data centre, and more."""
_ADDRESSES = 50
"""To which connections go in turn, since TIME-WAIT keeps the ports that were used to one endpoint."""
_PAUSE_S = 0.001
SERVERS = "192.0.2"
"""The /24 to which clients of another namespace connect."""

Connection = tuple[_socket.socket, int]
"""The side that dialled and closes first, and the descriptor of the other."""


class Makers:
    """Processes that share a rate; their listeners stay until the block is left."""

    def __init__(
        self, per_second: float, seconds: float, clients: NetworkNamespace | None = None, processes: int = 2
    ) -> None:
        argv = [sys.executable, "-m", __name__, str(per_second / processes), str(seconds)]
        kept = () if clients is None else (clients.fd,)
        argv += map(str, kept)
        self._processes = [
            subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=kept)
            for _ in range(processes)
        ]

    def __enter__(self) -> Self:
        for process in self._processes:
            process.stdout.readline()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.communicate()

    def start(self) -> None:
        """Have all of them begin."""
        for process in self._processes:
            process.stdin.write("go\n")
            process.stdin.flush()

    @property
    def are_done(self) -> bool:
        """Whether all have said how many connections they made."""
        answers = [process.stdout for process in self._processes]
        return len(select(answers, [], [], 0)[0]) == len(answers)

    def made(self) -> int:
        """Give how many that were, once they are done."""
        return sum(int(process.stdout.readline()) for process in self._processes)


def make(per_second: float, seconds: float, listener: socket.socket, network: str) -> int:
    """Open connections to the addresses of a /24 at a pace and close each after its life; give how many there were."""
    port = listener.getsockname()[1]
    remotes = cycle([(f"{network}.{number}", port) for number in range(1, _ADDRESSES + 1)])
    open_ones, most_open = deque[Connection](), max(1, round(per_second * LIFE_S))
    started, made = time.monotonic(), 0
    while (elapsed := time.monotonic() - started) < seconds:
        for _ in range(int(elapsed * per_second) - made):
            open_ones.append(_connect(next(remotes), listener))
            made += 1
            if len(open_ones) > most_open:
                _close(open_ones.popleft())
        time.sleep(_PAUSE_S)
    for connection in open_ones:
        _close(connection)
    return made


def _connect(remote: tuple[str, int], listener: socket.socket) -> Connection:
    """Connect, and accept; by descriptors, since objects would take as long again as the kernel."""
    client = _socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect(remote)
    return client, listener._accept()[0]


def _close(connection: Connection) -> None:
    client, accepted = connection
    client.close()
    os.close(accepted)


def main() -> None:
    """Do what the command line says."""
    die_with_parent()
    per_second, seconds = map(float, sys.argv[1:3])
    network = "127.0.0"
    with socket.create_server(("", 0), backlog=16) as listener:
        if sys.argv[3:]:
            enter(int(sys.argv[3]))
            network = SERVERS
        print("ready", flush=True)
        sys.stdin.readline()
        print(make(per_second, seconds, listener, network), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
