"""A host with two links that lead nowhere, in a network namespace of its own; and a process that holds sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kernel.control_groups import control_group, move
from tests.kernel.socket_holder import SocketHolder, socket_holder

if TYPE_CHECKING:
    from monitor.kernel.rtnetlink import Rtnetlink

LINKS = """
link add e0 type veth peer name p0
link add e1 type veth peer name p1
link set p0 up
link set p1 up
addr add 192.0.2.1/24 dev e0
addr add 198.51.100.1/24 dev e1
-6 addr add 2001:db8:a::1/64 dev e0 nodad
-6 addr add 2001:db8:b::1/64 dev e1 nodad
link set e0 addrgenmode none
link set e1 addrgenmode none
link set p0 addrgenmode none
link set p1 addrgenmode none
link set e0 up
link set e1 up
-6 addr add fe80::1/64 dev e0 nodad
-6 addr add fe80::1/64 dev e1 nodad
route add default via 192.0.2.254
-6 route add default via fe80::fe dev e0
"""


@pytest.fixture
def ip(ip: Callable[..., str]) -> Callable[..., str]:
    """Run ip(8) in such a host."""
    ip(LINKS)
    return ip


@pytest.fixture
def kernel(ip: Callable[..., str]) -> Iterator[Rtnetlink]:
    """Open the namespace's rtnetlink."""
    from monitor.kernel.rtnetlink import Rtnetlink  # noqa: PLC0415 - pyroute2 is slow; a plain user skips before it

    with Rtnetlink() as opened:
        yield opened


@pytest.fixture
def holder() -> Iterator[SocketHolder]:
    """Start a process that opens and closes sockets when it is told to."""
    with socket_holder() as made:
        yield made


@pytest.fixture
def group(holder: SocketHolder) -> Iterator[Path]:
    """Make a control group in which only the holder is."""
    with control_group() as made:
        move(holder.pid, made)
        yield made
