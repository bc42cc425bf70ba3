"""Numbers of protocols and routing tables as the names that ip(8) gives them."""

from __future__ import annotations

_PROTOCOLS = {None: "ip", 1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp"}
_TABLES = {253: "default", 254: "main", 255: "local"}


def protocol_name(number: int | None) -> str:
    """Name an IP protocol; "ip" where the question leaves it open."""
    return _PROTOCOLS.get(number, f"protocol {number}")


def table_name(number: int | None) -> str:
    """Name a routing table; "–" where it is not known."""
    return "–" if number is None else _TABLES.get(number, str(number))
