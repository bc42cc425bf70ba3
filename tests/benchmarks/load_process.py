"""The process that makes a load in a network namespace of its own, and those that hold its sockets.

Orders come in as lines of JSON, one answer leaves for each. All of them die with the first, and that one with its
input, so that nothing stays behind, however it ends.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from select import select
from time import monotonic
from typing import Any

from tests.benchmarks.held_sockets import HeldSockets, Share
from tests.namespaces import leave_for_new_namespace
from tests.server_process import die_with_parent

IDLE_DESCRIPTORS = 30
"""What an idle process has open, none of it a socket."""
_LAST_DESCRIPTOR = 1 << 20
_ENDING_SIGNALS = {signal.SIGTERM, signal.SIGINT}


class Channel:
    """One end of a pair over which lines of JSON go to and fro, one question at a time."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._lines = end.makefile("rb")

    def fileno(self) -> int:
        """Give the descriptor to wait on."""
        return self._end.fileno()

    def send(self, value: Any) -> None:
        """Send one value."""
        self._end.sendall(json.dumps(value).encode() + b"\n")

    def receive(self) -> Any:
        """Wait for one value; raises EOFError where the other end is closed."""
        line = self._lines.readline()
        if not line:
            raise EOFError
        return json.loads(line)

    def ask(self, order: Any) -> Any:
        """Send an order and wait for its answer."""
        self.send(order)
        return self.receive()

    def close(self) -> None:
        """Close this end."""
        self._lines.close()
        self._end.close()


@dataclass(frozen=True, slots=True)
class _Child:
    pid: int
    channel: Channel


@contextmanager
def children(shares: list[Share], idle_processes: int) -> Iterator[list[Channel]]:
    """Fork all processes of a load into a new network namespace; hold them until the block is left.

    Raises:
        RuntimeError: one of them could not make its part; the reason is on stderr.
    """
    leave_for_new_namespace()
    # The children inherit this: Ctrl+C goes to all of the terminal's processes, and they end with this one.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING_SIGNALS)
    started: list[_Child] = []
    try:
        # One by one, so that those that were started are known when one fails.
        started.extend(_fork(partial(_hold_sockets, share)) for share in shares)
        started.extend(_fork(_hold_idle) for _ in range(idle_processes))
        _await_ready(started)
        yield [child.channel for child in started[: len(shares)]]
    finally:
        for child in started:
            os.kill(child.pid, signal.SIGKILL)
        for child in started:
            os.waitpid(child.pid, 0)


def obey(channels: list[Channel], control: Channel) -> None:
    """Pass orders on to all holders and their answers back, until the input ends."""
    try:
        while True:
            order = control.receive()
            for channel in channels:
                channel.send(order)
            control.send([channel.receive() for channel in channels])
    except (EOFError, ConnectionError):
        return


def wait_for_signal() -> None:
    """Hold until somebody asks for the end; only inside of children()."""
    signal.sigwait(_ENDING_SIGNALS)


def _await_ready(started: list[_Child]) -> None:
    for child in started:
        try:
            child.channel.receive()
        except EOFError:
            raise RuntimeError("a process of the load could not make its part") from None


def _fork(hold: Callable[[Channel], None]) -> _Child:
    """Fork a process that holds something until it is killed."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            die_with_parent()
            # The sockets by which its siblings are commanded are not its own.
            os.closerange(sys.stderr.fileno() + 1, theirs.fileno())
            os.closerange(theirs.fileno() + 1, _LAST_DESCRIPTOR)
            hold(Channel(theirs))
        except OSError as error:
            print(error, file=sys.stderr)
        finally:
            os._exit(1)
    theirs.close()
    return _Child(pid, Channel(ours))


def _hold_idle(channel: Channel) -> None:
    for _ in range(IDLE_DESCRIPTORS):
        os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True)  # noqa: FBT003 - it takes no name
    channel.send("ready")
    # A fifth of the memory that this interpreter would take ten thousand times.
    os.execvp("sleep", ["sleep", "infinity"])


def _hold_sockets(share: Share, channel: Channel) -> None:
    held = HeldSockets(share)
    channel.send("ready")
    pace = _Pace()
    while True:
        if not select([channel], [], [], pace.wait_s)[0]:
            held.exchange()
            pace.step()
            continue
        match channel.receive():
            case {"exchanges_per_second": float(rate)}:
                pace = _Pace(rate)
                channel.send(None)
            case "news":
                channel.send(held.news())


class _Pace:
    """When the next exchange is due; without a rate never."""

    def __init__(self, per_second: float = 0.0) -> None:
        self._pause_s = 1 / per_second if per_second else None
        # Each process at a moment of its own: together they are even.
        self._next = monotonic() + random.random() * (self._pause_s or 0.0)

    @property
    def wait_s(self) -> float | None:
        return None if self._pause_s is None else max(0.0, self._next - monotonic())

    def step(self) -> None:
        self._next += self._pause_s or 0.0
