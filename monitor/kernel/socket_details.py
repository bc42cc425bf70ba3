"""The answer about one socket: an inet_diag message with all its attributes into SocketDetails. Pure."""

from __future__ import annotations

import struct

from monitor.errors import WireError
from monitor.kernel.inet_diag import INET_DIAG_INFO, INET_DIAG_SKMEMINFO, read_layout
from monitor.kernel.netlink_messages import HEADER, aligned
from monitor.kernel.tcp_info import read_tcp_info
from monitor.model.tcp_info import SocketDetails, SocketMemory

INET_DIAG_CONG = 4
INET_DIAG_TOS = 5
INET_DIAG_TCLASS = 6
INET_DIAG_SHUTDOWN = 8
INET_DIAG_ULP_INFO = 19
INET_DIAG_CGROUP_ID = 21
"""Attributes of the answer (include/uapi/linux/inet_diag.h)."""
_INET_ULP_INFO_NAME = 1

_HEAD = struct.Struct("=BBBB")
"""struct inet_diag_msg from its start: family, state, timer, retrans."""
_COOKIE = struct.Struct("=Q")
_COOKIE_AT = HEADER.itemsize + 44
_TAIL = struct.Struct("=IIIII")
"""And from its expires on: expires, rqueue, wqueue, uid, inode."""
_TAIL_AT = HEADER.itemsize + 52
_MEMORY = struct.Struct("=8I")
"""SKMEMINFO: rmem_alloc, rcvbuf, wmem_alloc, sndbuf, fwd_alloc, wmem_queued, optmem, backlog; then drops."""
_U32, _U64 = struct.Struct("=I"), struct.Struct("=Q")
_ATTRIBUTE = struct.Struct("=HH")
_TYPE_MASK = 0x3FFF


def read_details(message: bytes) -> tuple[int, SocketDetails]:
    """Read one message, header included, into the socket's cookie and what is known of it.

    Raises:
        WireError: it is too short, or an attribute breaks its bounds.
    """
    layout = read_layout(message)
    if layout.is_broken:
        raise WireError(f"a message of {len(message)} bytes about a socket breaks its bounds")
    values = {kind: message[offset : offset + length] for kind, (offset, length) in layout.values.items()}
    _, state, timer, tries = _HEAD.unpack_from(message, HEADER.itemsize)
    expires, recv_q, send_q, uid, inode = _TAIL.unpack_from(message, _TAIL_AT)
    info = values.get(INET_DIAG_INFO)
    return _COOKIE.unpack_from(message, _COOKIE_AT)[0], SocketDetails(
        state=state,
        timer=timer,
        timer_tries=tries,
        timer_ms=expires,
        recv_q=recv_q,
        send_q=send_q,
        inode=inode,
        uid=uid,
        shutdown=_byte(values.get(INET_DIAG_SHUTDOWN)),
        info=read_tcp_info(info) if info else None,
        congestion_control=_name(values.get(INET_DIAG_CONG)),
        upper_layer=_name(_nested(values.get(INET_DIAG_ULP_INFO, b""), _INET_ULP_INFO_NAME)),
        memory=_memory(values.get(INET_DIAG_SKMEMINFO, b"")),
        cgroup=_number(values.get(INET_DIAG_CGROUP_ID, b""), _U64),
        traffic_class=_byte(values.get(INET_DIAG_TCLASS, values.get(INET_DIAG_TOS))),
    )


def _memory(data: bytes) -> SocketMemory | None:
    if len(data) < _MEMORY.size:
        return None
    received, receive_buffer, sent, send_buffer, _, queued, _, _ = _MEMORY.unpack_from(data)
    drops = _number(data[_MEMORY.size :], _U32)
    return SocketMemory(received, receive_buffer, sent, send_buffer, queued, drops)


def _nested(data: bytes, wanted: int) -> bytes | None:
    """Find an attribute inside an attribute; what breaks its bounds ends the search."""
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size or at + length > len(data):
            return None
        if kind & _TYPE_MASK == wanted:
            return data[at + _ATTRIBUTE.size : at + length]
        at += aligned(length)
    return None


def _name(data: bytes | None) -> bytes | None:
    """Read a C string; an empty one names nothing."""
    return None if data is None else data.partition(b"\0")[0] or None


def _byte(data: bytes | None) -> int | None:
    return data[0] if data else None


def _number(data: bytes, form: struct.Struct) -> int | None:
    return None if len(data) < form.size else int(form.unpack_from(data)[0])
