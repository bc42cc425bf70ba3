"""Segment: what arrives and asks for a socket; Arrival: how it comes to the look-up, or why it never does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address

from monitor.model.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Segment:
    """A TCP segment or a UDP datagram, as far as the choice of its socket minds it.

    Raises:
        ValueError: source and destination are of different families.
    """

    protocol: int
    """IPPROTO_TCP (6) or IPPROTO_UDP (17)."""
    destination: Endpoint
    """As packets carry it: never a mapped address."""
    source: Endpoint | None
    """As packets carry it; None stands for any client that has no connection yet."""
    device: int | None = None
    """Index of the interface by which it comes in; None where nobody said."""

    def __post_init__(self) -> None:
        source = self.destination if self.source is None else self.source
        if source.address.version != self.destination.address.version:
            raise ValueError("the two endpoints of a segment are of different families")

    @property
    def is_ipv4(self) -> bool:
        """Whether the packet is IPv4."""
        return isinstance(self.destination.address, IPv4Address)


class Reach(StrEnum):
    """Whether a segment comes to the look-up of sockets, and what ends its way where it does not."""

    LOCAL = "local"
    BROADCAST = "broadcast"
    MULTICAST = "multicast"
    NOT_OURS = "not-ours"
    """The destination is no address of this host, which does not forward it."""
    FORWARDED = "forwarded"
    """The destination is no address of this host, which passes it on."""
    LEAVES = "leaves"
    """Sent by this host, to an address that is not its own, or that its routes do not take for its own."""
    MARTIAN_SOURCE = "martian-source"
    """The source can't come in by that interface: one of our own addresses, loopback, multicast or broadcast."""
    MARTIAN_DESTINATION = "martian-destination"
    """A loopback address from another interface than lo."""
    REVERSE_PATH = "reverse-path"
    """The way back to the source leads elsewhere, and rp_filter minds."""
    NOT_JOINED = "not-joined"
    """Nobody on this host has joined that multicast group on that interface."""
    DEVICE_DOWN = "device-down"
    NO_ZONE = "no-zone"
    """A link-local address without the interface that it belongs to."""
    REFUSED = "refused"
    """Input routing refuses it and does not say why."""

    @property
    def is_delivered(self) -> bool:
        """Whether sockets are looked for."""
        return self in (Reach.LOCAL, Reach.BROADCAST, Reach.MULTICAST)

    @property
    def is_to_many(self) -> bool:
        """Whether every socket that fits gets a copy."""
        return self in (Reach.BROADCAST, Reach.MULTICAST)


class Origin(StrEnum):
    """How the interface is known that counts for a segment."""

    NAMED = "named"
    """By the question."""
    HERE = "here"
    """The segment is sent by this host itself: what counts is the interface that owns the destination."""
    WAY_BACK = "way-back"
    """Assumed: the interface by which an answer would leave."""
    OWNER = "owner"
    """Assumed: the interface that owns the destination."""
    UNKNOWN = "unknown"

    @property
    def is_assumed(self) -> bool:
        """Whether it may as well be another interface."""
        return self in (Origin.WAY_BACK, Origin.OWNER, Origin.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What input routing makes of a segment."""

    reach: Reach
    device: int
    """Index of the interface that bound sockets are compared with; 0 for none known."""
    origin: Origin
    owner: int = 0
    """Index of the interface that owns the destination; 0 where none does, or it is a group."""
    errno: str | None = None
    """The kernel's word where input routing refused."""
