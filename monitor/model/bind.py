"""BindAttempt: what a program asks of bind() and listen(); BindDecision: what the kernel would say, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.endpoint import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class BindAttempt:
    """A new socket that is given options and then bound; a TCP one is to listen."""

    endpoint: Endpoint
    """Its address's family is the socket's; port 0 has the kernel choose one."""
    protocol: int
    """IPPROTO_TCP (6) or IPPROTO_UDP (17)."""
    uid: int
    """Effective user at socket()."""
    device: int = 0
    """Index of the interface that SO_BINDTODEVICE names; 0 for none."""
    zone: int = 0
    """Index of the interface that the endpoint's zone names; 0 for none."""
    reuseaddr: bool = False
    reuseport: bool = False
    v6only: bool | None = None
    """IPV6_V6ONLY; None leaves the namespace's default."""
    freebind: bool = False
    transparent: bool = False
    no_port: bool = False
    """IP_BIND_ADDRESS_NO_PORT: with port 0 none is taken before connect()."""


class Option(StrEnum):
    """What a newcomer can ask for to get further; the value is the kernel's name of it."""

    REUSEADDR = "SO_REUSEADDR"
    REUSEPORT = "SO_REUSEPORT"
    V6ONLY = "IPV6_V6ONLY"
    FREEBIND = "IP_FREEBIND"
    PRIVILEGE = "CAP_NET_BIND_SERVICE"


class Stage(StrEnum):
    """The call that fails."""

    SETSOCKOPT = "setsockopt"
    BIND = "bind"


class Refusal(StrEnum):
    """Why the kernel says no without looking at other sockets, or at none in particular."""

    NOT_LOCAL = "not-local"
    """No address of this host."""
    OTHER_LINK = "other-link"
    """An address of this host, but not of the interface that was named."""
    TENTATIVE = "tentative"
    """The kernel still asks whether somebody else has this IPv6 address, or somebody has it."""
    NO_ZONE = "no-zone"
    """A link-local address without the interface that it belongs to."""
    MULTICAST_TCP = "multicast-tcp"
    """IPv6 has no TCP to a multicast address; to an IPv4 one bind() lets it pass."""
    MAPPED_V6ONLY = "mapped-v6only"
    """An IPv4 address on a socket that is to speak IPv6 only."""
    PRIVILEGED_PORT = "privileged-port"
    V6ONLY_ON_IPV4 = "v6only-on-ipv4"
    """IPV6_V6ONLY was asked of an IPv4 socket, which has no such option."""
    TRANSPARENT_RIGHT = "transparent-right"
    """IP_TRANSPARENT needs CAP_NET_ADMIN or CAP_NET_RAW."""
    IN_USE = "in-use"
    """Other sockets are in the way."""
    RANGE_USED_UP = "range-used-up"
    """Port 0, and none of the range is free."""
    RANGE_RESERVED = "range-reserved"
    """Port 0, and all of the range is reserved."""
    BEYOND_RULES = "beyond-rules"
    """The kernel refused when it was really asked, and nothing that can be read says why."""


class Meeting(StrEnum):
    """How the addresses of two sockets on one port overlap."""

    SAME = "same"
    OURS_IS_WILDCARD = "ours-is-wildcard"
    THEIRS_IS_WILDCARD = "theirs-is-wildcard"
    OURS_IS_DUAL = "ours-is-dual"
    """Ours is :: and speaks IPv4 too; theirs is an IPv4 address."""
    THEIRS_IS_DUAL = "theirs-is-dual"
    IPV6_CONNECTION = "ipv6-connection"
    """Theirs is a side of an IPv6 connection and not v6only: it stops IPv4's wildcard, though no packet meets both."""


class Sharing(StrEnum):
    """What becomes of a conflict where the newcomer sets a sharing option."""

    LIFTS = "lifts"
    LISTENS = "listens"
    """No use: SO_REUSEADDR never passes a listener."""
    NOT_SET = "not-set"
    """No use: the other socket has not set it, and both must."""
    OTHER_USER = "other-user"
    """No use: SO_REUSEPORT is shared among sockets of one user."""
    NOT_VISIBLE = "not-visible"
    """It helps if the other socket has it set, which nobody tells us."""
    AUTOMATIC_PORT = "automatic-port"
    """No use: where the kernel chooses the port it shares none."""


@dataclass(frozen=True, slots=True)
class BindConflict:
    """A socket that alone would already prevent it."""

    row: int
    """In the table that was asked about."""
    meeting: Meeting
    reuseaddr: Sharing
    """What SO_REUSEADDR on the newcomer would do, or does."""
    reuseport: Sharing
    is_certain: bool = True
    """False where it depends on an option of theirs that is not visible."""
    is_kernel_held: bool = False
    """No process has it: TIME-WAIT, or a connection that outlives its program."""


class Certainty(StrEnum):
    """How sure a decision is."""

    CERTAIN = "certain"
    PREDICTED = "predicted"
    """A refusal by the rules, which the kernel may pass over: of each TCP port it remembers who shared it last by
    SO_REUSEPORT, and lets that user in without looking (tb->fastreuseport). No list shows it."""
    NOT_VISIBLE = "not visible"
    """It depends on options of other sockets, or on their order, that cannot be read; the errno is that of the worse
    case. Or on whole sockets and addresses that no list shows; then it is that of what is shown."""
    PROBED = "probed"
    """The kernel itself said so: it was bound for an instant."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """An option that the newcomer does not use."""

    option: Option
    helps: bool
    """Whether it would succeed with it, nothing else changed."""
    is_certain: bool = True
    """False where that depends on what is not visible."""


@dataclass(frozen=True, slots=True)
class PortRange:
    """What port 0 has to choose from."""

    first: int
    last: int
    usable: int
    """Ports of the range that bind() tries: neither reserved nor left over."""
    free: int
    """Of those, ports where nothing is in the way."""


@dataclass(frozen=True, slots=True)
class BindDecision:
    """What would become of an attempt."""

    attempt: BindAttempt
    errno: str | None
    """The name of it; None where the attempt succeeds."""
    stage: Stage | None = None
    refusal: Refusal | None = None
    conflicts: tuple[BindConflict, ...] = ()
    """Those with an inode first; also where a UDP socket may join despite them."""
    shares_with: tuple[int, ...] = ()
    """Rows of the sockets that it meets and that let it pass, where it succeeds."""
    certainty: Certainty = Certainty.CERTAIN
    remedies: tuple[Remedy, ...] = ()
    free_now: tuple[Endpoint, ...] = ()
    """Endpoints of the same port at which the same attempt would succeed."""
    ports: PortRange | None = None
    """For port 0."""
    overruled: str | None = None
    """Where the kernel was asked and said otherwise: what the rules had said, an errno's name or "ok"."""

    @property
    def is_certain(self) -> bool:
        """Whether the kernel would say the same for sure."""
        return self.certainty in (Certainty.CERTAIN, Certainty.PROBED)

    @property
    def is_ok(self) -> bool:
        """Whether bind(), and for TCP listen(), would succeed."""
        return self.errno is None

    @property
    def is_kernel_held(self) -> bool:
        """Whether something in the way belongs to no process."""
        return any(conflict.is_kernel_held for conflict in self.conflicts)
