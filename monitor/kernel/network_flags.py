"""Links and addresses out of their fields: what each flag bit means, however the message was read."""

from __future__ import annotations

from monitor.model.endpoint import Address
from monitor.model.route import InterfaceAddress, Link

IFF_UP = 0x1
IFF_LOOPBACK = 0x8
IFF_POINTOPOINT = 0x10
IFF_NOARP = 0x80
IFF_LOWER_UP = 0x10000
"""Flags of a link (include/uapi/linux/if.h)."""

IFA_F_SECONDARY = 0x01
IFA_F_DEPRECATED = 0x20
IFA_F_TENTATIVE = 0x40
"""Flags of an address (include/uapi/linux/if_addr.h); the first is IFA_F_TEMPORARY to IPv6."""


def link_with(flags: int, *, index: int, name: bytes, mtu: int, master: int) -> Link:
    """Make a link with the IFF_ flags of its message."""
    return Link(
        index=index,
        name=name,
        is_up=bool(flags & IFF_UP),
        # Not IFLA_CARRIER: of a link that is down it may say that there is one (dummy, loopback).
        has_carrier=bool(flags & IFF_LOWER_UP),
        mtu=mtu,
        is_loopback=bool(flags & IFF_LOOPBACK),
        master=master,
        # A tunnel asks for no neighbours either, but has another end.
        holds_addresses_only=flags & (IFF_NOARP | IFF_POINTOPOINT | IFF_LOOPBACK) == IFF_NOARP,
    )


def address_with(flags: int, *, link: int, address: Address, prefix_length: int, scope: int) -> InterfaceAddress:
    """Make an address with the IFA_F_ flags of its message."""
    return InterfaceAddress(
        link=link,
        address=address,
        prefix_length=prefix_length,
        scope=scope,
        is_secondary=bool(flags & IFA_F_SECONDARY),
        is_tentative=bool(flags & IFA_F_TENTATIVE),
        is_deprecated=bool(flags & IFA_F_DEPRECATED),
    )
