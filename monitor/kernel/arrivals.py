"""Arrivals: whether a segment comes to this host's sockets, and by which interface, as input routing has it.

Sent by this host itself a segment counts as received by the interface that owns its destination, although it passes
lo. From outside RTM_GETROUTE with an input interface runs the real input routing, rp_filter included; what the packet
reception of IPv6 refuses before any route is asked for stands here (ip6_rcv_core).
"""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address

from monitor.kernel.arrival_refusals import ipv6_refusal, refusal_reach
from monitor.kernel.joined_groups import has_joined_ipv6
from monitor.kernel.route_messages import Message, route_reply_of
from monitor.kernel.rtnetlink_socket import RTM_F_FIB_MATCH, RTM_F_LOOKUP_TABLE, RtnetlinkSocket
from monitor.model.endpoint import Address, Endpoint
from monitor.model.route import InterfaceAddress, Link
from monitor.model.sample import Network
from monitor.model.segment import Arrival, Origin, Reach, Segment

_ASK = "ask whether a segment is for this host"
_RTCF_LOCAL = 0x8000_0000
"""Flag of an answer: a copy stays on this host (include/uapi/linux/in_route.h)."""
_REACHES = {
    "local": Reach.LOCAL,
    "anycast": Reach.LOCAL,
    "broadcast": Reach.BROADCAST,
    "multicast": Reach.MULTICAST,
}


class ArrivalReader:
    """Asks in the network namespace in which it was opened; for one thread at a time."""

    def __init__(self) -> None:
        self._kernel = RtnetlinkSocket()

    def read(self, segment: Segment, network: Network) -> Arrival:
        """Find out how a segment comes in.

        Raises:
            KernelError: the kernel could not be asked.
        """
        links = {link.index: link for link in network.links}
        return _Arrivals(self._kernel, links, network.addresses).of(segment)

    def close(self) -> None:
        """Close the socket; may be called twice."""
        self._kernel.close()


