"""inet_diag's answers: messages as bytes into the columns of a SocketTable. Pure.

Messages of one length have nearly always one layout of attributes, so the first one's layout is read and then proven
for all at once: every row has its attribute headers at the same places. Rows that differ are taken by their own
layout. Runs of one length are read where they lie; scattered messages are first copied together.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.kernel.netlink_messages import HEADER, WORD, Messages, aligned
from monitor.model.endpoint import MAPPED_IPV4
from monitor.model.places import distinct
from monitor.model.socket_table import (
    COLUMN_TYPES,
    DROPS_UNKNOWN,
    INFO_ENDS,
    INFO_OFFSETS,
    U8,
    V6ONLY_UNKNOWN,
    Bools,
    Rows,
    SocketTable,
)
from monitor.model.tcp import TcpState

INET_DIAG_INFO = 2
INET_DIAG_SKMEMINFO = 7
INET_DIAG_PROTOCOL = 10
INET_DIAG_SKV6ONLY = 11
INET_DIAG_MARK = 15
INET_DIAG_CGROUP_ID = 21

_TYPE_MASK = 0x3FFF
"""Without NLA_F_NESTED and NLA_F_NET_BYTEORDER."""
_ATTRIBUTE = struct.Struct("=HH")
_WORD = struct.Struct("=I")
_SK_MEMINFO_RCVBUF = 4
_SK_MEMINFO_DROPS = 32
"""Offsets of SK_MEMINFO_RCVBUF, the second word, and SK_MEMINFO_DROPS, the ninth (include/uapi/linux/sock_diag.h)."""
_ALL_BITS = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_LONG_RUN = 256
"""Messages of one length in a row from which on they are read in place: below, one copy costs less than the columns."""

_ID = HEADER.itemsize + 4
_FIELDS: dict[str, tuple[str, int]] = {
    "family": ("u1", HEADER.itemsize),
    "state": ("u1", HEADER.itemsize + 1),
    "timer": ("u1", HEADER.itemsize + 2),
    "timer_tries": ("u1", HEADER.itemsize + 3),
    "local_port": (">u2", _ID),
    "remote_port": (">u2", _ID + 2),
    "local_high": (">u8", _ID + 4),
    "local_low": (">u8", _ID + 12),
    "remote_high": (">u8", _ID + 20),
    "remote_low": (">u8", _ID + 28),
    "device": ("u4", _ID + 36),
    "cookie": ("u8", _ID + 40),
    "timer_ms": ("u4", _ID + 48),
    "recv_q": ("u4", _ID + 52),
    "send_q": ("u4", _ID + 56),
    "uid": ("u4", _ID + 60),
    "inode": ("u4", _ID + 64),
}
"""struct inet_diag_msg behind the message header: the columns that are a field of it, with type and offset."""
_ATTRIBUTES = _ID + 68
"""Where the attributes begin, and the least length of a message."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the attributes of a message stand. Messages of one length with the same headers there share it."""

    headers: tuple[tuple[int, int], ...]
    """(offset, attribute header as one word) of each attribute, a broken one as the last."""
    values: dict[int, tuple[int, int]]
    """By attribute type: offset and length of the value. Of a type that stands twice the last counts."""
    is_broken: bool
    """Whether the message is too short or an attribute's length breaks its bounds."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Messages of one length at one distance from each other."""

    data: U8
    begin: int
    """Byte of the first message's header."""
    stride: int
    """Bytes from one message to the next."""
    length: int
    """Bytes of each message."""
    count: int

    def field(self, dtype: str | np.dtype[np.generic], offset: int) -> npt.NDArray[np.generic]:
        """View one field of all messages; it lies inside them, and nothing is copied."""
        return np.ndarray((self.count,), dtype, self.data, self.begin + offset, (self.stride,))

    def take(self, which: Bools) -> Block:
        """Copy the messages of a mask together."""
        copied = self.field(np.dtype((np.void, self.length)), 0)[which]
        return Block(copied.view(np.uint8), 0, self.length, self.length, len(copied))

    def first_layout(self) -> Layout:
        """Read the layout of the first message."""
        return read_layout(self.data[self.begin : self.begin + self.length].tobytes())


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """The sockets of some messages."""

    table: SocketTable
    """In the order of the messages: the kernel lists listeners in the order in which it asks them."""
    malformed: int
    """Messages that were left out because they are too short or an attribute breaks its bounds."""


def decode(messages: Messages, protocol: int, namespace: int) -> Decoded:
    """Make columns of the answers to a sock_diag question; nothing in them refers to the messages' buffer."""
    table = SocketTable.zeros(len(messages), namespace)
    is_whole = decode_into(table, messages, protocol)
    if is_whole.all():
        return Decoded(table, 0)
    return Decoded(table.take(is_whole), int(np.count_nonzero(~is_whole)))


def decode_into(table: SocketTable, messages: Messages, protocol: int) -> Bools:
    """Fill a table that has a row for each message and holds only zeros.

    Returns:
        Which rows are sockets; the others are those of malformed messages and stay as they are.
    """
    table.protocol[:] = protocol
    table.v6only[:] = V6ONLY_UNKNOWN
    is_whole = np.ones(len(messages), np.bool_)
    for rows, block in _blocks(messages):
        _decode_block(table, rows, block, is_whole)
    _reconcile(table)
    return is_whole


def without_duplicates(table: SocketTable) -> SocketTable:
    """Leave one row of each cookie, the last: what the kernel said last of a socket is what is true of it."""
    ordered = np.sort(table.cookie)
    if not (ordered[1:] == ordered[:-1]).any():
        return table
    _, last_from_end = np.unique(table.cookie[::-1], return_index=True)
    return table.take(np.sort(len(table) - 1 - last_from_end))


