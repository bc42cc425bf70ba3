"""LocalRoutes: single route questions by plain netlink, with an input interface where a packet comes from outside.

pyroute2 asks the same in route_look_up.py; importing it alone takes longer than all of a command that ends at once.
"""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

from monitor.errors import KernelError
from monitor.kernel.netlink import NetlinkSocket
from monitor.kernel.netlink_messages import HEADER
from monitor.kernel.route_types import ROUTE_TYPES
from monitor.kernel.rtnetlink_list import NETLINK_ROUTE, U32, attribute, attributes, number, unpack
from monitor.kernel.rtnetlink_numbers import (
    RTA_DPORT,
    RTA_DST,
    RTA_IIF,
    RTA_IP_PROTO,
    RTA_OIF,
    RTA_SPORT,
    RTA_SRC,
    RTM_GETROUTE,
    RTM_NEWROUTE,
    RTMSG,
)
from monitor.model.endpoint import Address

_ASK = "ask whether a segment is for this host"
_PORT = struct.Struct(">H")


@dataclass(frozen=True, slots=True)
class RouteAsked:
    """A question; 0 and None leave open."""

    destination: Address
    source: Address | None = None
    arriving: int = 0
    """Index of the interface that the packet comes in by: with it the real input routing runs."""
    leaving: int = 0
    """Index of the interface that the sender is bound to."""
    protocol: int = 0
    source_port: int = 0
    destination_port: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True)
class RouteFound:
    """An answer."""

    type: str
    """As ip-route(8) calls it: local, unicast, broadcast, multicast, …"""
    device: int
    """Index of the interface; 0 for none."""
    flags: int


class LocalRoutes:
    """Asks in the network namespace in which it was opened; for one thread at a time."""

    def __init__(self) -> None:
        self._netlink = NetlinkSocket.open(NETLINK_ROUTE, _ASK)

    def ask(self, asked: RouteAsked) -> RouteFound | int:
        """Ask for one route; what the kernel refuses comes as its errno.

        Raises:
            KernelError: the kernel is silent.
            WireError: its answer breaks its contract.
        """
        messages, (refusal,) = self._netlink.look_up(RTM_GETROUTE, [_request(asked)], _ASK, answer=RTM_NEWROUTE)
        if refusal:
            return refusal
        if not len(messages):
            raise KernelError(_ASK, 0, "the kernel gave no answer")
        body = messages.records(int(messages.lengths[0])).tobytes()[HEADER.itemsize :]
        *_, kind, flags = unpack(RTMSG, body)
        values = attributes(body, RTMSG.size)
        return RouteFound(ROUTE_TYPES.get(kind, f"type-{kind}"), number(values.get(RTA_OIF)), flags)

    def close(self) -> None:
        """Close the socket; may be called twice."""
        self._netlink.close()


def _request(asked: RouteAsked) -> bytes:
    source = asked.source if asked.source is not None and not asked.source.is_unspecified else None
    family = socket.AF_INET if isinstance(asked.destination, IPv4Address) else socket.AF_INET6
    bits = asked.destination.max_prefixlen
    values = (
        (RTA_DST, asked.destination.packed),
        (RTA_SRC, source.packed if source is not None else b""),
        (RTA_IIF, U32.pack(asked.arriving) if asked.arriving else b""),
        (RTA_OIF, U32.pack(asked.leaving) if asked.leaving else b""),
        (RTA_IP_PROTO, bytes([asked.protocol]) if asked.protocol else b""),
        (RTA_SPORT, _PORT.pack(asked.source_port) if asked.source_port else b""),
        (RTA_DPORT, _PORT.pack(asked.destination_port) if asked.destination_port else b""),
    )
    head = RTMSG.pack(family, bits, bits if source is not None else 0, 0, 0, 0, 0, 0, asked.flags)
    return head + b"".join(attribute(kind, value) for kind, value in values if value)
