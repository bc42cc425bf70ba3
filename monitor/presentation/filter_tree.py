"""What a filter says, as a tree: conditions on one row, and how they are joined.

Filter
├── Everything                                 no condition
├── And, Or, Not                               of other filters
├── Text                                       a substring of any word of the row
└── StateIs, PortIs, AddressIn, EndpointIs,    one value
    PidIs, ProcessContains, UserIs,
    InterfaceIs, ProtocolIs, DirectionIs,
    LeavesElsewhere
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network

from monitor.model.endpoint import Endpoint


class Side(Enum):
    """Which endpoint of a row a condition is about."""

    EITHER = ""
    LOCAL = "local"
    REMOTE = "remote"
    """Sockets without a remote endpoint do not fulfil it."""


@dataclass(frozen=True, slots=True)
class Everything:
    """Every row."""


@dataclass(frozen=True, slots=True)
class And:
    """Rows that fulfil all parts."""

    parts: tuple[Filter, ...]
    """Two or more, in the order in which they were written."""


@dataclass(frozen=True, slots=True)
class Or:
    """Rows that fulfil at least one part."""

    parts: tuple[Filter, ...]
    """Two or more, in the order in which they were written."""


@dataclass(frozen=True, slots=True)
class Not:
    """Rows of which it is known that they do not fulfil the part."""

    part: Filter


@dataclass(frozen=True, slots=True)
class Text:
    """Rows with these characters in an endpoint, the state, or the name of a process, user or interface."""

    needle: str
    """Not empty; upper and lower case are the same."""


@dataclass(frozen=True, slots=True)
class LeavesElsewhere:
    """Rows that today's routes send another way than theirs, or nowhere."""


@dataclass(frozen=True, slots=True)
class StateIs:
    """Rows in one state."""

    name: str
    """As ss spells it: "CLOSE-WAIT"."""


@dataclass(frozen=True, slots=True)
class PortIs:
    """Rows with the port at an endpoint."""

    port: int
    """1 to 65535."""
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
class ProtocolIs:
    """Rows of one protocol."""

    protocol: int
    """IPPROTO_TCP (6) or IPPROTO_UDP (17)."""


@dataclass(frozen=True, slots=True)
class DirectionIs:
    """Connections that were accepted, or dialled."""

    is_accepted: bool


Filter = (
    Everything
    | And
    | Or
    | Not
    | Text
    | StateIs
    | PortIs
    | AddressIn
    | EndpointIs
    | PidIs
    | ProcessContains
    | UserIs
    | InterfaceIs
    | ProtocolIs
    | DirectionIs
    | LeavesElsewhere
)