@dataclass(frozen=True, slots=True)
class _Arrivals:
    kernel: RtnetlinkSocket
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
        name = end.zone.encode("utf-8", "surrogateescape")
        return next((link.index for link in self.links.values() if link.name == name), 0)

    def _from_anybody(self, segment: Segment, device: int | None) -> Arrival:
        reply = self._ask(segment.destination.address, oif=device if _is_bound_to_link(segment) else 0)
        reach = _REACHES.get(reply.type, Reach.NOT_OURS) if isinstance(reply, _Reply) else Reach.NOT_OURS
        if reach is not Reach.LOCAL:
            found = 0 if isinstance(reply, int) else reply.output
            return Arrival(reach, device or found, Origin.NAMED if device else Origin.OWNER)
        owner = self._owner(segment.destination.address, device)
        return Arrival(reach, device or owner, Origin.NAMED if device else Origin.OWNER, owner)

    def _sent_here(self, segment: Segment, source: Endpoint, zone: int) -> Arrival:
        destination = segment.destination.address
        reply = self._ask(destination, source.address, oif=zone, **_selectors(segment))
        if isinstance(reply, int):
            return Arrival(Reach.LEAVES, 0, Origin.HERE, errno=errno.errorcode.get(reply, str(reply)))
        reach = _REACHES.get(reply.type, Reach.LEAVES)
        if reach is Reach.LOCAL:
            owner = self._owner(destination, zone or None)
            return Arrival(reach, owner, Origin.HERE, owner)
        if reach is Reach.MULTICAST and not self._keeps_copy(reply, destination):
            reach = Reach.NOT_JOINED
        return Arrival(reach, reply.output, Origin.HERE)

    def _from_wire(self, segment: Segment, source: Endpoint, device: int, origin: Origin) -> Arrival:
        destination, link = segment.destination.address, self.links.get(device)
        if link is not None and not link.is_up:
            return Arrival(Reach.DEVICE_DOWN, device, origin)
        is_loopback = link is not None and link.is_loopback
        refusal = ipv6_refusal(source.address, destination, is_loopback=is_loopback)
        if refusal is not None:
            return Arrival(refusal, device, origin)
        reply = self._ask(destination, source.address, iif=device, **_selectors(segment))
        if isinstance(reply, int):
            is_own = self._is_own(source.address, 0)
            reach = refusal_reach(reply, source.address, destination, is_own=is_own, back=self._back(source, device))
            return Arrival(reach, device, origin, errno=errno.errorcode.get(reply, str(reply)))
        reach = _REACHES.get(reply.type, Reach.FORWARDED if reply.type == "unicast" else Reach.NOT_OURS)
        # IPv4's input routing has asked already, IPv6's does not.
        if reach is Reach.MULTICAST and isinstance(destination, IPv6Address):
            reach = reach if has_joined_ipv6(destination, device) else Reach.NOT_JOINED
        return Arrival(reach, device, origin, self._owner(destination, None) if reach is Reach.LOCAL else 0)

    def _assumed(self, segment: Segment) -> tuple[int, Origin]:
        """Assume an interface for a segment from outside: where an answer would leave, else the destination's own."""
        assert segment.source is not None
        reply = self._ask(segment.source.address)
        if isinstance(reply, _Reply) and reply.output:
            return reply.output, Origin.WAY_BACK
        owner = self._owner(segment.destination.address, None)
        return owner, Origin.OWNER if owner else Origin.UNKNOWN

    def _back(self, source: Endpoint, device: int) -> bool:
        """Whether an answer to the source would leave by that interface."""
        reply = self._ask(source.address)
        return isinstance(reply, _Reply) and reply.output == device

    def _is_own(self, address: Address, zone: int) -> bool:
        if any(entry.address == address and zone in (0, entry.link) for entry in self.addresses):
            return True
        # All of 127/8 and the addresses of AnyIP routes are ours without being listed.
        reply = self._ask(address, oif=zone)
        return isinstance(reply, _Reply) and reply.type == "local"

    def _owner(self, address: Address, device: int | None) -> int:
        reply = self._ask(address, oif=device if device and _is_link_local(address) else 0, flags=RTM_F_FIB_MATCH)
        if isinstance(reply, _Reply) and reply.type in ("local", "anycast"):
            return reply.output
        return next((entry.link for entry in self.addresses if entry.address == address), 0)

    def _keeps_copy(self, reply: _Reply, group: Address) -> bool:
        if isinstance(group, IPv6Address):
            return has_joined_ipv6(group, reply.output)
        return bool(reply.flags & _RTCF_LOCAL)

    def _ask(
        self, destination: Address, source: Address | None = None, *, flags: int = 0, **selectors: int | None
    ) -> _Reply | int:
        """Ask for a route; a selector that is 0 or None is left open."""
        given: dict[str, str | int] = {name: value for name, value in selectors.items() if value}
        if source is not None and not source.is_unspecified:
            given["src"] = str(source)
        given |= {"dst": str(destination), "flags": flags | RTM_F_LOOKUP_TABLE}
        return self.kernel.get(_ASK, "route", _reply_of, **given)


def _selectors(segment: Segment) -> dict[str, int]:
    """Give what rules may mind beside addresses and interfaces, under pyroute2's names."""
    source_port = segment.source.port if segment.source else 0
    return {"ip_proto": segment.protocol, "sport": source_port, "dport": segment.destination.port}


@dataclass(frozen=True, slots=True)
class _Reply:
    type: str
    output: int
    flags: int


def _reply_of(message: Message) -> _Reply:
    reply = route_reply_of(message)
    return _Reply(reply.type, reply.hop.output, message["flags"])


def _is_bound_to_link(segment: Segment) -> bool:
    address = segment.destination.address
    return isinstance(address, IPv6Address) and (address.is_link_local or address.is_multicast)


def _is_link_local(address: Address) -> bool:
    return isinstance(address, IPv6Address) and address.is_link_local