def read_layout(message: bytes) -> Layout:
    """Walk the attributes of one message, header included."""
    headers: list[tuple[int, int]] = []
    values: dict[int, tuple[int, int]] = {}
    at = _ATTRIBUTES
    while at + _ATTRIBUTE.size <= len(message):
        length, kind = _ATTRIBUTE.unpack_from(message, at)
        headers.append((at, _WORD.unpack_from(message, at)[0]))
        if length < _ATTRIBUTE.size or at + length > len(message):
            return Layout(tuple(headers), {}, is_broken=True)
        values[kind & _TYPE_MASK] = at + _ATTRIBUTE.size, length - _ATTRIBUTE.size
        at += aligned(length)
    return Layout(tuple(headers), values, is_broken=len(message) < _ATTRIBUTES)


def _blocks(messages: Messages) -> Iterator[tuple[slice | Rows, Block]]:
    """Part messages by length; give the row numbers of each part with it."""
    if not len(messages):
        return
    offsets, lengths = messages.offsets, messages.lengths
    edges = np.flatnonzero(lengths[1:] != lengths[:-1]) + 1
    firsts, ends = np.append(0, edges), np.append(edges, len(messages))
    counts = ends - firsts
    strides = -(-lengths[firsts].astype(np.intp) // WORD) * WORD
    in_place = (counts >= _LONG_RUN) & (offsets[ends - 1] - offsets[firsts] == (counts - 1) * strides)
    for run in np.flatnonzero(in_place).tolist():
        first, end = int(firsts[run]), int(ends[run])
        begin, stride, length = int(offsets[first]), int(strides[run]), int(lengths[first])
        yield slice(first, end), Block(messages.data, begin, stride, length, end - first)
    scattered = np.flatnonzero(np.repeat(~in_place, counts))
    for length in distinct(lengths[scattered]).tolist():
        rows = scattered[lengths[scattered] == length]
        yield rows, Block(messages.take(rows).records(length), 0, length, length, len(rows))


def _decode_block(table: SocketTable, rows: slice | Rows, block: Block, is_whole: Bools) -> None:
    """Fill the rows of a block, one layout after another; each pass takes at least the first message."""
    while True:
        layout = block.first_layout()
        shares = np.ones(block.count, np.bool_)
        for offset, header in layout.headers:
            shares &= block.field("u4", offset) == header
        if shares.all():
            break
        rows = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        _fill(table, rows[shares], block.take(shares), layout, is_whole)
        rows, block = rows[~shares], block.take(~shares)
    _fill(table, rows, block, layout, is_whole)


def _fill(table: SocketTable, rows: slice | Rows, block: Block, layout: Layout, is_whole: Bools) -> None:
    """Copy the fields of messages that share one layout into their rows."""
    if layout.is_broken:
        is_whole[rows] = False
        return
    for name, (dtype, offset) in _FIELDS.items():
        getattr(table, name)[rows] = block.field(dtype, offset)
    _fill_attributes(table, rows, block, layout)


def _fill_attributes(table: SocketTable, rows: slice | Rows, block: Block, layout: Layout) -> None:
    """Copy what only the attributes tell; a value that is too short for a column leaves it unknown."""
    protocol, length = layout.values.get(INET_DIAG_PROTOCOL, (0, 0))
    if length >= 1:
        table.protocol[rows] = block.field("u1", protocol)
    v6only, length = layout.values.get(INET_DIAG_SKV6ONLY, (0, 0))
    if length >= 1:
        table.v6only[rows] = block.field("u1", v6only)
    memory, length = layout.values.get(INET_DIAG_SKMEMINFO, (0, 0))
    if length >= _SK_MEMINFO_RCVBUF + WORD:
        table.receive_buffer[rows] = block.field("u4", memory + _SK_MEMINFO_RCVBUF)
        is_told = length >= _SK_MEMINFO_DROPS + WORD
        table.drops[rows] = block.field("u4", memory + _SK_MEMINFO_DROPS) if is_told else DROPS_UNKNOWN
    mark, length = layout.values.get(INET_DIAG_MARK, (0, 0))
    if length >= WORD:
        table.mark[rows] = block.field("u4", mark)
        table.has_mark[rows] = True
    cgroup, length = layout.values.get(INET_DIAG_CGROUP_ID, (0, 0))
    if length >= table.cgroup.itemsize:
        table.cgroup[rows] = block.field(table.cgroup.dtype, cgroup)
    info, length = layout.values.get(INET_DIAG_INFO, (0, 0))
    table.info_length[rows] = length
    for name, offset in INFO_OFFSETS.items():
        if length >= INFO_ENDS[name]:
            getattr(table, name)[rows] = block.field(COLUMN_TYPES[name], info + offset)


def _reconcile(table: SocketTable) -> None:
    """Put what the kernel gives in two meanings into the one of its column."""
    # All bits are set where a row is IPv4: to mix words by bits takes a quarter of copying some of them.
    ipv4 = (table.family == socket.AF_INET) * _ALL_BITS
    for high, low in ((table.local_high, table.local_low), (table.remote_high, table.remote_low)):
        # An IPv4 address is the first 32 bits of the field.
        low[:] ^= (low ^ (MAPPED_IPV4 | high >> 32)) & ipv4
        high[:] &= ~ipv4
    # A listener's tcpi_unacked is its accept queue (tcp_get_info), which recv_q has already.
    table.unacked[table.state == TcpState.LISTEN] = 0
