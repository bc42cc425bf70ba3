"""Where a listener can be reached: the interfaces and addresses that lead to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from monitor.model.endpoint import Address, Endpoint, unmapped
from monitor.model.links import endpoint_on
from monitor.model.route import InterfaceAddress, Link


@dataclass(frozen=True, slots=True)
class ReachableAt:
    """One endpoint that clients can name to reach a listener."""

    device: bytes
    """Name of the interface; untrusted."""
    endpoint: Endpoint


def reachable_at(
    local: Endpoint,
    *,
    is_v6_only: bool,
    device: int,
    links: Sequence[Link],
    addresses: Sequence[InterfaceAddress],
) -> list[ReachableAt]:
    """List where a listener can be reached, by interface; empty where no interface has its address.

    A wildcard is reached at every address of every interface that is up, or of the one that the socket is bound to.

    Args:
        local: the listener's endpoint.
        is_v6_only: whether an IPv6 socket leaves IPv4 alone.
        device: index of the interface that the socket is bound to; 0 for none.
        links: all interfaces.
        addresses: all addresses.
    """
    by_index = {link.index: link for link in links}
    # ::ffff:0.0.0.0 is bound as IPv4's wildcard.
    wanted = unmapped(local.address)
    found = []
    for entry in addresses:
        link = by_index.get(entry.link)
        if link is None or entry.is_tentative or not _leads_to(entry.address, wanted, is_v6_only=is_v6_only):
            continue
        if _needs_own_link(wanted) and not (link.is_up and device in (0, link.index)):
            continue
        # Weak host model: a bound socket takes packets for another interface's address, if they come by its own.
        by = by_index.get(device, link) if device else link
        found.append(ReachableAt(by.name, endpoint_on(link, entry.address, local.port)))
    if not found and isinstance(wanted, IPv4Address) and wanted.is_loopback:
        # All of 127.0.0.0/8 is local through lo, though only 127.0.0.1 is listed.
        return [ReachableAt(link.name, Endpoint(wanted, local.port)) for link in links if link.is_loopback]
    return found


def _leads_to(address: Address, wanted: Address, *, is_v6_only: bool) -> bool:
    if not wanted.is_unspecified:
        return address == wanted
    return address.version == wanted.version or (isinstance(wanted, IPv6Address) and not is_v6_only)


def _needs_own_link(wanted: Address) -> bool:
    # A link-local address may stand on several links, and belongs to each on its own.
    return wanted.is_unspecified or (isinstance(wanted, IPv6Address) and wanted.is_link_local)
