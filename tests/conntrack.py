"""Flows that the packet filter keeps track of, made by hand: ctnetlink takes them without a packet."""

from __future__ import annotations

import os
import socket
import struct
from ipaddress import IPv4Address

import numpy as np

_NETLINK_NETFILTER = 12
# include/uapi/linux/netfilter/nfnetlink.h and nfnetlink_conntrack.h: the subsystem is the upper byte of the type.
_CT_NEW, _CT_DELETE = 0x100, 0x102
_REQUEST, _ACK, _CREATE = 0x1, 0x4, 0x400
_NESTED = 0x8000
_TUPLE_ORIG, _TUPLE_REPLY, _TIMEOUT = 1, 2, 7
_TUPLE_IP, _TUPLE_PROTO = 1, 2
_IP_SOURCE, _IP_DESTINATION = 1, 2
_PROTO_NUMBER, _PROTO_SOURCE_PORT, _PROTO_DESTINATION_PORT = 1, 2, 3
_SOURCE, _DESTINATION, _PORT = IPv4Address("10.0.0.0"), IPv4Address("192.0.2.1"), 53
_LIFETIME_S = 600
_MESSAGES_A_CALL = 200
_HEADER_BYTES, _FLAGS_AT = 16, 6


def track(count: int) -> None:
    """Have the namespace of this thread keep track of so many UDP flows.

    Raises:
        OSError: the kernel has no ctnetlink, or refuses.
    """
    one = _message(_CT_NEW, _REQUEST | _CREATE, _flow())
    flows = np.tile(np.frombuffer(one, np.uint8), (count, 1))
    # What tells them apart is the source address, which stands in both directions.
    sources = (int(_SOURCE) + np.arange(count)).astype(">u4")[:, np.newaxis].view(np.uint8)
    for place in _places(one, _SOURCE.packed):
        flows[:, place : place + 4] = sources
    # Of the others only errors are answered.
    flows[-1, _FLAGS_AT] |= _ACK
    with opened() as sock:
        for start in range(0, count, _MESSAGES_A_CALL):
            sock.send(flows[start : start + _MESSAGES_A_CALL].tobytes())
        check(sock)


def forget_all() -> None:
    """Have the namespace of this thread keep track of nothing."""
    with opened() as sock:
        sock.send(_message(_CT_DELETE, _REQUEST | _ACK, b""))
        check(sock)


def opened() -> socket.socket:
    """Open a socket to the packet filter of the namespace of this thread."""
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
    sock.settimeout(10)
    return sock


def check(sock: socket.socket) -> None:
    """Read an answer, an nlmsgerr behind its header; raises OSError where the kernel refuses."""
    (error,) = struct.unpack_from("i", sock.recv(4096), _HEADER_BYTES)
    if error:
        raise OSError(-error, os.strerror(-error))


def _flow() -> bytes:
    source, destination = _SOURCE.packed, _DESTINATION.packed
    return (
        nested(_TUPLE_ORIG, _tuple(source, destination))
        + nested(_TUPLE_REPLY, _tuple(destination, source))
        + attribute(_TIMEOUT, struct.pack(">I", _LIFETIME_S))
    )


def _tuple(source: bytes, destination: bytes) -> bytes:
    addresses = attribute(_IP_SOURCE, source) + attribute(_IP_DESTINATION, destination)
    port = struct.pack(">H", _PORT)
    protocol = (
        attribute(_PROTO_NUMBER, bytes([socket.IPPROTO_UDP]))
        + attribute(_PROTO_SOURCE_PORT, port)
        + attribute(_PROTO_DESTINATION_PORT, port)
    )
    return nested(_TUPLE_IP, addresses) + nested(_TUPLE_PROTO, protocol)


def nested(kind: int, payload: bytes) -> bytes:
    return attribute(kind | _NESTED, payload)


def attribute(kind: int, payload: bytes) -> bytes:
    return struct.pack("HH", 4 + len(payload), kind) + payload + bytes(-len(payload) % 4)


def _message(kind: int, flags: int, attributes: bytes) -> bytes:
    body = struct.pack("BBH", socket.AF_INET, 0, 0) + attributes
    return struct.pack("IHHII", _HEADER_BYTES + len(body), kind, flags, 0, 0) + body


def _places(message: bytes, pattern: bytes) -> list[int]:
    return [place for place in range(len(message)) if message.startswith(pattern, place)]
