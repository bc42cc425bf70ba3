"""Why input routing refuses a segment. The kernel's errno tells little, so the reason is derived from its rules."""

from __future__ import annotations

import errno
from ipaddress import IPv4Address, IPv6Address

from monitor.model.endpoint import Address
from monitor.model.segment import Reach

_NOT_OURS = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES})
"""Answers for a destination that is not local where this host forwards nothing, or has no way on."""
_LIMITED_BROADCAST = IPv4Address("255.255.255.255")
_INTERFACE_LOCAL = 1


def ipv6_refusal(source: Address, destination: Address, *, is_loopback: bool) -> Reach | None:
    """Say what packet reception refuses before any route is asked for (ip6_rcv_core); None for nothing, and for IPv4.

    Args:
        source: as the packet carries it.
        destination: likewise.
        is_loopback: whether it comes in by lo.
    """
    if not isinstance(source, IPv6Address) or not isinstance(destination, IPv6Address):
        return None
    if source.is_multicast or (source.is_loopback and not is_loopback):
        return Reach.MARTIAN_SOURCE
    if is_loopback:
        return None
    is_kept_inside = destination.is_multicast and destination.packed[1] & 0x0F <= _INTERFACE_LOCAL
    return Reach.MARTIAN_DESTINATION if destination.is_loopback or is_kept_inside else None


def refusal_reach(number: int, source: Address, destination: Address, *, is_own: bool, back: bool) -> Reach:
    """Say what stands behind an errno of input routing (ip_route_input_slow, fib_validate_source).

    Args:
        number: the errno.
        source: as the packet carries it.
        destination: likewise.
        is_own: whether the source is an address of this host.
        back: whether an answer would leave by the interface that it comes in by.
    """
    if number in _NOT_OURS:
        return Reach.NOT_OURS
    if destination.is_loopback:
        return Reach.MARTIAN_DESTINATION
    if is_own or source.is_multicast or source.is_loopback or source.is_unspecified or source == _LIMITED_BROADCAST:
        return Reach.MARTIAN_SOURCE
    if destination.is_multicast:
        return Reach.NOT_JOINED
    # Newer kernels have an errno of its own for it.
    if number == errno.EXDEV:
        return Reach.REVERSE_PATH
    return Reach.REFUSED if back else Reach.REVERSE_PATH
