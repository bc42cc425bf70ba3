"""SocketTable: all sockets of one moment as columns.

A row is one socket, that is one side of a connection, a listener, or a bound socket. Row numbers mean nothing beyond
one table; a socket is (namespace, cookie). All columns of a table have the same length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from monitor.model.endpoint import Endpoint, address_from_words, needs_zone
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, TcpState

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
"""Row numbers into one table."""

DROPS_UNKNOWN = 0xFFFF_FFFF
"""The kernel did not tell (before Linux 4.12), or was not asked in time."""
V6ONLY_UNKNOWN = 255
"""The kernel tells v6only for IPv6 listeners and bound sockets only."""
BACKLOG_UNKNOWN = 0xFFFF_FFFF
"""In a listener's send_q: /proc/net does not tell the limit of an accept queue."""
INODE_FOR_COOKIE, PAIR_FOR_COOKIE = 1 << 63, 1 << 62
"""Bits of what stands for a cookie where only /proc/net could be read: it names a row, and nothing to the kernel."""
_ALIGNMENT = 64
"""Bytes at which a column begins in its block: a line of the processor's cache."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class SocketTable:
    """The sockets of one network namespace, or of several joined.

    Addresses are two words, IPv4 in mapped form (::ffff:a.b.c.d).
    """

    namespace: int
    """Inode number of the network namespace; 0 where unknown, or where the rows are of several."""
    protocol: U8
    """IPPROTO_TCP (6) or IPPROTO_UDP (17)."""
    family: U8
    """AF_INET (2) or AF_INET6 (10), of the socket and not of its packets."""
    state: U8
    """The kernel's number, see TcpState; UDP uses 1 (connected) and 7."""
    timer: U8
    """idiag_timer: 0 none, 1 retransmit, 2 keepalive, 3 TIME-WAIT, 4 zero-window probe."""
    timer_tries: U8
    """idiag_retrans: how often the timer has fired in a row; SYN tries in SYN-SENT."""
    v6only: U8
    """0, 1, or V6ONLY_UNKNOWN."""
    timer_ms: U32
    """Milliseconds until the timer fires."""
    local_high: U64
    local_low: U64
    local_port: U16
    remote_high: U64
    remote_low: U64
    remote_port: U16
    device: U32
    """Interface index that the socket is bound to; 0 for none."""
    cookie: U64
    """The kernel's number of this socket, never used again while it runs; see has_cookie."""
    inode: U32
    """sockfs inode; 0 before accept(), in TIME-WAIT, SYN-RECV and for orphans."""
    uid: U32
    """User that made the socket; 0 also where the inode is 0."""
    cgroup: U64
    """Number of the cgroup v2 directory in which it was made, or the listener that took it; 0 where unknown."""
    recv_q: U32
    """Bytes that the program has not read; for a listener the accept queue's length."""
    send_q: U32
    """Bytes that the peer has not acknowledged; for a listener the backlog."""
    receive_buffer: U32
    """Bytes that a UDP socket lets wait (sk_rcvbuf); 0 where not asked, as for TCP, which moves it by itself."""
    drops: U32
    """Packets that a UDP socket or a listener threw away since it was made, or DROPS_UNKNOWN; 0 for connections."""
    mark: U32
    """SO_MARK; 0 also where CAP_NET_ADMIN is missing, see has_mark."""
    has_mark: Bools
    info_length: U16
    """Bytes of TCP_INFO that the kernel gave; 0 for none. Decides which of the following are known."""
    rtt_us: U32
    unacked: U32
    """Segments sent and not acknowledged."""
    total_retrans: U32
    """Segments retransmitted since the connection was opened."""
    last_data_sent_ms: U32
    last_data_recv_ms: U32
    bytes_acked: U64
    bytes_received: U64
    segs_out: U32
    busy_us: U64
    """Microseconds since the opening in which something was to be sent, or not acknowledged."""
    peer_window_us: U64
    """Part of it in which the peer's window was full."""
    send_buffer_us: U64
    """Part of it in which the own send buffer was too small."""
    bytes_sent: U64
    bytes_retrans: U64
    networks: U32 | None = None
    """For each row the inode number of its network namespace; None where all are in that of the table."""
    _masks: dict[str, Bools] = field(default_factory=dict, init=False, repr=False)
    """Masks that were asked for, by name: cells ask row by row, and rows do not change once the table is filled."""

    def __len__(self) -> int:
        return len(self.cookie)

    @classmethod
    def column_names(cls) -> tuple[str, ...]:
        """Name the columns in their fixed order."""
        return tuple(COLUMN_TYPES)

    @classmethod
    def empty(cls, namespace: int = 0) -> SocketTable:
        """Make a table without rows."""
        return cls.zeros(0, namespace)

    @classmethod
    def zeros(cls, rows: int, namespace: int = 0) -> SocketTable:
        """Make a table whose columns are all 0, to be filled in place by whoever made it.

        They lie in one block, which is freed as a whole: as long as one column is kept, all are.
        """
        sizes = [-(-rows * dtype.itemsize // _ALIGNMENT) * _ALIGNMENT for dtype in COLUMN_TYPES.values()]
        block = np.zeros(sum(sizes), np.uint8)
        starts = accumulate(sizes, initial=0)
        return cls(
            namespace,
            **{
                name: block[start : start + rows * dtype.itemsize].view(dtype)
                for (name, dtype), start in zip(COLUMN_TYPES.items(), starts, strict=False)
            },
        )

    @classmethod
    def concatenate(cls, tables: Sequence[SocketTable]) -> SocketTable:
        """Put tables of one namespace one after another."""
        if len(tables) == 1:
            return tables[0]
        joined = cls.zeros(sum(map(len, tables)), tables[0].namespace if tables else 0)
        if tables:
            for name in COLUMN_TYPES:
                np.concatenate([getattr(table, name) for table in tables], out=getattr(joined, name))
        return joined

    def take(self, rows: npt.NDArray[np.intp] | Bools) -> SocketTable:
        """Give the rows of a mask or of row numbers, in that order."""
        taken = {name: getattr(self, name)[rows] for name in COLUMN_TYPES}
        return SocketTable(self.namespace, **taken, networks=None if self.networks is None else self.networks[rows])

    @property
    def network(self) -> U32:
        """For each row the inode number of its network namespace."""
        return np.full(len(self), self.namespace, np.uint32) if self.networks is None else self.networks

    def namespace_of(self, row: int) -> int:
        """Give the inode number of a row's network namespace; 0 where unknown."""
        return self.namespace if self.networks is None else int(self.networks[row])

    def knows(self, name: str) -> Bools:
        """Tell for each row whether the kernel's TCP_INFO was long enough to hold that column."""
        return self._mask(name, lambda: self.info_length >= INFO_ENDS[name])

    def row_of_cookie(self, cookie: int) -> int | None:
        """Find the row of a socket; None where it is not in this table."""
        hits = np.flatnonzero(self.cookie == cookie)
        return int(hits[0]) if len(hits) else None

    def local(self, row: int, zone: str | None = None) -> Endpoint:
        """Make the local endpoint of a row; the zone is given by who knows the interfaces' names."""
        address = address_from_words(int(self.local_high[row]), int(self.local_low[row]), int(self.family[row]))
        return Endpoint(address, int(self.local_port[row]), zone if needs_zone(address) else None)

    def remote(self, row: int, zone: str | None = None) -> Endpoint:
        """Make the remote endpoint of a row; the wildcard and port 0 where there is none."""
        address = address_from_words(int(self.remote_high[row]), int(self.remote_low[row]), int(self.family[row]))
        return Endpoint(address, int(self.remote_port[row]), zone if needs_zone(address) else None)

    def backlog(self, row: int) -> int | None:
        """Give the limit of a listener's accept queue; None where that is not told."""
        limit = int(self.send_q[row])
        return None if limit == BACKLOG_UNKNOWN else limit

    @property
    def is_listener(self) -> Bools:
        """TCP sockets in LISTEN."""
        return self._mask("is_listener", lambda: (self.protocol == PROTOCOL_TCP) & (self.state == TcpState.LISTEN))

    @property
    def knows_device(self) -> Bools:
        """Rows of which it is known whether they are bound to a device: the kernel tells it, and /proc/net does not."""
        return self.has_cookie

    @property
    def has_cookie(self) -> Bools:
        """Rows that the kernel knows by their cookie; of the others something else stands there."""
        return self._mask("has_cookie", lambda: are_cookies(self.cookie))

    @property
    def has_user(self) -> Bools:
        """Rows whose uid means something: where no process has the socket, 0 stands for nobody."""
        return self._mask("has_user", lambda: (self.inode != 0) | (self.uid != 0))

    @property
    def is_udp_unconnected(self) -> Bools:
        """UDP sockets that take datagrams from anybody: the listeners of UDP."""
        return self._mask(
            "is_udp_unconnected", lambda: (self.protocol == PROTOCOL_UDP) & (self.state == TcpState.CLOSED)
        )

    @property
    def is_bound_only(self) -> Bools:
        """TCP sockets that hold a port and neither listen nor connect."""
        return self._mask(
            "is_bound_only",
            lambda: (
                (self.protocol == PROTOCOL_TCP)
                & ((self.state == TcpState.CLOSED) | (self.state == TcpState.BOUND_INACTIVE))
            ),
        )

    @property
    def has_idle_time(self) -> Bools:
        """Rows whose last data times mean something: before SYN-SENT ends the kernel has not set them."""
        return self._mask(
            "has_idle_time",
            lambda: self.knows("last_data_recv_ms") & self.is_pair & (self.state != TcpState.SYN_SENT),
        )

    @property
    def is_pair(self) -> Bools:
        """Rows with two endpoints: one side of a connection, or a connected UDP socket."""
        return self._mask("is_pair", lambda: ~(self.is_listener | self.is_udp_unconnected | self.is_bound_only))

    def _mask(self, name: str, make: Callable[[], Bools]) -> Bools:
        mask = self._masks.get(name)
        if mask is None:
            mask = self._masks[name] = make()
            mask.flags.writeable = False
        return mask


def are_cookies(numbers: U64) -> Bools:
    """Tell which numbers are the kernel's: it counts up from 1 and, interrupted at that, down from 2**64."""
    both = np.uint64(INODE_FOR_COOKIE | PAIR_FOR_COOKIE)
    told: Bools = ((numbers & both) == 0) | ((numbers & both) == both)
    return told


COLUMN_TYPES: dict[str, np.dtype[np.generic]] = {
    "protocol": np.dtype(np.uint8),
    "family": np.dtype(np.uint8),
    "state": np.dtype(np.uint8),
    "timer": np.dtype(np.uint8),
    "timer_tries": np.dtype(np.uint8),
    "v6only": np.dtype(np.uint8),
    "timer_ms": np.dtype(np.uint32),
    "local_high": np.dtype(np.uint64),
    "local_low": np.dtype(np.uint64),
    "local_port": np.dtype(np.uint16),
    "remote_high": np.dtype(np.uint64),
    "remote_low": np.dtype(np.uint64),
    "remote_port": np.dtype(np.uint16),
    "device": np.dtype(np.uint32),
    "cookie": np.dtype(np.uint64),
    "inode": np.dtype(np.uint32),
    "uid": np.dtype(np.uint32),
    "cgroup": np.dtype(np.uint64),
    "recv_q": np.dtype(np.uint32),
    "send_q": np.dtype(np.uint32),
    "receive_buffer": np.dtype(np.uint32),
    "drops": np.dtype(np.uint32),
    "mark": np.dtype(np.uint32),
    "has_mark": np.dtype(np.bool_),
    "info_length": np.dtype(np.uint16),
    "rtt_us": np.dtype(np.uint32),
    "unacked": np.dtype(np.uint32),
    "total_retrans": np.dtype(np.uint32),
    "last_data_sent_ms": np.dtype(np.uint32),
    "last_data_recv_ms": np.dtype(np.uint32),
    "bytes_acked": np.dtype(np.uint64),
    "bytes_received": np.dtype(np.uint64),
    "segs_out": np.dtype(np.uint32),
    "busy_us": np.dtype(np.uint64),
    "peer_window_us": np.dtype(np.uint64),
    "send_buffer_us": np.dtype(np.uint64),
    "bytes_sent": np.dtype(np.uint64),
    "bytes_retrans": np.dtype(np.uint64),
}
"""Every column with its type, in the order in which they cross a wire."""

INFO_OFFSETS: dict[str, int] = {
    "unacked": 24,
    "last_data_sent_ms": 44,
    "last_data_recv_ms": 52,
    "rtt_us": 68,
    "total_retrans": 100,
    "bytes_acked": 120,
    "bytes_received": 128,
    "segs_out": 136,
    "busy_us": 168,
    "peer_window_us": 176,
    "send_buffer_us": 184,
    "bytes_sent": 200,
    "bytes_retrans": 208,
}
"""Byte offsets in struct tcp_info (include/uapi/linux/tcp.h) of the columns that come from it."""

INFO_ENDS: dict[str, int] = {name: offset + COLUMN_TYPES[name].itemsize for name, offset in INFO_OFFSETS.items()}
"""The TCP_INFO length from which on each of those columns is known."""
