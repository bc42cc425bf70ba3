"""The routes that refuse a destination, out of tables that may hold a hundred thousand of them (block lists do)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from socket import AF_INET, AF_INET6

from monitor.kernel.route_types import ROUTE_TYPES
from monitor.kernel.rtnetlink_list import RtnetlinkList, attributes, number, unpack
from monitor.kernel.rtnetlink_numbers import RTA_DST, RTA_TABLE, RTM_GETROUTE, RTM_NEWROUTE, RTMSG
from monitor.model.endpoint import Address


@dataclass(frozen=True, slots=True)
class RefusingRoute:
    """A route that leads nowhere."""

    type: str
    """blackhole, unreachable or prohibit."""
    destination: IPv4Network | IPv6Network
    table: int

    @property
    def prefix(self) -> str:
        """The destination as `ip route` writes it, with its length."""
        return str(self.destination) if self.destination.prefixlen else "default"


def refusing_routes(kernel: RtnetlinkList, route_type: int, remote: Address) -> tuple[RefusingRoute, ...]:
    """List the routes of one type of all tables that cover a destination.

    Args:
        kernel: a strict one, so that only such routes are sent; before Linux 4.20 all are.
        route_type: RTN_BLACKHOLE, RTN_UNREACHABLE or RTN_PROHIBIT (include/uapi/linux/rtnetlink.h).
        remote: the destination.

    Raises:
        KernelError: the kernel refused.
        WireError: its answer breaks its contract.
    """
    family = AF_INET if remote.version == 4 else AF_INET6  # noqa: PLR2004 - the IP version
    request = RTMSG.pack(family, 0, 0, 0, 0, 0, 0, route_type, 0)
    bodies = kernel.read(RTM_GETROUTE, request, "list routes", RTM_NEWROUTE)
    return tuple(_covering(bodies, route_type, remote))


def _covering(bodies: list[bytes], route_type: int, remote: Address) -> Iterator[RefusingRoute]:
    for body in bodies:
        _, length, _, _, short_table, _, _, found_type, _ = unpack(RTMSG, body)
        # A route that covers the destination holds the whole bytes of it: this saves most from a closer look.
        if found_type != route_type or remote.packed[: length // 8] not in body:
            continue
        values = attributes(body, RTMSG.size)
        destination = _network(values.get(RTA_DST, bytes(len(remote.packed))), length)
        if destination is not None and remote in destination:
            table = number(values.get(RTA_TABLE), otherwise=short_table)
            yield RefusingRoute(ROUTE_TYPES[route_type], destination, table)


def _network(packed: bytes, length: int) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network((packed, length), strict=False)
    except ValueError:
        return None
