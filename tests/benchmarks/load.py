"""A machine's worth of sockets: N connection rows over K processes in a network namespace of their own.

    python -m tests.benchmarks.load --rows 10000 --processes 50 --idle-processes 200

It says in one line of JSON that everything stands, and where, and holds it until SIGTERM or SIGINT. The namespace has
no name and belongs to these processes alone; they die with the first of them, so that nothing stays behind, however it
ends. Inside a benchmark, running() holds the same, turns it over on order, and says who holds what.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, fields
from functools import partial

from tests.benchmarks.held_sockets import Held, News, Share
from tests.benchmarks.load_process import Channel, children, obey, wait_for_signal
from tests.benchmarks.truth import Truth
from tests.namespaces import NetworkNamespace
from tests.server_process import die_with_parent

MOST_DESCRIPTORS = 20_000
"""Per process; root's hard limit may be higher, a plain container's is not."""
_SPARE_DESCRIPTORS = 20


@dataclass(frozen=True, slots=True)
class Load:
    """How much to hold. All but the idle processes hold an equal share."""

    rows: int
    """TCP rows of connections; a loopback connection is two. One in ten is IPv6. Two listeners a process on top."""
    processes: int = 50
    idle_processes: int = 200
    """Further processes without any socket, which a search for owners has to read all the same."""
    listeners: int = 0
    """TCP listeners beside those that take the connections."""
    udp: int = 0
    """Unconnected UDP sockets."""
    time_wait: int = 0
    """Entries in TIME-WAIT, which the kernel keeps for a minute."""

    def share(self, process: int) -> Share:
        """Give what one process holds."""

        def part(number: int) -> range:
            return range(number * process // self.processes, number * (process + 1) // self.processes)

        listeners, udp, time_wait = (len(part(number)) for number in (self.listeners, self.udp, self.time_wait))
        address = f"127.0.{process // 250}.{process % 250 + 1}"
        return Share(part(self.rows // 2), listeners, udp, time_wait, address)

    def check(self) -> None:
        """Raise ValueError where a process would need more descriptors than it may have."""
        held = self.rows + self.listeners + self.udp
        needed = -(-held // self.processes) + _SPARE_DESCRIPTORS
        if needed > MOST_DESCRIPTORS:
            raise ValueError(f"{needed:,} descriptors a process; give more --processes")


@dataclass(frozen=True, slots=True)
class RunningLoad:
    """A load that stands."""

    load: Load
    namespace_fd: int
    """Open for as long as the load is held."""
    truth: Truth
    """Who holds which socket; empty until it is first updated."""
    _control: Channel

    def entered(self) -> AbstractContextManager[None]:
        """Have this thread, and the processes that it starts, ask the load's kernel tables."""
        return NetworkNamespace(self.namespace_fd, os.fstat(self.namespace_fd).st_ino).entered()

    def turn_over(self, rows_per_second: float) -> None:
        """Have all processes close connections and open new ones at this rate together, until told another; 0 stops."""
        self._control.ask({"exchanges_per_second": rows_per_second / 2 / self.load.processes})


@contextmanager
def running(load: Load) -> Iterator[RunningLoad]:
    """Hold a load by processes of its own until the block is left; needs root.

    Raises:
        RuntimeError: it could not be made; the reason is on stderr.
    """
    load.check()
    ours, theirs = socket.socketpair()
    options = [f"--{name.replace('_', '-')}={number}" for name, number in asdict(load).items()]
    argv = [sys.executable, "-m", __name__, *options, f"--control={theirs.fileno()}"]
    with subprocess.Popen(argv, pass_fds=[theirs.fileno()], stdout=subprocess.DEVNULL) as generator:
        theirs.close()
        control = Channel(ours)
        try:
            try:
                control.receive()
            except EOFError:
                raise RuntimeError("the load could not be made") from None
            namespace = os.open(f"/proc/{generator.pid}/ns/net", os.O_RDONLY)
            try:
                yield RunningLoad(load, namespace, Truth(partial(_news, control)), control)
            finally:
                os.close(namespace)
        except BaseException:
            # It may not be ready to read the end of its input for a minute.
            generator.kill()
            raise
        finally:
            control.close()


def _news(control: Channel) -> News:
    """Ask all processes what they opened and closed since this was last asked."""
    news = News([], [])
    for opened, closed in control.ask("news"):
        news.opened.extend(Held(*held) for held in opened)
        news.closed.extend(closed)
    return news


def main() -> None:
    """Hold what the command line asks for."""
    load, control = _parse()
    try:
        load.check()
        if control is not None:
            die_with_parent()
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, MOST_DESCRIPTORS), hard))
        with children([load.share(process) for process in range(load.processes)], load.idle_processes) as channels:
            if control is not None:
                control.send("ready")
                obey(channels, control)
            else:
                print(json.dumps({"rows": load.rows, "pid": os.getpid()}), flush=True)
                wait_for_signal()
    except (OSError, ValueError, RuntimeError) as error:
        sys.exit(f"no load: {error}")


def _parse() -> tuple[Load, Channel | None]:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.load", description=__doc__.splitlines()[0], allow_abbrev=False
    )
    for field in fields(Load):
        name = f"--{field.name.replace('_', '-')}"
        is_needed = field.name == "rows"
        default = None if is_needed else field.default
        parser.add_argument(name, type=int, required=is_needed, default=default, help="default: %(default)s")
    parser.add_argument("--control", type=int, help=argparse.SUPPRESS)
    arguments = vars(parser.parse_args())
    control = arguments.pop("control")
    return Load(**arguments), None if control is None else Channel(socket.socket(fileno=control))


if __name__ == "__main__":
    main()
