"""RouteQuestion: a Flow as connect() puts it to the routing tables, and what connect() refuses by itself."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from monitor.errors import InputError
from monitor.model.endpoint import Address, unmapped
from monitor.model.route import Flow
from monitor.model.tcp import PROTOCOL_TCP

_FF_LINK_LOCAL_SCOPES = (1, 2)
"""Scopes of IPv6 multicast that need an interface: interface-local and link-local (RFC 4291, 2.7)."""


@dataclass(frozen=True, slots=True)
class RouteQuestion:
    """What RTM_GETROUTE is asked. Addresses are of one family; 0 stands for what the flow leaves open."""

    remote: Address
    source: Address | None
    protocol: int | None
    source_port: int
    remote_port: int
    output: int
    """Index of the interface that the socket is bound to, by SO_BINDTODEVICE or by the zone."""
    mark: int
    uid: int
    tos: int

    @property
    def family(self) -> int:
        """AF_INET or AF_INET6."""
        return socket.AF_INET if isinstance(self.remote, IPv4Address) else socket.AF_INET6

    def arguments(self) -> dict[str, str | int]:
        """Give the selectors under pyroute2's names, those left open left out."""
        optional: dict[str, str | int | None] = {
            "src": None if self.source is None else str(self.source),
            "ip_proto": self.protocol,
            "sport": self.source_port,
            "dport": self.remote_port,
            "oif": self.output,
            "mark": self.mark,
            "tos": self.tos,
        }
        # Without RTA_UID the kernel takes the asker's: said aloud, so that rules are followed for the same user.
        named: dict[str, str | int] = {"family": self.family, "dst": str(self.remote), "uid": self.uid}
        return named | {name: value for name, value in optional.items() if value}


def question_of(flow: Flow, zone_index: int | None) -> RouteQuestion | int:
    """Put a flow as connect() does, or give the errno with which connect() refuses it at once.

    Args:
        flow: what is asked.
        zone_index: index of the interface that the zone names, 0 for one that does not exist; None for no zone.

    Raises:
        InputError: source and remote are of different families.
    """
    remote = unmapped(flow.remote)
    source = None if flow.source is None else unmapped(flow.source)
    if remote.is_unspecified:
        # connect() takes the wildcard for this host; RTM_GETROUTE would look for a default route.
        remote = IPv4Address("127.0.0.1") if isinstance(remote, IPv4Address) else IPv6Address("::1")
    if source is not None and source.is_unspecified:
        source = None
    if source is not None and type(source) is not type(remote):
        raise InputError(f"{source} can't be the source of a packet to {remote}: IPv4 and IPv6 do not mix")
    output = flow.device or 0
    if needs_zone(remote, flow.protocol):
        bound = _bound_by_zone(output, zone_index)
        if bound < 0:
            return -bound
        output = bound
    return RouteQuestion(
        remote=remote,
        source=source,
        protocol=flow.protocol,
        source_port=flow.source_port or 0,
        remote_port=flow.remote_port or 0,
        output=output,
        mark=flow.mark or 0,
        uid=os.geteuid() if flow.uid is None else flow.uid,
        tos=flow.tos or 0,
    )


def needs_zone(remote: Address, protocol: int | None) -> bool:
    """Whether connect() wants to know the interface; it ignores a zone where none is needed."""
    if isinstance(remote, IPv4Address):
        return False
    if remote.is_multicast:
        # TCP refuses every multicast address later, with another errno (tcp_v6_connect).
        return protocol != PROTOCOL_TCP and remote.packed[1] & 0x0F in _FF_LINK_LOCAL_SCOPES
    return remote.is_link_local


def _bound_by_zone(output: int, zone_index: int | None) -> int:
    """Give the interface that the zone leads to, or a negative errno."""
    if zone_index == 0:
        return -errno.ENODEV
    if zone_index is not None and output not in (0, zone_index):
        return -errno.EINVAL
    return output or zone_index or -errno.EINVAL


def refusal_after_look_up(protocol: int | None, route_type: str) -> int | None:
    """Give the errno of connect() for a destination that has a way and still can't be connected to."""
    if protocol == PROTOCOL_TCP and route_type in ("broadcast", "multicast"):
        return errno.ENETUNREACH
    if route_type == "broadcast":
        # Passes once SO_BROADCAST is set (__ip4_datagram_connect).
        return errno.EACCES
    return None
