"""Arrivals: whether a segment comes to this host's sockets, and by which interface, as input routing has it.

Sent by this host itself a segment counts as received by the interface that owns its destination, although it passes
lo. From outside RTM_GETROUTE with an input interface runs the real input routing, rp_filter included; what the packet
reception of IPv6 refuses before any route is asked for stands here (ip6_rcv_core).
"""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv6Address
from pathlib import Path

from monitor.kernel.arrival_refusals import ipv6_refusal, refusal_reach
from monitor.kernel.joined_groups import has_joined_ipv6
from monitor.kernel.local_routes import LocalRoutes, RouteAsked, RouteFound
from monitor.kernel.rtnetlink_numbers import RTCF_LOCAL, RTM_F_FIB_MATCH
from monitor.model.endpoint import Address, Endpoint
from monitor.model.links import find_link
from monitor.model.route import InterfaceAddress, Link
from monitor.model.sample import Network
from monitor.model.segment import Arrival, Origin, Reach, Segment

_IPV6_FORWARDING = Path("/proc/sys/net/ipv6/conf/all/forwarding")
_REACHES = {
    "local": Reach.LOCAL,
    "anycast": Reach.LOCAL,
    "broadcast": Reach.BROADCAST,
    "multicast": Reach.MULTICAST,
}


class ArrivalReader:
    """Asks in the network namespace in which it was opened; for one thread at a time."""

    def __init__(self) -> None:
        self._routes = LocalRoutes()

    def read(self, segment: Segment, network: Network) -> Arrival:
        """Find out how a segment comes in.

        Raises:
            KernelError: the kernel could not be asked.
        """
        links = {link.index: link for link in network.links}
        return _Arrivals(self._routes, links, network.addresses).of(segment)

    def close(self) -> None:
        """Close the socket; may be called twice."""
        self._routes.close()


