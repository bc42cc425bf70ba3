"""Finding: something that is wrong, or worth knowing, with since when, whose side and how sure.

What it is about (`subject`) is an identity: as long as that and the kind stay, it is the same finding. The numbers of
each kind stand in finding_numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from monitor.model.endpoint import Endpoint, address_from_words
from monitor.model.finding_numbers import FindingNumbers
from monitor.model.socket_table import U64, SocketTable


class FindingKind(StrEnum):
    """What is seen, those that hurt soonest first: the order in which findings stand."""

    ACCEPT_QUEUE = "accept-queue"
    """New clients of a listener are dropped, or soon will be."""
    DESCRIPTORS = "descriptors"
    """A process has nearly all of the descriptors open that it may."""
    EPHEMERAL_PORTS = "ephemeral-ports"
    """connect() to one endpoint is about to find no local port."""
    CONNTRACK = "conntrack"
    """The packet filter's table of connections is nearly full."""
    CLOSE_WAIT = "close-wait"
    """A program leaves sockets open that their peers have closed."""
    SYN_UNANSWERED = "syn-unanswered"
    """Nothing comes back to connect(): filtered or dead, which is not the same as refused."""
    UNACKNOWLEDGED = "unacknowledged"
    """Data or keepalive probes get no answer: the peer, or the way to it, is gone."""
    RETRANSMITS = "retransmits"
    """Much of what is sent now has to be sent again."""
    UNREAD = "unread"
    """Data waits that the own program does not read."""
    SHUT_WINDOW = "shut-window"
    """Data waits that the peer's program does not read."""
    UDP_DROPS = "udp-drops"
    """Datagrams are thrown away since their socket's buffer is full."""
    NO_WAY = "no-way"
    """Open connections have no route any more, or no address."""
    ELSEWHERE = "elsewhere"
    """Open connections would leave by another interface or address today."""
    NO_KEEPALIVE = "no-keepalive"
    """Connections are idle for long, and nothing would tell that their peer has gone."""
    UNEVEN_WORKERS = "uneven-workers"
    """One of the processes that share an endpoint has most of its connections."""
    INHERITED_LISTENER = "inherited-listener"
    """Another program than the one that listens holds the listening socket too."""
    TWO_PROGRAMS = "two-programs"
    """Which of two programs answers on a port depends on the address that the client uses."""
    REFUSED = "refused"
    """connect() to one endpoint is refused again and again."""
    SHORT_CONNECTIONS = "short-connections"
    """Connections to one endpoint are opened and closed many times a second."""
    LISTENS_EVERYWHERE = "listens-everywhere"
    """A service can be reached at every address of the host."""


class Grade(StrEnum):
    """How much it matters."""

    TROUBLE = "trouble"
    """Something fails, now or soon."""
    NOTE = "note"
    """Often on purpose."""


class Side(StrEnum):
    """Whose it is to mend."""

    PROGRAM = "program"
    """A program of this host."""
    PEER = "peer"
    PATH = "path"
    """What lies between the two hosts."""
    PEER_OR_PATH = "peer-or-path"
    """Nothing that can be seen from here tells which."""
    HOST = "host"
    """A setting of this host."""


class Certainty(StrEnum):
    """How sure it is that the numbers mean this."""

    CERTAIN = "certain"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True)
class ServiceSubject:
    """An endpoint at which sockets wait; the fields are the columns of SocketTable."""

    protocol: int
    family: int
    v6only: int
    local_high: int
    local_low: int
    local_port: int
    device: int

    @classmethod
    def of(cls, table: SocketTable, row: int) -> ServiceSubject:
        """Name the service of a waiting socket."""
        return cls(*(int(getattr(table, name)[row]) for name in cls.__slots__))

    @property
    def endpoint(self) -> Endpoint:
        """The local endpoint, without a zone."""
        return Endpoint(address_from_words(self.local_high, self.local_low, self.family), self.local_port)


@dataclass(frozen=True, slots=True)
class ProcessSubject:
    """A process."""

    pid: int
    start_time: int
    """Clock ticks after boot."""


@dataclass(frozen=True, slots=True)
class UserSubject:
    """All sockets of a user whose processes are not known."""

    uid: int


Holder = ProcessSubject | UserSubject
"""Who has a socket, as far as that is known."""


@dataclass(frozen=True, slots=True)
class PeerSubject:
    """A remote endpoint, or all of a remote address where the port is 0."""

    protocol: int
    remote: Endpoint
    """As packets carry it, without a zone."""
    holder: Holder | None = None
    """Whose connections to it; None for everybody's."""
    source: Endpoint | None = None
    """From which local address, port 0; None for from any."""


@dataclass(frozen=True, slots=True)
class LinkSubject:
    """An interface, or a change from one to another."""

    link: int
    """Index; 0 for none, -1 where it is not known."""
    now: int = 0
    """Of that by which packets leave today, where it is another one."""


@dataclass(frozen=True, slots=True)
class SocketSubject:
    """One socket."""

    cookie: int


@dataclass(frozen=True, slots=True)
class HostSubject:
    """The network namespace as a whole."""


Subject = ServiceSubject | ProcessSubject | UserSubject | PeerSubject | LinkSubject | SocketSubject | HostSubject


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is seen."""

    kind: FindingKind
    grade: Grade
    subject: Subject
    since: float | None
    """CLOCK_BOOTTIME of the first sample in which it was so; None where it was so in the very first one."""
    side: Side
    certainty: Certainty
    numbers: FindingNumbers
    """What was measured, with the limit beside it."""
    cookies: U64 = field(default_factory=lambda: np.zeros(0, np.uint64), compare=False)
    """The sockets that it is about."""
    is_acknowledged: bool = field(default=False, compare=False)
    """Whether the user has said that it is known."""
    namespace: int = 0
    """Inode of the network namespace in which it is, where several are looked into; 0 where it is the only one."""

    @property
    def calls(self) -> bool:
        """Whether it asks for attention: trouble that is not acknowledged. Its rows are marked, and it is counted."""
        return self.grade is Grade.TROUBLE and not self.is_acknowledged


_ORDER = {kind: place for place, kind in enumerate(FindingKind)}


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put trouble first, then by kind."""
    return tuple(sorted(findings, key=lambda one: (one.grade is Grade.NOTE, _ORDER[one.kind])))
