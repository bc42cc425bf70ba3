"""Numbers of protocols and routing tables as the names that ip(8) gives them."""

from __future__ import annotations

_PROTOCOLS = {None: "ip", 1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp"}
_TABLES = {253: "default", 254: "main", 255: "local"}
_ORIGINS = {1: "redirect", 2: "kernel", 3: "boot", 4: "static", 9: "ra", 16: "dhcp", 186: "bgp", 188: "ospf"}
"""RTPROT_* of linux/rtnetlink.h, as /etc/iproute2/rt_protos names them."""


def protocol_name(number: int | None) -> str:
    """Name an IP protocol; "ip" where the question leaves it open."""
    return _PROTOCOLS.get(number, f"protocol {number}")


def table_name(number: int | None) -> str:
    """Name a routing table; "–" where it is not known."""
    return "–" if number is None else _TABLES.get(number, str(number))


def origin_name(number: int) -> str:
    """Name who put a route into its table."""
    return _ORIGINS.get(number, f"protocol {number}")
