"""pyroute2's rtnetlink messages as model values; nothing here asks the kernel.

A message that lacks what every kernel sends raises KeyError, TypeError or ValueError; monitor.kernel.rtnetlink turns
all of them into KernelError.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from pyroute2.netlink.rtnl.rtmsg import rtmsg

from monitor.kernel.network_flags import address_with, link_with
from monitor.kernel.route_types import REFUSALS, ROUTE_TYPES
from monitor.kernel.rtnetlink_numbers import (
    RTNH_F_DEAD,
)
from monitor.model.endpoint import Address
from monitor.model.route import InterfaceAddress, Link, Neighbour

Message = Mapping[str, Any]
"""A decoded message: header fields by their C names, attributes by names such as RTA_OIF."""

NEIGHBOUR_STATES = {
    0x00: "none",
    0x01: "incomplete",
    0x02: "reachable",
    0x04: "stale",
    0x08: "delay",
    0x10: "probe",
    0x20: "failed",
    0x40: "noarp",
    0x80: "permanent",
}
"""NUD_* of linux/neighbour.h in the words of ip-neighbour(8)."""

_KNOWN_ROUTE_ATTRIBUTES = 24
_MISSING_ROUTE_ATTRIBUTES = (
    ("RTA_PAD", "hex"),
    ("RTA_UID", "uint32"),
    ("RTA_TTL_PROPAGATE", "uint8"),
    ("RTA_IP_PROTO", "uint8"),
    ("RTA_SPORT", "be16"),
    ("RTA_DPORT", "be16"),
    ("RTA_NH_ID", "uint32"),
)


def complete_route_attributes() -> None:
    """Teach pyroute2 the selectors after RTA_EXPIRES; must run before the first route message is made.

    Without it `uid`, `ip_proto`, `sport` and `dport` are accepted and silently left out of the question.
    """
    # A position in the map is the attribute's number (rtattr_type_t), so the list goes exactly after RTA_EXPIRES.
    rtmsg.nla_map = (*rtmsg.nla_map[:_KNOWN_ROUTE_ATTRIBUTES], *_MISSING_ROUTE_ATTRIBUTES)


def name_bytes(name: str | bytes) -> bytes:
    """Give an interface name as the kernel has it; pyroute2 decodes it only where it is valid UTF-8."""
    return name if isinstance(name, bytes) else name.encode("utf-8", "surrogateescape")


def link_of(message: Message) -> Link:
    """Read an RTM_NEWLINK."""
    return link_with(
        message["flags"],
        index=message["index"],
        name=name_bytes(message.get("IFLA_IFNAME") or b""),
        mtu=message.get("IFLA_MTU") or 0,
        master=message.get("IFLA_MASTER") or 0,
    )


def interface_address_of(message: Message) -> InterfaceAddress:
    """Read an RTM_NEWADDR."""
    # On a point-to-point link IFA_ADDRESS is the other end and IFA_LOCAL is ours; IPv6 mostly sends only the former.
    own = message.get("IFA_LOCAL") or message.get("IFA_ADDRESS", "")
    flags = message.get("IFA_FLAGS")
    return address_with(
        message["flags"] if flags is None else flags,
        link=message["index"],
        address=ip_address(own),
        prefix_length=message["prefixlen"],
        scope=message["scope"],
    )


def neighbour_of(message: Message) -> Neighbour:
    """Read an RTM_NEWNEIGH."""
    state = message["state"]
    return Neighbour(
        link=message["ifindex"],
        address=ip_address(message.get("NDA_DST", "")),
        hardware_address=message.get("NDA_LLADDR"),
        state=NEIGHBOUR_STATES.get(state, f"state-{state:#x}"),
    )


@dataclass(frozen=True, slots=True)
class Hop:
    """One next hop."""

    output: int
    """Index of the leaving interface; 0 for none."""
    gateway: Address | None
    """None where the destination is on-link."""


@dataclass(frozen=True, slots=True)
class RouteReply:
    """One RTM_NEWROUTE: an answer to a question, or one route of a table."""

    type: str
    destination: Address | None
    """None stands for the wildcard of the family."""
    prefix_length: int
    table: int | None
    hop: Hop
    preferred_source: Address | None
    metric: int | None
    mtu: int | None
    """RTAX_MTU: set on the route, or learned for the destination; bytes."""
    expires_s: float | None
    """Seconds until the kernel forgets what it learned of this destination; None where nothing expires."""
    hops: tuple[Hop, ...]
    """Every living next hop of a multipath route; empty for others."""

    @property
    def refusal(self) -> int | None:
        """The errno that a route of this type stands for; None where it leads somewhere.

        IPv4 answers with that error at once, IPv6 with the route.
        """
        return REFUSALS.get(self.type)

    @property
    def prefix(self) -> str:
        """The destination as `ip route` writes it, with its length."""
        if self.prefix_length == 0 or self.destination is None:
            return "default"
        return f"{self.destination}/{self.prefix_length}"


def route_reply_of(message: Message) -> RouteReply:
    """Read an RTM_NEWROUTE."""
    number = message["type"]
    metrics = message.get("RTA_METRICS")
    return RouteReply(
        type=ROUTE_TYPES.get(number, f"type-{number}"),
        destination=_address(message.get("RTA_DST")),
        prefix_length=message["dst_len"],
        table=message.get("RTA_TABLE") or message["table"] or None,
        hop=Hop(message.get("RTA_OIF") or 0, _gateway(message)),
        preferred_source=_address(message.get("RTA_PREFSRC")),
        metric=message.get("RTA_PRIORITY"),
        mtu=metrics.get("RTAX_MTU") if metrics else None,
        expires_s=_expiry(message.get("RTA_CACHEINFO")),
        hops=tuple(
            Hop(hop["oif"], _gateway(hop))
            for hop in message.get("RTA_MULTIPATH") or ()
            if not hop["flags"] & RTNH_F_DEAD
        ),
    )


def _expiry(cache_info: Mapping[str, int] | None) -> float | None:
    # rta_expires counts clock ticks as sysconf has them (USER_HZ); 0 stands for never.
    ticks = cache_info["rta_expires"] if cache_info else 0
    return ticks / os.sysconf("SC_CLK_TCK") if ticks > 0 else None


def _gateway(message: Message) -> Address | None:
    gateway = message.get("RTA_GATEWAY")
    if gateway is None:
        # RTA_VIA carries a gateway of the other family: an IPv4 route through an IPv6 router.
        via = message.get("RTA_VIA")
        gateway = via["addr"] if via else None
    return _address(gateway)


def _address(text: str | None) -> Address | None:
    return None if text is None else ip_address(text)
