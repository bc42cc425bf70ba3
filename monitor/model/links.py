"""Interfaces by what people type, and as the zones of endpoints."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.errors import InputError
from monitor.model.endpoint import Address, Endpoint, needs_zone, shown
from monitor.model.route import Link


def zone_name(link: Link) -> str:
    """Give an interface's name as an endpoint's zone carries it: bytes that are not UTF-8 as surrogates."""
    return link.name.decode("utf-8", "surrogateescape")


def endpoint_on(link: Link, address: Address, port: int) -> Endpoint:
    """Make the endpoint of an address that an interface owns: a link-local one carries its zone."""
    return Endpoint(address, port, zone_name(link) if needs_zone(address) else None)


def find_link(typed: str, links: Iterable[Link]) -> Link | None:
    """Find an interface by its name or, as getaddrinfo() does with a zone, by its number; None where there is none."""
    by_number: Link | None = None
    wanted = typed.encode("utf-8", "surrogateescape")
    for link in links:
        if link.name == wanted:
            return link
        if str(link.index) == typed:
            by_number = link
    return by_number


def link_named(typed: str, links: Iterable[Link]) -> Link:
    """Find an interface by its name or number.

    Raises:
        InputError: there is none.
    """
    link = find_link(typed, links)
    if link is None:
        raise InputError(f'no interface is named "{shown(typed)}"')
    return link
