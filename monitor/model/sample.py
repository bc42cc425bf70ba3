"""Sample: one instant as it was read. Interval: two samples and what they say together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from monitor.model.address_names import AddressNames
from monitor.model.control_group import ControlGroup
from monitor.model.egress import Egress
from monitor.model.finding import Finding
from monitor.model.host_facts import DescriptorUse, HostFacts
from monitor.model.namespace import NamedNamespace
from monitor.model.owner_table import OwnerTable
from monitor.model.route import InterfaceAddress, Link, RuleSelectors
from monitor.model.row_namespaces import RowNamespaces
from monitor.model.socket_table import U64, Bools, Rows, SocketTable

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Network:
    """Links and addresses, as slow to change as they are; read again when the kernel says that something changed."""

    generation: int = 0
    """Grows with every change of a link, address, route, rule or neighbour; 0 before the first reading."""
    links: tuple[Link, ...] = ()
    addresses: tuple[InterfaceAddress, ...] = ()
    routing_generation: int = 0
    """Grows likewise, but not with neighbours: as long as it stands, so does every answer about a route."""
    rule_selectors: RuleSelectors = field(default_factory=RuleSelectors)
    """Of both families' rules together."""
    has_rules: bool = True
    """Whether the policy rules were read; before that no connection's route is asked for."""

    @property
    def is_read(self) -> bool:
        """Whether links and addresses have been read yet."""
        return self.generation > 0


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """All that one reading of the kernel gave, and nothing computed from it."""

    taken_at: float
    """Unix time at which the dump began; for the eye only."""
    boot_time: float
    """CLOCK_BOOTTIME in seconds at the same moment; all ages and rates come from it."""
    cost_s: float
    """Seconds of processor time that the reading took, and the sending where it crosses a wire."""
    host: str
    """Name of the machine; untrusted."""
    uid: int
    """Effective user of the collector."""
    capabilities: int
    """CapEff of the collector as a bit set."""
    table: SocketTable
    owners: OwnerTable
    users: Mapping[int, str]
    """Names of the user ids in the table, where the machine knows one; untrusted."""
    has_time_wait: bool
    """Whether TIME-WAIT and bound-only rows were dumped; without it their absence says nothing."""
    time_wait: int | None
    """Number of TIME-WAIT entries of the namespace, from sockstat."""
    closed_cookies: U64
    """Sockets of the previous dump of which the kernel said that they are gone (exact look-up: ENOENT)."""
    network: Network
    notices: tuple[str, ...] = ()
    """What could not be read, a sentence each."""
    has_udp: bool = True
    """Whether UDP sockets were dumped; without it their absence says nothing."""
    text_protocols: tuple[int, ...] = ()
    """Protocols (IPPROTO_…) whose sockets are read from /proc/net: TCP has then none that are only bound, and of no
    socket is known to which device it is bound and whether it is IPV6_V6ONLY."""
    host_facts: HostFacts = field(default_factory=HostFacts)
    """Counters and limits of the namespace."""
    descriptors: Mapping[int, DescriptorUse] = field(default_factory=dict)
    """By pid: open descriptors of the processes that have many; the others are far from their limit."""
    asleep_s: float = 0.0
    """Seconds that the machine has been suspended since it started: CLOCK_BOOTTIME less CLOCK_MONOTONIC."""
    control_groups: Mapping[int, ControlGroup] = field(default_factory=dict)
    """By number: those of the table's sockets that are in sight, and of sockets that it had before."""
    named: NamedNamespace | None = None
    """The network namespace of the table, where it was asked for by a word."""


