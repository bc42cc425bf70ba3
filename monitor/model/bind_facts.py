"""BindFacts: what decides about bind() beside the sockets themselves, as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from monitor.model.sample import Network, Sample

_IPV4_BITS = 32


class Unread(StrEnum):
    """Why the options of a socket are not known."""

    NO_PROCESS = "no-process"
    """No process has it, and reading the kernel's own lists needs root."""
    NOT_PERMITTED = "not-permitted"
    """This user may not look into the process that has it (ptrace access)."""
    OWNER_UNKNOWN = "owner-unknown"
    """Which process has it is not known."""
    GONE = "gone"
    """It was closed, or handed on, between two readings."""
    TOO_MANY = "too-many"
    """So many sockets are on the port that not all were asked."""
    NOT_OFFERED = "not-offered"
    """The kernel is too old for it (pidfd_getfd, Linux 5.6)."""


@dataclass(frozen=True, slots=True)
class SocketOptions:
    """What another socket has set, as far as bind() minds it."""

    reuseaddr: bool
    reuseport: bool
    v6only: bool
    """False also for an IPv4 socket."""


@dataclass(frozen=True, slots=True)
class SocketHolder:
    """A socket, and one process of which its options may be asked."""

    cookie: int
    inode: int
    """0 where no process has it."""
    port: int
    """Its local one."""
    is_tcp: bool
    pid: int = 0
    """0 where no holder is known."""
    start_time: int = 0
    """Of that process, in clock ticks after boot."""
    fd: int = 0


class LocalKind(StrEnum):
    """Types of routes of the local table, as far as bind() tells them apart."""

    LOCAL = "local"
    BROADCAST = "broadcast"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LocalPrefix:
    """An IPv4 route of a local table: what makes addresses this host's own, whole networks of them too (AnyIP)."""

    address: int
    """The network's first address as a number."""
    length: int
    kind: LocalKind
    table: int
    """255, or that of a VRF."""

    def __post_init__(self) -> None:
        if not 0 <= self.length <= _IPV4_BITS:
            raise ValueError(f"an IPv4 prefix has no length of {self.length}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BindFacts:
    """The settings of the network namespace, and the options of the sockets that were asked for.

    User, capabilities, links and addresses are those of a sample, see beside().
    """

    uid: int = 0
    """Effective user of the asker."""
    capabilities: int = 0
    """CapEff of the same."""
    unprivileged_from: int = 1024
    """net.ipv4.ip_unprivileged_port_start; it counts for IPv6 too."""
    range_first: int = 32768
    range_last: int = 60999
    reserved: tuple[tuple[int, int], ...] = ()
    """net.ipv4.ip_local_reserved_ports: first and last port of each part."""
    nonlocal_ipv4: bool = False
    """net.ipv4.ip_nonlocal_bind."""
    nonlocal_ipv6: bool = False
    v6only_default: bool = False
    """net.ipv6.bindv6only."""
    autobind_reuse: bool = False
    """net.ipv4.ip_autobind_reuse: port 0 may share with SO_REUSEADDR when nothing else is left."""
    l3mdev_accept: bool = False
    """net.ipv4.tcp_l3mdev_accept: TCP's ports are not parted by VRF."""
    network: Network = field(default_factory=Network)
    """Links and addresses."""
    text_protocols: tuple[int, ...] = ()
    """As in Sample."""
    local_prefixes: tuple[LocalPrefix, ...] = ()
    vrf_tables: Mapping[int, int] = field(default_factory=dict)
    """Routing table by the index of each VRF's own interface."""
    options: Mapping[int, SocketOptions] = field(default_factory=dict)
    """By cookie."""
    unread: Mapping[int, Unread] = field(default_factory=dict)
    """By cookie: the sockets that were asked for in vain."""
    notices: tuple[str, ...] = ()
    """What could not be read, a sentence each; the kernel's defaults stand in for it."""

    def beside(self, sample: Sample) -> BindFacts:
        """Give these facts together with what a sample of the same namespace holds of them."""
        return replace(
            self,
            uid=sample.uid,
            capabilities=sample.capabilities,
            network=sample.network,
            text_protocols=sample.text_protocols,
        )
