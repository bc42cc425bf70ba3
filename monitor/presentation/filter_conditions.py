"""Conditions on one row: the leaves of a filter."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from monitor.model.endpoint import Endpoint
from monitor.presentation.filter_terms import Name, Number, Reach, Relation, Side


@dataclass(frozen=True, slots=True)
class Text:
    """Rows with these characters in an endpoint, the state, or a name: process, user, interface, unit, container."""

    needle: str
    """Not empty; upper and lower case are the same."""


@dataclass(frozen=True, slots=True)
class StateIs:
    """Rows in one state."""

    name: str
    """As ss spells it: "CLOSE-WAIT"."""


@dataclass(frozen=True, slots=True)
class StateIn:
    """Rows in one of several states."""

    names: frozenset[str]
    """As ss spells them; two or more, and not all."""


@dataclass(frozen=True, slots=True)
class PortIs:
    """Rows with the port at an endpoint."""

    port: int
    """1 to 65535."""
    side: Side = Side.EITHER


@dataclass(frozen=True, slots=True)
class PortIn:
    """Rows with a port of a range at an endpoint."""

    first: int
    """0 to 65535; 0 is also the remote port of sockets without a remote endpoint."""
    last: int
    """No less than the first."""
    side: Side = Side.EITHER


@dataclass(frozen=True, slots=True)
class AddressIn:
    """Rows with an address of the network at an endpoint."""

    network: IPv4Network | IPv6Network
    """A single address is a network of full length. IPv4 also takes the mapped addresses of IPv6 sockets."""
    side: Side = Side.EITHER


@dataclass(frozen=True, slots=True)
class EndpointIs:
    """Rows with the endpoint at a side."""

    endpoint: Endpoint
    """Port 1 to 65535. With a zone the socket must be bound to that interface."""
    side: Side = Side.EITHER


@dataclass(frozen=True, slots=True)
class PidIs:
    """Rows that the process holds, alone or with others."""

    pid: int


@dataclass(frozen=True, slots=True)
class ProcessContains:
    """Rows that a process holds whose name contains these characters."""

    needle: str
    """Not empty; upper and lower case are the same."""


@dataclass(frozen=True, slots=True)
class UserIs:
    """Rows of sockets that the user made."""

    name: str
    """Name or number."""


@dataclass(frozen=True, slots=True)
class InterfaceIs:
    """Rows that belong to the interface."""

    name: str


@dataclass(frozen=True, slots=True)
class DeviceIs:
    """Rows of sockets that are bound to the interface."""

    name: str
    """Name or index."""


@dataclass(frozen=True, slots=True)
class GroupIs:
    """Rows of sockets that were made in a unit, a container or a slice, or in a container of an image."""

    name: Name
    """One of CGROUP, UNIT, CONTAINER, SLICE, IMAGE."""
    value: str
    """As unit_names.names_in() has it."""


@dataclass(frozen=True, slots=True)
class NamespaceIs:
    """Rows of sockets in the network namespace."""

    name: str
    """One of Namespace.words, or its title."""


@dataclass(frozen=True, slots=True)
class NameMatches:
    """Rows with a name that a pattern describes as a whole."""

    name: Name
    pattern: str
    """* is any text, ? any sign, as fnmatch(3) has it; upper and lower case are the same."""


@dataclass(frozen=True, slots=True)
class ProtocolIs:
    """Rows of one protocol."""

    protocol: int
    """IPPROTO_TCP (6) or IPPROTO_UDP (17)."""


@dataclass(frozen=True, slots=True)
class FamilyIs:
    """Rows of sockets of one family; an IPv6 one may carry IPv4 packets."""

    family: int
    """AF_INET (2) or AF_INET6 (10)."""


@dataclass(frozen=True, slots=True)
class DirectionIs:
    """Connections that were accepted, or dialled."""

    is_accepted: bool


@dataclass(frozen=True, slots=True)
class NumberIs:
    """Rows of which a number is known and stands so to the value."""

    number: Number
    relation: Relation
    value: int
    """Not negative; in the number's unit."""


@dataclass(frozen=True, slots=True)
class MarkIs:
    """Rows whose SO_MARK, under the mask, is the value."""

    mark: int
    mask: int = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class ReachIs:
    """Listeners, and UDP sockets without a peer, that can be reached from so far."""

    reach: Reach


@dataclass(frozen=True, slots=True)
class IsAutobound:
    """Rows with a local port that the kernel chooses from, which does not tell whether it did."""


@dataclass(frozen=True, slots=True)
class LeavesElsewhere:
    """Rows that today's routes send another way than theirs, or nowhere."""


@dataclass(frozen=True, slots=True)
class HasTrouble:
    """Rows that a finding which calls is about: those marked "!"."""
