"""ReceiverQuestion: who gets a segment, or a port's new clients; ReceiverFacts: what the running kernel says to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.model.endpoint import Endpoint
from monitor.model.segment import Arrival, Segment
from monitor.model.tracking import Tracking


@dataclass(frozen=True, slots=True)
class ReceiverQuestion:
    """Who gets a segment; without a source who gets new clients."""

    protocol: int
    """IPPROTO_TCP (6) or IPPROTO_UDP (17)."""
    destination: Endpoint | int
    """Without a source also a port of every local address; a wildcard stands for the addresses of its family."""
    source: Endpoint | None = None
    device: int | None = None
    """Index of the interface by which it comes in; None where nobody said."""

    @property
    def segment(self) -> Segment | None:
        """What arrives; None where it is asked about every local address."""
        destination = self.destination
        if not isinstance(destination, Endpoint) or destination.is_wildcard:
            return None
        return Segment(self.protocol, destination.on_the_wire, self.source, self.device)


@dataclass(frozen=True, slots=True)
class FoundSocket:
    """A socket, or an entry that the kernel keeps without one, as the look-up names it."""

    cookie: int
    inode: int
    """0 where no process has it."""
    uid: int
    state: int
    """The kernel's number, see TcpState."""
    device: int
    """Interface index that it is bound to; 0 for none."""
    local: Endpoint
    remote: Endpoint


@dataclass(frozen=True, slots=True)
class LookUp:
    """The answer of the kernel's own receive look-up, which runs without a packet and on the asking processor."""

    found: FoundSocket | None
    """None for nobody."""
    elsewhere: tuple[int, ...] = ()
    """Cookies of those that other clients would get: the same question from other ports and on other processors."""

    @property
    def is_steady(self) -> bool:
        """Whether every other client gets the same socket; False also where nobody else was tried."""
        return self.found is not None and set(self.elsewhere) == {self.found.cookie}


class Membership(StrEnum):
    """Whether a socket takes what is sent to a multicast group that this host has joined."""

    TAKES = "takes"
    REFUSES = "refuses"
    """It has not joined and wants no foreign groups (IP_MULTICAST_ALL off), or it filters this source."""
    IF_JOINED = "if-joined"
    """It wants no foreign groups, and whether it has joined this one is not visible."""


@dataclass(frozen=True, slots=True)
class ReceiverFacts:
    """All that was asked about one segment."""

    segment: Segment
    """As it comes to the look-up of sockets: where the packet filter translates it, what it makes of it."""
    arrival: Arrival
    look_up: LookUp | None
    """None where the kernel was not asked, see `silence`."""
    silence: str = ""
    """Why it was not asked, in words; empty where it was, or where there is nothing to ask."""
    memberships: Mapping[int, Membership] = field(default_factory=dict)
    """By cookie, for the sockets on the port of a multicast datagram; what is missing takes it by default."""
    tracking: Tracking | None = None
    """What the packet filter's table has of the segment that was asked about; None without a source."""
    untranslated: Segment | None = None
    """The segment that was asked about, where the packet filter makes another one of it."""
