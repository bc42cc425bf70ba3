"""What the kernel can decide about a socket while it lists: only what is wanted then crosses to this program."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network


class End(Enum):
    """Which endpoint a condition is about; where there is no remote one it is the wildcard and port 0."""

    LOCAL = "local"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class PortBetween:
    """The port of an end is one of a range."""

    end: End
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class AddressWithin:
    """The address of an end is one of a network; an IPv4 one holds the mapped addresses of IPv6 sockets as well."""

    end: End
    network: IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class AllOf:
    """All parts hold."""

    parts: tuple[Condition, ...]
    """One or more."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]
    """One or more."""


@dataclass(frozen=True, slots=True)
class Negated:
    """The part does not hold."""

    part: Condition


Condition = PortBetween | AddressWithin | AllOf | AnyOf | Negated


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which sockets of a protocol are wanted, and perhaps some more."""

    states: int
    """A bit for each TcpState; those that wait for anybody are listed whole beside them."""
    condition: Condition | None
    """None where the kernel can decide nothing else."""


@dataclass(frozen=True, slots=True)
class DumpNarrowing:
    """Of both protocols."""

    tcp: Narrowing
    udp: Narrowing
