"""Where else on the same port an attempt could go: the wildcard, and this host's addresses of the same version."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from itertools import islice

from monitor.model.endpoint import Address, Endpoint
from monitor.model.links import zone_name
from monitor.model.sample import Network
from monitor.reasoning.bind_place import needs_zone

MOST = 64
"""Addresses that are looked at: a host with more gets an excerpt."""


def other_endpoints(asked: Endpoint, network: Network) -> Iterator[tuple[Endpoint, int]]:
    """Give other endpoints with the interface index of their zone, or 0; wildcards first, then by address."""
    wildcard: Address = IPv4Address(0) if asked.on_the_wire.address.version == 4 else IPv6Address(0)  # noqa: PLR2004
    names = {link.index: zone_name(link) for link in network.links}
    own = {
        (entry.address, entry.link if needs_zone(entry.address) else 0)
        for entry in network.addresses
        if entry.address.version == wildcard.version
    }
    for address, zone in islice([(wildcard, 0), *sorted(own, key=_order)], MOST):
        endpoint = Endpoint(address, asked.port, names.get(zone, str(zone)) if zone else None)
        if endpoint != asked:
            yield endpoint, zone


def _order(candidate: tuple[Address, int]) -> tuple[bytes, int]:
    return candidate[0].packed, candidate[1]
