"""A machine's worth of sockets: N connection rows over K processes in a network namespace of their own.

    python -m tests.benchmarks.load --rows 10000 --processes 50 --idle-processes 200

It says in one line of JSON that everything stands, and where, and holds it until SIGTERM or SIGINT. The namespace has
no name and belongs to these processes alone; they die with the first of them, so that nothing stays behind, however it
ends.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from tests.namespaces import leave_for_new_namespace
from tests.server_process import die_with_parent

MOST_DESCRIPTORS = 20_000
"""Per process; root's hard limit may be higher, a plain container's is not."""
IDLE_DESCRIPTORS = 30
"""What an idle process has open, none of it a socket."""
_SPARE_DESCRIPTORS = 20
_ENDING_SIGNALS = {signal.SIGTERM, signal.SIGINT}


@dataclass(frozen=True, slots=True)
class Load:
    """How much to hold."""

    rows: int
    """TCP rows of connections; a loopback connection is two. One in ten is IPv6. Listeners come on top."""
    processes: int = 50
    idle_processes: int = 200
    """Further processes without any socket, which a search for owners has to read all the same."""

    def connections_of(self, process: int) -> range:
        """Number the connections that one process holds, both sides of them."""
        connections = self.rows // 2
        return range(connections * process // self.processes, connections * (process + 1) // self.processes)

    def check(self) -> None:
        """Raise ValueError where a process would need more descriptors than it may have."""
        needed = 2 * -(-self.rows // 2 // self.processes) + _SPARE_DESCRIPTORS
        if needed > MOST_DESCRIPTORS:
            raise ValueError(f"{needed:,} descriptors a process; give more --processes")


@dataclass(frozen=True, slots=True)
class RunningLoad:
    """A load that stands."""

    namespace_fd: int
    """Open for as long as the load is held."""


@contextmanager
def running(load: Load) -> Iterator[RunningLoad]:
    """Hold a load by processes of its own until the block is left; needs root.

    Raises:
        RuntimeError: it could not be made; the reason is on stderr.
    """
    load.check()
    argv = [sys.executable, "-m", __name__, f"--rows={load.rows}", f"--processes={load.processes}"]
    with subprocess.Popen([*argv, f"--idle-processes={load.idle_processes}"], stdout=subprocess.PIPE) as generator:
        try:
            assert generator.stdout is not None
            if not generator.stdout.readline():
                raise RuntimeError("the load could not be made")
            namespace = os.open(f"/proc/{generator.pid}/ns/net", os.O_RDONLY)
            try:
                yield RunningLoad(namespace)
            finally:
                os.close(namespace)
        finally:
            generator.terminate()


def hold(load: Load) -> None:
    """Make the load in a new namespace, say so on stdout, and hold it until a signal asks for the end."""
    load.check()
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING_SIGNALS)
    leave_for_new_namespace()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, MOST_DESCRIPTORS), hard))
    makers = [partial(_connect, load.connections_of(process)) for process in range(load.processes)]
    makers += [partial(_idle)] * load.idle_processes
    workers: list[int] = []
    try:
        # One by one, so that those that were started are known when one fails.
        workers.extend(_start(make) for make in makers)
        print(json.dumps({"rows": load.rows, "pid": os.getpid()}), flush=True)
        signal.sigwait(_ENDING_SIGNALS)
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        for pid in workers:
            os.waitpid(pid, 0)


def _start(make: Callable[[], list[object]]) -> int:
    """Fork a process that makes something and holds it; return when it has."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            # Ctrl+C goes to all of the terminal's processes; these end with their parent.
            die_with_parent()
            held = make()
            os.write(writer, b"%d" % len(held))
            while True:
                signal.sigwait({signal.SIGUSR1})
        except OSError as error:
            print(error, file=sys.stderr)
        finally:
            os._exit(1)
    os.close(writer)
    answer = os.read(reader, 16)
    os.close(reader)
    if not answer:
        os.waitpid(pid, 0)
        raise RuntimeError("a process of the load could not make its sockets")
    return pid


def _connect(connections: range) -> list[object]:
    """Hold both sides of some connections and their listeners."""
    listeners = {
        socket.AF_INET: socket.create_server(("127.0.0.1", 0)),
        socket.AF_INET6: socket.create_server(("::1", 0), family=socket.AF_INET6),
    }
    held: list[object] = list(listeners.values())
    for number in connections:
        listener = listeners[socket.AF_INET6 if number % 10 == 0 else socket.AF_INET]
        held.append(socket.create_connection(listener.getsockname()[:2]))
        held.append(listener.accept())
    return held


def _idle() -> list[object]:
    """Hold descriptors that are no sockets."""
    return [os.open("/dev/null", os.O_RDONLY) for _ in range(IDLE_DESCRIPTORS)]


def main() -> None:
    """Hold what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, required=True, help="TCP rows of connections; two a connection")
    parser.add_argument("--processes", type=int, default=50, help="processes that hold them (default: %(default)s)")
    parser.add_argument(
        "--idle-processes", type=int, default=0, help="processes without sockets beside them (default: %(default)s)"
    )
    arguments = parser.parse_args()
    try:
        hold(Load(arguments.rows, arguments.processes, arguments.idle_processes))
    except (OSError, ValueError, RuntimeError) as error:
        parser.exit(1, f"no load: {error}\n")


if __name__ == "__main__":
    main()
