"""Draws pictures of real sockets: `python screenshots/real.py`, as root.

The kernel's part is real: a set-up is made in network and process namespaces of its own, and the monitor reads it
there. What differs from run to run (clock, host, ages, what is left of TIME-WAIT) is held still, so that a picture
changes only when the program does.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))  # the stage stands among the tests

from monitor.model.sample import Sample
from monitor.model.tcp import TcpState
from monitor.sampling.live import LiveSource
from screenshots import two_ways
from screenshots.shared_port import shared_port
from tests.binding import REUSEADDR, socket_at
from tests.scenes import TAKEN_AT
from tests.ui.stage import Stage, monitor_of, picture

FOLDER = Path(__file__).parent
_OWN_NAMESPACES = ("unshare", "--net", "--pid", "--fork", "--mount-proc", "--kill-child")
_INSIDE = "--inside"
_UP_S = 2 * 3600 + 30.0
"""Age of the first process; the others, seconds younger, show the same."""
_TIME_WAIT_LEFT_MS = 57_000
_TICKS_PER_SECOND = 100


class StillSource(LiveSource):
    """This namespace's kernel, at a moment that does not pass."""

    def sample(self, *, time_wait: bool = False) -> Sample:
        """Read, and hold still what would differ from run to run."""
        real = super().sample(time_wait=time_wait)
        table = real.table.take(np.arange(len(real.table)))
        table.timer_ms[table.state == TcpState.TIME_WAIT] = _TIME_WAIT_LEFT_MS
        started = min((made.start_time for made in real.owners.processes.values()), default=0)
        boot_time = started / _TICKS_PER_SECOND + _UP_S
        return replace(real, host="db1", taken_at=TAKEN_AT, boot_time=boot_time, cost_s=0.012, table=table)

    def boot_clock(self) -> float:
        """CLOCK_BOOTTIME at which every sample is new."""
        return 0.0


@contextmanager
def _held_port() -> Iterator[None]:
    """A listener that a child inherited, a TIME-WAIT of its last client, and a port that is bound and nothing more."""
    with (
        socket_at("192.0.2.10:8080", REUSEADDR) as listener,
        socket_at("203.0.113.10:8080"),
        _child_with(listener),
    ):
        listener.listen(511)
        with socket_at("198.51.100.7:51834") as client:
            client.connect(("192.0.2.10", 8080))
            accepted, _ = listener.accept()
            accepted.close()
            client.recv(1)
        yield


@contextmanager
def _child_with(held: socket.socket) -> Iterator[None]:
    child = subprocess.Popen(["sleep", "600"], pass_fds=[held.fileno()])
    try:
        yield
    finally:
        child.terminate()
        child.wait()


async def _bind(stage: Stage) -> None:
    await stage.press("b", *"8080")
    await stage.sees("as of")
    await stage.press("enter")


async def _demux(stage: Stage) -> None:
    # Without a client's port there is no hash, which differs from boot to boot.
    await stage.press("d")
    await stage.type("192.0.2.10:8080")
    await stage.sees("as of")
    await stage.press("enter")


async def _demux_of_port(stage: Stage) -> None:
    await stage.press("d", *"8080")
    await stage.sees("as of")
    await stage.press("enter")


async def _routing(stage: Stage) -> None:
    await stage.press("r", "ctrl+u")
    await stage.type(two_ways.QUESTION)
    await stage.press("enter")
    await stage.sees("leaves")


async def _rules(stage: Stage) -> None:
    await _routing(stage)
    await stage.press("enter")
    await stage.sees("Table")


@dataclass(frozen=True)
class RealShot:
    """One picture of a real set-up."""

    name: str
    size: tuple[int, int]
    set_up: Callable[[], AbstractContextManager[None]]
    arrange: Callable[[Stage], Awaitable[None]]
    shows: tuple[str, ...]
    """What stands on it: words that only the set-up brings."""

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return FOLDER / f"{self.name}-{self.size[0]}x{self.size[1]}.svg"


_WILDCARD = ("One of 3 on 0.0.0.0:8080", "envoy[", "another address", "node[", "IPv6 only", "names one of them")
_ADDRESSES = ("local addresses", "one of 3 (nginx[", "203.0.113.10:8080", "envoy[", "[2001:db8::10]:8080", "node[")
_HELD_PORT = ("No, EADDRINUSE", "192.0.2.10:8080", "inherited", "TIME-WAIT", "57s left", "BOUND")
_WAY = ("wg0 from 203.0.113.2", "100: from all uidrange 1001-1001", "table 51820", "203.0.113.1")
_TABLE = ("Rules of IPv4 in their order", "decided", "32766", "Table 51820, 1 route")
REAL_SHOTS = tuple(
    RealShot(name, size, set_up, arrange, shows)
    for name, set_up, arrange, shows in (
        ("bind", _held_port, _bind, _HELD_PORT),
        ("demux", shared_port, _demux, _WILDCARD),
        ("demux-port", shared_port, _demux_of_port, _ADDRESSES),
        ("routing", two_ways.two_ways, _routing, _WAY),
        ("rules", two_ways.two_ways, _rules, _TABLE),
    )
    for size in ((80, 24), (120, 40))
)


async def _draw(shot: RealShot) -> str:
    async with monitor_of(StillSource(), shot.size) as stage:
        await shot.arrange(stage)
        return picture(stage.app)


def _make_interfaces() -> None:
    """Bring up what the set-ups have in common: two interfaces, and a client's address on this host."""
    for command in (
        "link set lo up",
        "address add 198.51.100.7/32 dev lo",
        "link add eth0 address 02:00:5e:00:53:01 type veth peer name far0 address 02:00:5e:00:53:02",
        "link add eth1 address 02:00:5e:00:53:03 type veth peer name far1 address 02:00:5e:00:53:04",
        "address add 192.0.2.10/24 dev eth0",
        "address add 203.0.113.10/24 dev eth1",
        "address add 2001:db8::10/64 dev eth0 nodad",
        # Link-local addresses would come when they like.
        *(f"link set {name} addrgenmode none up" for name in ("eth0", "far0", "eth1", "far1")),
    ):
        subprocess.run(["ip", *command.split()], check=True)


def _draw_inside(shot: RealShot) -> None:
    """Make the set-up in this network namespace, which has to be one for that, and draw it."""
    if os.getpid() != 1:
        raise SystemExit("interfaces are made in namespaces of their own only")
    _make_interfaces()
    with shot.set_up():
        shot.path.write_text(asyncio.run(_draw(shot)), encoding="utf-8")
    print(shot.path.name)


def main() -> None:
    """Draw every picture anew, each in namespaces of its own."""
    for shot in REAL_SHOTS:
        name = shot.path.stem
        if sys.argv[1:] == [_INSIDE, name]:
            _draw_inside(shot)
        elif _INSIDE not in sys.argv:
            subprocess.run([*_OWN_NAMESPACES, sys.executable, __file__, _INSIDE, name], check=True)


if __name__ == "__main__":
    main()
