"""Links, addresses, rules, neighbours, and what the kernel answers when asked for a route."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.model.endpoint import Address

RT_TABLE_MAIN, RT_TABLE_LOCAL = 254, 255


@dataclass(frozen=True, slots=True)
class Link:
    """A network interface."""

    index: int
    name: bytes
    """Untrusted: the kernel accepts nearly any byte."""
    is_up: bool
    """Administratively up."""
    has_carrier: bool
    """The driver has a signal (IFF_LOWER_UP); never while the link is down."""
    mtu: int
    is_loopback: bool
    master: int = 0
    """Index of the bridge, bond or VRF that it belongs to; 0 for none."""
    holds_addresses_only: bool = False
    """No peer is behind it: a dummy or a VRF's own interface, on which service addresses are kept as on lo."""


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    """An address that an interface owns."""

    link: int
    """Interface index."""
    address: Address
    prefix_length: int
    scope: int
    """0 global, 200 site, 253 link, 254 host, 255 nowhere."""
    is_secondary: bool = False
    """IPv4: a further address of the same subnet. IPv6: a temporary one."""
    is_tentative: bool = False
    is_deprecated: bool = False


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entry of the neighbour table (ARP, NDP)."""

    link: int
    address: Address
    hardware_address: str | None
    state: str
    """The kernel's word in lower case: reachable, stale, failed, permanent, …"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A routing policy rule, as `ip rule` lists it."""

    family: int
    priority: int
    action: str
    """to_tbl, goto, nop, blackhole, unreachable, prohibit."""
    table: int
    text: str
    """The selectors as `ip rule` writes them: "from all uidrange 1000-1999 lookup 100"."""


@dataclass(frozen=True, slots=True)
class RuleSelectors:
    """What the policy rules look at beyond addresses and interfaces: without it, it need not be asked."""

    ports: bool = True
    protocol: bool = True
    mark: bool = True
    uid: bool = True
    tos: bool = True
    """Also a DSCP, and whatever else this program does not know of a socket."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A question to the routing tables: where would a packet to this remote address go?

    None means that the question leaves it open; the kernel then treats the socket as unbound.
    """

    remote: Address
    zone: str | None = None
    """Interface of a link-local remote address."""
    protocol: int | None = None
    """IPPROTO_TCP (6), IPPROTO_UDP (17), or another."""
    source: Address | None = None
    source_port: int | None = None
    remote_port: int | None = None
    device: int | None = None
    """Index of the interface that the socket is bound to."""
    mark: int | None = None
    uid: int | None = None
    """The socket's user; left open, the kernel takes the asker's."""
    tos: int | None = None


@dataclass(frozen=True, slots=True)
class NextHop:
    """One way that a route, or another route, offers."""

    device: bytes
    """Name of the leaving interface; untrusted."""
    gateway: Address | None
    source: Address | None
    """What an unbound socket would leave from; None where not known."""
    rule: Rule | None = None
    """The rule that would lead there were it not for the one that matched; None for a next hop of the same route."""
    metric: int | None = None
    """Of that other route."""


class MtuOrigin(StrEnum):
    """Who says how large a packet may be."""

    LINK = "link"
    ROUTE = "route"
    PATH = "path"
    """A router that could not pass a larger one (path MTU discovery)."""


class SourceStep(StrEnum):
    """What decided the local address. The steps from SAME_ADDRESS on are those of RFC 6724, section 5."""

    BOUND = "bound"
    ROUTE = "route-src"
    DESTINATION = "destination"
    """An address of this host is reached from itself."""
    SUBNET = "subnet"
    """IPv4: the primary address of the leaving interface in the gateway's subnet."""
    PRIMARY = "primary"
    """IPv4: the first primary address of the leaving interface."""
    BORROWED = "borrowed"
    """The leaving interface has no address that fits."""
    ONLY = "only"
    """There is no other candidate."""
    SAME_ADDRESS = "same-address"
    SCOPE = "scope"
    NOT_DEPRECATED = "not-deprecated"
    OUTGOING_INTERFACE = "outgoing-interface"
    LABEL = "label"
    TEMPORARY = "temporary"
    PREFIX = "longest-prefix"
    ORDER = "order"
    """All rules leave it open: the first in the kernel's list."""
    FIRST_LOOK_UP = "first-look-up"
    """IPv4: it is of the way that was found without a source; looked up with it, a rule leads another way."""
    UNCERTAIN = "uncertain"
    """The rules, as far as they are known here, would choose another: labels or a sysctl were changed."""


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """Why the local address is the one that it is."""

    step: SourceStep
    loser: Address | None = None
    """The candidate that came second, and lost by this step; None where there was none."""
    first_device: bytes | None = None
    """The leaving interface of the first look-up, where another way was taken in the end."""


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """What the kernel answers to a Flow.

    Where errno is set there is no way; type, prefix, table and rule then tell what refused, where that could be
    derived, and the rest is None.
    """

    flow: Flow
    errno: str | None
    """What connect() would say: ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL, …; None where there is a way."""
    type: str | None
    """unicast, local, broadcast, multicast, blackhole, unreachable, prohibit, …; also with an errno, where known."""
    device: bytes | None
    """Name of the leaving interface; untrusted."""
    device_index: int | None
    gateway: Address | None
    source: Address | None
    """The local address that the kernel picks, or the one that was given."""
    prefix: str | None
    """The matching route's destination: "default" or "192.0.2.0/24"."""
    table: int | None
    rule: Rule | None = None
    """The rule that led to the table. The kernel does not name it: derived, or None."""
    metric: int | None = None
    mtu: int | None = None
    """Of the route or of a learned path MTU; None where the link's own counts."""
    link_mtu: int | None = None
    owner_device: bytes | None = None
    """For an address of this host: the interface that owns it, while the packet passes lo."""
    neighbour: Neighbour | None = None
    """The next hop's entry, where there is one."""
    alternatives: tuple[NextHop, ...] = ()
    """Other next hops of the same route, then other interfaces that could reach the destination."""
    route_source: Address | None = None
    """The source that the matching route names itself (`src`); None where it leaves the choice to the kernel."""
    source_choice: SourceChoice | None = None
    """Why it is this source; None where there is none."""
    mtu_origin: MtuOrigin = MtuOrigin.LINK
    mtu_expires_s: float | None = None
    """Seconds until a learned path MTU is forgotten."""

    @property
    def has_way(self) -> bool:
        """Whether a packet would leave, or reach this host itself."""
        return self.errno is None
