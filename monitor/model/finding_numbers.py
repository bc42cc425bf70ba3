"""What was measured for each kind of finding, with the limit beside it. None is not known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptQueueNumbers:
    """The fullest accept queue of a service."""

    queued: int
    limit: int
    """The backlog in force: what listen() was given, cut to somaxconn. The queue holds one more."""
    somaxconn: int | None
    sockets: int
    """Listening sockets at the endpoint, a queue each."""
    full_sockets: int
    """Of those, the ones that take no more."""
    is_only_full: bool
    """Whether no other queue of the host is full: then what overflows is this one."""
    overflows: int | None
    """Handshakes dropped by full queues of the whole host (ListenOverflows) in the last `over_s`."""
    drops: int | None
    """Packets dropped by these sockets themselves in the last `over_s`."""
    over_s: float | None
    """Seconds between the samples that were compared."""
    has_resets: bool = False
    """Whether a handshake that ends at a full queue is answered with a reset (tcp_abort_on_overflow): then those
    clients are refused, and only those whose SYN comes meanwhile hang."""

    @property
    def is_dropping(self) -> bool:
        """Whether the kernel drops new clients now or did between two samples, and not only soon."""
        return self.full_sockets > 0 or bool(self.drops)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseWaitNumbers:
    """The sockets in CLOSE-WAIT that one program holds."""

    sockets: int
    quiet: int
    """Of those, the ones on which nothing passed for a while."""
    oldest_idle_s: float | None
    """Longest time without data on one of them."""
    unread_ends: int
    """Of those, the ones where the program has not even read that the peer closed."""
    remotes: int
    """Number of different remote endpoints."""
    per_minute: float | None
    """By how much they grow; None where they were not watched for long enough."""
    watched_s: float
    """How long they were watched."""
    descriptors: int | None
    """Open descriptors of the process."""
    descriptor_limit: int | None

    @property
    def seconds_left(self) -> float | None:
        """Until no descriptor is left, at this pace; None where that is not known, or it does not grow."""
        if self.descriptors is None or self.descriptor_limit is None or not self.per_minute or self.per_minute <= 0:
            return None
        return max(0, self.descriptor_limit - self.descriptors) / self.per_minute * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectingNumbers:
    """Attempts to connect to which nothing came back."""

    waiting: int
    """Sockets in SYN-SENT that have repeated their SYN."""
    attempts: int
    """Those, and such that were given up in the last `over_s`."""
    remotes: int
    """Number of different remote endpoints."""
    most_tries: int
    """SYNs that one of them has sent again."""
    over_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceNumbers:
    """Open connections whose peer no longer answers."""

    connections: int
    remotes: int
    """Number of different remote addresses."""
    with_data: int
    """Connections on which data waits for its acknowledgement; on the others only keepalive probes do."""
    unacknowledged_bytes: int
    most_tries: int
    """Times in a row that one of them has tried."""
    idle_s: float
    """Longest time since one of them received data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleNumbers:
    """Connections that are idle, without keepalive."""

    connections: int
    remotes: int
    """Number of different remote addresses."""
    oldest_idle_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StalledNumbers:
    """Connections on which data waits for a reader."""

    connections: int
    remotes: int
    """Number of different remote addresses."""
    waiting_bytes: int
    """What was not read here, or could not be sent there."""
    longest_s: float
    """For how long nothing of one of them was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PortNumbers:
    """Local ports in use between one source address and one remote endpoint."""

    used: int
    usable: int
    """Ports that connect() may choose: of the range, without those that are reserved or held by bind()."""
    first: int
    last: int
    """The range (net.ipv4.ip_local_port_range)."""
    time_wait: int
    """Of `used`, those that only TIME-WAIT holds."""
    has_time_wait: bool
    """Whether TIME-WAIT was read at all; without it there may be more in use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortConnectionNumbers:
    """Connections to one remote endpoint that ended lately."""

    time_wait: int
    """Entries in TIME-WAIT, each of which ended within the last minute."""
    per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DialledNumbers:
    """What became of connections that were dialled to one remote endpoint, by what was seen of it."""

    count: int
    over_s: float
    """In as many of the last seconds."""
    program: bytes | None
    """The name of most of the processes that dialled; untrusted. None where none is known."""
    pid: int | None
    """Of the process that dialled; None where there were several, or none is known."""
    processes: int
    """How many different ones dialled, of those that are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatedConnectionNumbers(DialledNumbers):
    """Short ones that have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedNumbers(DialledNumbers):
    """Attempts that were refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetransmitNumbers:
    """Segments of the last seconds, of all connections that are counted together."""

    sent: int
    """Those sent again included."""
    resent: int
    connections: int
    """On which any was sent again."""
    remotes: int
    """Number of different remote addresses of those."""
    over_s: float
    usual_share: float | None
    """Share of what the same connections had sent before; None where that was nothing."""
    others_sent: int
    """By everybody else on the same interface, meanwhile."""
    others_resent: int

    @property
    def share(self) -> float:
        """Share of the segments that had to be sent again."""
        return self.resent / self.sent if self.sent else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UseNumbers:
    """How much of something is in use, and how much there is."""

    used: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UdpDropNumbers:
    """Datagrams that a UDP socket threw away."""

    drops: int
    """Since it was made."""
    recent: int
    """In the last `over_s`."""
    over_s: float
    waiting_bytes: int
    buffer_bytes: int
    """At which it takes no more."""
    host_drops: int | None
    """Datagrams dropped for a full buffer (RcvbufErrors) by all UDP sockets of the host in the last `over_s`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerNumbers:
    """Connections of an endpoint that several processes serve."""

    connections: int
    workers: int
    most: int
    """Connections of the one that has most."""
    pid: int
    """Which one that is."""
    sockets: int
    """Listening sockets at the endpoint: one that all share, or one each (SO_REUSEPORT)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteNumbers:
    """Open connections that today's routes treat otherwise."""

    connections: int
    remotes: int
    """Number of different remote addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPortNumbers:
    """Programs that meet at one port, or in one listening socket."""

    pids: tuple[int, ...]
    """A process of each program, the one that listens first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachNumbers:
    """Services that every address of the host reaches."""

    services: int
    ports: tuple[int, ...]
    """Ascending; the first few."""
    service: str | None
    """What is known to listen on such a port by default: a database, a debugger; None for any other."""


FindingNumbers = (
    AcceptQueueNumbers
    | CloseWaitNumbers
    | ConnectingNumbers
    | SilenceNumbers
    | IdleNumbers
    | StalledNumbers
    | PortNumbers
    | ShortConnectionNumbers
    | RepeatedConnectionNumbers
    | RefusedNumbers
    | RetransmitNumbers
    | UseNumbers
    | UdpDropNumbers
    | WorkerNumbers
    | RouteNumbers
    | SharedPortNumbers
    | ReachNumbers
)