@dataclass(frozen=True, slots=True)
class _Arrivals:
    routes: LocalRoutes
    links: Mapping[int, Link]
    addresses: Sequence[InterfaceAddress]

    def of(self, segment: Segment) -> Arrival:
        device = self._named(segment)
        if device == 0:
            return Arrival(Reach.NO_ZONE, 0, Origin.UNKNOWN)
        if segment.source is None:
            return self._from_anybody(segment, device)
        is_by_wire = device is not None and device in self.links and not self.links[device].is_loopback
        zone = self._zone(segment.source) or self._zone(segment.destination) or 0
        if not (is_by_wire and segment.device is not None) and self._is_own(segment.source.address, zone):
            return self._sent_here(segment, segment.source, zone)
        if device is not None:
            return self._from_wire(segment, segment.source, device, Origin.NAMED)
        return self._from_wire(segment, segment.source, *self._assumed(segment))

    def _named(self, segment: Segment) -> int | None:
        """Give the interface that the question names; None for none, 0 where it names none and has to, or two."""
        zones = [self._zone(end) for end in (segment.destination, segment.source) if end is not None]
        named = {index for index in (segment.device, *zones) if index is not None}
        if len(named) > 1 or 0 in named:
            return 0
        if named:
            return named.pop()
        if not _is_link_local(segment.destination.address):
            return None
        owners = {entry.link for entry in self.addresses if entry.address == segment.destination.address}
        return owners.pop() if len(owners) == 1 else 0

    def _zone(self, end: Endpoint) -> int | None:
        if end.zone is None:
            return None
        link = find_link(end.zone, self.links.values())
        return link.index if link else 0

    def _from_anybody(self, segment: Segment, device: int | None) -> Arrival:
        leaving = (device or 0) if _is_bound_to_link(segment) else 0
        reply = self.routes.ask(RouteAsked(segment.destination.address, leaving=leaving))
        reach = _REACHES.get(reply.type, Reach.NOT_OURS) if isinstance(reply, RouteFound) else Reach.NOT_OURS
        if isinstance(reply, int) or reach is not Reach.LOCAL:
            return self._to_group(segment, device, reply, reach)
        owner = self._owner(segment.destination.address, device)
        return Arrival(reach, device or owner, Origin.NAMED if device else Origin.OWNER, owner)

    def _to_group(self, segment: Segment, device: int | None, reply: RouteFound | int, reach: Reach) -> Arrival:
        found = 0 if isinstance(reply, int) else reply.device
        if isinstance(reply, RouteFound) and reach is Reach.MULTICAST:
            reach = reach if self._keeps_copy(reply, segment.destination.address) else Reach.NOT_JOINED
        return Arrival(reach, device or found, Origin.NAMED if device else Origin.OWNER)

    def _sent_here(self, segment: Segment, source: Endpoint, zone: int) -> Arrival:
        destination = segment.destination.address
        reply = self.routes.ask(replace(_asked(segment), leaving=zone))
        if isinstance(reply, int):
            return Arrival(Reach.LEAVES, 0, Origin.HERE, errno=errno.errorcode.get(reply, str(reply)))
        reach = _REACHES.get(reply.type, Reach.LEAVES)
        if reach is Reach.LOCAL:
            owner = self._owner(destination, zone or None)
            return Arrival(reach, owner, Origin.HERE, owner)
        if reach is Reach.MULTICAST and not self._keeps_copy(reply, destination):
            reach = Reach.NOT_JOINED
        return Arrival(reach, reply.device, Origin.HERE)

    def _from_wire(self, segment: Segment, source: Endpoint, device: int, origin: Origin) -> Arrival:
        destination, link = segment.destination.address, self.links.get(device)
        if link is not None and not link.is_up:
            return Arrival(Reach.DEVICE_DOWN, device, origin)
        is_loopback = link is not None and link.is_loopback
        refusal = ipv6_refusal(source.address, destination, is_loopback=is_loopback)
        if refusal is not None:
            return Arrival(refusal, device, origin)
        if isinstance(destination, IPv6Address) and destination.is_multicast:
            # IPv6's input routing asks for no membership, and RTM_GETROUTE fails on groups (ip6mr_get_route).
            reach = Reach.MULTICAST if has_joined_ipv6(destination, device) else Reach.NOT_JOINED
            return Arrival(reach, device, origin)
        reply = self.routes.ask(replace(_asked(segment), arriving=device))
        if isinstance(reply, int):
            is_own = self._is_own(source.address, 0)
            reach = refusal_reach(reply, source.address, destination, is_own=is_own, back=self._back(source, device))
            return Arrival(reach, device, origin, errno=errno.errorcode.get(reply, str(reply)))
        is_passed_on = reply.type == "unicast" and _forwards(destination)
        reach = _REACHES.get(reply.type, Reach.FORWARDED if is_passed_on else Reach.NOT_OURS)
        return Arrival(reach, device, origin, self._owner(destination, None) if reach is Reach.LOCAL else 0)

    def _assumed(self, segment: Segment) -> tuple[int, Origin]:
        """Assume an interface for a segment from outside: where an answer would leave, else the destination's own."""
        assert segment.source is not None
        reply = self.routes.ask(RouteAsked(segment.source.address))
        if isinstance(reply, RouteFound) and reply.device:
            return reply.device, Origin.WAY_BACK
        owner = self._owner(segment.destination.address, None)
        return owner, Origin.OWNER if owner else Origin.UNKNOWN

    def _back(self, source: Endpoint, device: int) -> bool:
        """Whether an answer to the source would leave by that interface."""
        reply = self.routes.ask(RouteAsked(source.address))
        return isinstance(reply, RouteFound) and reply.device == device

    def _is_own(self, address: Address, zone: int) -> bool:
        if any(entry.address == address and zone in (0, entry.link) for entry in self.addresses):
            return True
        # All of 127/8 and the addresses of AnyIP routes are ours without being listed.
        reply = self.routes.ask(RouteAsked(address, leaving=zone))
        return isinstance(reply, RouteFound) and reply.type == "local"

    def _owner(self, address: Address, device: int | None) -> int:
        leaving = (device or 0) if _is_link_local(address) else 0
        reply = self.routes.ask(RouteAsked(address, leaving=leaving, flags=RTM_F_FIB_MATCH))
        if isinstance(reply, RouteFound) and reply.type in ("local", "anycast"):
            return reply.device
        return next((entry.link for entry in self.addresses if entry.address == address), 0)

    def _keeps_copy(self, reply: RouteFound, group: Address) -> bool:
        if isinstance(group, IPv6Address):
            return has_joined_ipv6(group, reply.device)
        return bool(reply.flags & RTCF_LOCAL)


def _asked(segment: Segment) -> RouteAsked:
    """Ask for a segment's own way, with all that policy rules may mind."""
    source = segment.source
    return RouteAsked(
        segment.destination.address,
        None if source is None else source.address,
        protocol=segment.protocol,
        source_port=0 if source is None else source.port,
        destination_port=segment.destination.port,
    )


def _forwards(destination: Address) -> bool:
    """Whether a host that has a way on to an address takes it: IPv6 asks for the way first (ip6_forward)."""
    if not isinstance(destination, IPv6Address):
        return True
    try:
        return not destination.is_link_local and int(_IPV6_FORWARDING.read_bytes()) != 0
    except (OSError, ValueError):
        return False


def _is_bound_to_link(segment: Segment) -> bool:
    address = segment.destination.address
    return isinstance(address, IPv6Address) and (address.is_link_local or address.is_multicast)


def _is_link_local(address: Address) -> bool:
    return isinstance(address, IPv6Address) and address.is_link_local