@dataclass(frozen=True, slots=True, eq=False)
class Counters:
    """Counters of one sample, kept a while for what follows from their rise. The columns are its own, not copies."""

    boot_time: float
    cookie: U64
    bytes_received: U64
    bytes_acked: U64
    is_known: Bools
    """Rows whose byte counters the kernel told."""
    busy_us: U64
    peer_window_us: U64
    send_buffer_us: U64
    asleep_s: float
    """As in Sample."""


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """The newest sample in the light of those before it. All arrays have one entry per row of `table`."""

    sample: Sample
    """The newest one, as read."""
    table: SocketTable
    """The sample's rows, then the rows that are only carried: unseen once, or closed a moment ago."""
    elapsed_s: float
    """Time since the previous sample; NaN for the first."""
    is_unseen: Bools
    """Carried without a word from the kernel: absent from this dump and not known to be closed."""
    opened_at: F64
    """CLOCK_BOOTTIME at which the row was first seen; NaN where it was there before the first sample."""
    closed_at: F64
    """CLOCK_BOOTTIME at which the row was known to be closed; NaN while it lives."""
    receive_rate: F32
    """Bytes per second received over the last five seconds; NaN where unknown, as for every carried row."""
    send_rate: F32
    """Bytes per second acknowledged by the peer over the last five seconds; NaN likewise."""
    retrans_rose_at: F64
    """CLOCK_BOOTTIME of the last sample that saw more retransmissions than the one before; NaN for never."""
    listener: Rows
    """Row of the listener that demux would choose for the row's local endpoint; -1 for none."""
    direction: npt.NDArray[np.int8]
    """1 accepted, 2 dialled, 0 unknown."""
    told_direction: npt.NDArray[np.int8]
    """The same as far as the socket's own counters have proven it, now or in an earlier sample."""
    interface: npt.NDArray[np.int32]
    """Index of the bound device, else of the device that owns the local address; 0 for none, -1 not known."""
    owners: OwnerTable
    """The sample's, and those that the carried rows had last."""
    owner_first: Rows
    """First row in `owners` of the socket's owners, or of its listener's for an unaccepted one."""
    owner_end: Rows
    """Row after the last owner; equal to owner_first where no owner is known."""

    counters: tuple[Counters, ...]
    """The counters of the last five seconds, oldest first; what rates and limits are made of."""
    egress: Egress | None = None
    """How the rows stand to today's routes, as far as was asked; None where nobody asks."""
    findings: tuple[Finding, ...] = ()
    """What is wrong or worth knowing, trouble first; nothing where nobody looks."""
    slept_s: float = 0.0
    """How much of elapsed_s the machine was suspended; nothing has a rate over such a time."""
    names: AddressNames | None = None
    """What addresses are called; None where nobody asks for that."""
    namespaces: RowNamespaces | None = None
    """In which network namespace each row is; None where all are in that of the table."""
    parts: tuple[Interval, ...] = ()
    """Where several namespaces are joined, the interval of each alone, in the order of `namespaces`."""

    def home(self, row: int) -> tuple[Interval, int]:
        """Give the interval of the row's own namespace, with its addresses and routes, and its number there."""
        if self.namespaces is None or not self.parts:
            return self, row
        return self.parts[int(self.namespaces.place[row])], int(self.namespaces.inside[row])

    def asked_in(self, row: int) -> int:
        """Give the inode of the namespace in which to ask about a row; 0 where all rows are of one."""
        return 0 if self.namespaces is None else self.namespaces.of_row(row).number

    def within(self, namespace: int) -> Interval | None:
        """Give the interval of one network namespace, by its inode; None where that is not among what was read.

        With 0 it is that of the program's own, or of the only one.
        """
        if self.namespaces is None or not self.parts:
            return self if namespace in (0, self.table.namespace) else None
        every = zip(self.namespaces.namespaces, self.parts, strict=True)
        return next((part for one, part in every if namespace in (0, one.number)), None)

    def has_rows_of(self, other: Interval | None) -> bool:
        """Whether it is another one with newer numbers in some rows: the same sample, rows and verdicts."""
        if other is None or other is self:
            return False
        return self.sample is other.sample and self.egress is other.egress and self.names is other.names

    @property
    def has_rates(self) -> bool:
        """Whether there was a sample before, from which rates follow."""
        return self.elapsed_s > 0

    def only(self, rows: Rows) -> Interval:
        """Give some rows by themselves, for what is decided row by row.

        The sample, the counters and the numbers of listeners stay those of the whole; verdicts are left out.
        """
        narrowed = {name: getattr(self, name)[rows] for name in ROW_COLUMNS}
        namespaces = None if self.namespaces is None else self.namespaces.only(rows)
        return replace(self, table=self.table.take(rows), egress=None, namespaces=namespaces, **narrowed)

    @property
    def is_carried(self) -> Bools:
        """Rows that the newest dump does not hold."""
        carried = np.zeros(len(self.table), np.bool_)
        carried[len(self.sample.table) :] = True
        return carried


ROW_COLUMNS = (
    "is_unseen",
    "opened_at",
    "closed_at",
    "receive_rate",
    "send_rate",
    "retrans_rose_at",
    "listener",
    "direction",
    "told_direction",
    "interface",
    "owner_first",
    "owner_end",
)
"""The arrays of an Interval that have an entry for each row of its table."""

DIRECTION_UNKNOWN = 0
DIRECTION_ACCEPTED = 1
DIRECTION_DIALLED = 2
