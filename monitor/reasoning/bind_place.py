"""Where an attempt would stand: its address, device and family as the kernel keeps them in the new socket."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv6Address

from monitor.model.bind import BindAttempt
from monitor.model.bind_facts import BindFacts
from monitor.model.endpoint import MAPPED_IPV4, Address, address_words
from monitor.model.tcp import PROTOCOL_TCP

_LINK_SCOPE = 2
"""Of a multicast address: the link; 1 is the interface itself (RFC 4291, 2.7)."""


@dataclass(frozen=True, slots=True)
class Place:
    """The new socket as other sockets on its port meet it."""

    family: int
    high: int
    low: int
    v6only: bool
    """Also True of a specific IPv6 address: bind() sets it."""
    device: int
    """Interface index that it is bound to; 0 for none."""
    vrf: int
    """Index of the VRF whose ports it takes; 0 for the default."""

    @classmethod
    def of(cls, attempt: BindAttempt, facts: BindFacts) -> Place:
        """Say where an attempt would stand."""
        address = attempt.endpoint.address
        high, low = address_words(address)
        is_ipv6 = isinstance(address, IPv6Address)
        device = bound_device(attempt)
        return cls(
            family=socket.AF_INET6 if is_ipv6 else socket.AF_INET,
            high=high,
            low=low,
            v6only=is_ipv6 and (is_specific_ipv6(address) or wants_v6only(attempt, facts)),
            device=device,
            vrf=vrf_of(device, facts) if parts_by_vrf(attempt.protocol, facts) else 0,
        )

    @property
    def is_ipv4_address(self) -> bool:
        """Whether its packets are IPv4: a mapped address too."""
        return self.high == 0 and self.low >> 32 == MAPPED_IPV4 >> 32

    @property
    def is_ipv4_wildcard(self) -> bool:
        """Whether it is 0.0.0.0, plain or mapped."""
        return self.high == 0 and self.low == MAPPED_IPV4

    @property
    def is_ipv6_wildcard(self) -> bool:
        """Whether it is ::, which without v6only is IPv4's wildcard too."""
        return self.high == 0 and self.low == 0


def bound_device(attempt: BindAttempt) -> int:
    """Give the interface that the new socket is bound to: a link-local address's zone goes before SO_BINDTODEVICE."""
    return attempt.zone or attempt.device if needs_zone(attempt.endpoint.address) else attempt.device


def needs_zone(address: Address) -> bool:
    """Whether an address means something on one link only (__ipv6_addr_needs_scope_id)."""
    if not is_specific_ipv6(address):
        return False
    if address.is_multicast:
        return 0 < address.packed[1] & 0xF <= _LINK_SCOPE
    return address.is_link_local


def is_specific_ipv6(address: Address) -> bool:
    """Whether it is an IPv6 address that stands neither for an IPv4 one nor for all."""
    return isinstance(address, IPv6Address) and not address.is_unspecified and address.ipv4_mapped is None


def wants_v6only(attempt: BindAttempt, facts: BindFacts) -> bool:
    """Whether the option is on when bind() begins: as asked, or as the namespace has it."""
    return facts.v6only_default if attempt.v6only is None else attempt.v6only


def parts_by_vrf(protocol: int, facts: BindFacts) -> bool:
    """Whether each VRF has ports of its own (inet_sk_bound_l3mdev); UDP's differ by device alone."""
    return protocol == PROTOCOL_TCP and bool(facts.vrf_tables) and not facts.l3mdev_accept


def vrf_of(device: int, facts: BindFacts) -> int:
    """Give the VRF that an interface is or belongs to; 0 for none."""
    if not facts.vrf_tables:
        return 0
    if device in facts.vrf_tables:
        return device
    master = next((link.master for link in facts.network.links if link.index == device), 0)
    return master if master in facts.vrf_tables else 0
