"""What if this address, interface or route goes: which connections would die, and which would take another way.

A connection dies with its local address. Without its interface or its route it takes another way where another
interface can reach its peer, keeping its address; whether the peer's network lets that pass is not visible. IPv4
addresses of an interface that only goes down stay this host's own; IPv6 ones go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Address, IPv6Network

import numpy as np

from monitor.model.egress import NOT_KNOWN
from monitor.model.endpoint import Address
from monitor.model.sample import Interval
from monitor.model.socket_table import Bools, Rows
from monitor.reasoning.address_ranges import is_in, is_same
from monitor.reasoning.sharing import is_open


class Going(StrEnum):
    """How an interface goes."""

    DOWN = "down"
    """`ip link set … down`, or its driver does it."""
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class AddressGoes:
    """`ip addr del`."""

    address: Address


@dataclass(frozen=True, slots=True)
class InterfaceGoes:
    """The interface with its addresses and routes."""

    link: int
    """Interface index."""
    how: Going = Going.DOWN


@dataclass(frozen=True, slots=True)
class RouteGoes:
    """`ip route del`. What a more exact route covers by the same interface is counted as well: it is not known here."""

    destination: IPv4Network | IPv6Network
    link: int
    """Index of its leaving interface."""


Change = AddressGoes | InterfaceGoes | RouteGoes


@dataclass(frozen=True, slots=True, eq=False)
class Affected:
    """Rows of the interval's table; what is named nowhere goes on as it is."""

    dying: Rows
    """Connections whose local address or device goes: nothing of theirs arrives or leaves any more."""
    rerouted: Rows
    """Connections whose way goes: another is taken if there is one, else they hang until they time out."""
    unreachable: Rows
    """Sockets that wait at an address or on a device that goes."""
    unknown: Rows
    """Connections of which nobody knows by which interface they leave."""


def what_if_gone(interval: Interval, change: Change) -> Affected:
    """Say who is affected."""
    table = interval.table
    stands = is_open(interval)
    is_pair = table.is_pair & stands
    loses_place = _loses_place(interval, change) & stands
    leaving = _leaving(interval)
    loses_way = np.zeros(len(table), np.bool_)
    is_unknown = loses_way
    if not isinstance(change, AddressGoes):
        loses_way = is_pair & ~loses_place & (leaving == change.link)
        is_unknown = is_pair & ~loses_place & (leaving == NOT_KNOWN)
    if isinstance(change, RouteGoes):
        is_covered = is_in(change.destination, table.remote_high, table.remote_low)
        loses_way, is_unknown = loses_way & is_covered, is_unknown & is_covered
    return Affected(
        dying=np.flatnonzero(is_pair & loses_place),
        rerouted=np.flatnonzero(loses_way),
        unreachable=np.flatnonzero(loses_place & ~table.is_pair),
        unknown=np.flatnonzero(is_unknown),
    )


def _leaving(interval: Interval) -> Rows:
    """Give the interface by which each row leaves: as the kernel says, else the owner of its address."""
    if interval.egress is None:
        return interval.interface.astype(np.intp)
    return np.where(interval.egress.leaving != NOT_KNOWN, interval.egress.leaving, interval.interface).astype(np.intp)


def _loses_place(interval: Interval, change: Change) -> Bools:
    table = interval.table
    if isinstance(change, RouteGoes):
        return np.zeros(len(table), np.bool_)
    if isinstance(change, AddressGoes):
        return _has_local(interval, [change.address])
    network = interval.sample.network
    is_loopback = any(link.index == change.link and link.is_loopback for link in network.links)
    elsewhere = {owned.address for owned in network.addresses if owned.link != change.link}
    going = [
        owned.address
        for owned in network.addresses
        if owned.link == change.link
        and owned.address not in elsewhere
        and (change.how is Going.REMOVED or isinstance(owned.address, IPv6Address))
    ]
    # What stays on this host passes lo, whichever interface owns its addresses.
    passes_loopback = _leaving(interval) == change.link if is_loopback else np.zeros(len(table), np.bool_)
    loses: Bools = _has_local(interval, going) | (table.device == change.link) | passes_loopback
    return loses


def _has_local(interval: Interval, addresses: Sequence[Address]) -> Bools:
    table = interval.table
    found = np.zeros(len(table), np.bool_)
    for address in addresses:
        found |= is_same(address, table.local_high, table.local_low)
    return found
