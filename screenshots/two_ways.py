"""A multihomed host for a picture: two default routes, and a rule by which one user leaves through a tunnel."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.binding import socket_at

_TUNNELLED_UID = 1001
COMMANDS = (
    "link add wg0 address 02:00:5e:00:53:05 mtu 1420 type veth peer name far2 address 02:00:5e:00:53:06",
    "link set far2 addrgenmode none up",
    "link set wg0 addrgenmode none up",
    "address add 203.0.113.2/32 dev wg0",
    "route add default via 192.0.2.1 dev eth0 metric 100 proto dhcp",
    "route add default via 203.0.113.1 dev eth1 metric 200 proto static",
    "route add default dev wg0 table 51820",
    f"rule add priority 100 uidrange {_TUNNELLED_UID}-{_TUNNELLED_UID} lookup 51820",
    "neigh add 192.0.2.1 lladdr 02:00:5e:00:53:02 dev eth0 nud permanent",
)
QUESTION = f"198.51.100.200:443 uid={_TUNNELLED_UID}"


@contextmanager
def two_ways() -> Iterator[None]:
    """Make the routes and the rule, and somebody who waits for clients."""
    for command in COMMANDS:
        subprocess.run(["ip", *command.split()], check=True)
    with socket_at("192.0.2.10:8080") as listener:
        listener.listen(511)
        yield
