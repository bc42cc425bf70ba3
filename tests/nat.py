"""Address translation by nf_tables without nft(8): a rule that sends local clients of one port to another."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

from tests.conntrack import attribute, check, nested, opened

# include/uapi/linux/netfilter/nfnetlink.h and nf_tables.h: the subsystem is the upper byte of a type.
_BATCH_BEGIN, _BATCH_END = 0x10, 0x11
_NEW_TABLE, _NEW_CHAIN, _NEW_RULE = 0xA00, 0xA03, 0xA06
_SUBSYSTEM = 10
_REQUEST, _ACK, _CREATE = 0x1, 0x4, 0x400
_LOCAL_OUT, _PRIORITY_OF_NAT = 3, -100
_TRANSPORT_HEADER, _PORT_AT, _PORT_BYTES = 2, 2, 2
_REGISTER, _EQUAL = 1, 0
_HEADER = struct.Struct("=IHHII")
_TABLE, _CHAIN = b"nat\0", b"output\0"


def redirect(port: int, to: int) -> None:
    """Have the namespace of this thread send its IPv4 connections to a port to another one of this host.

    Raises:
        OSError: the kernel has no nf_tables, or refuses.
    """
    hook = attribute(1, _u32(_LOCAL_OUT)) + attribute(2, struct.pack(">i", _PRIORITY_OF_NAT))
    rule = b"".join(nested(1, attribute(1, name + b"\0") + nested(2, data)) for name, data in _rule(port, to))
    messages = [
        _message(_BATCH_BEGIN, _REQUEST, b"", socket.htons(_SUBSYSTEM)),
        _message(_NEW_TABLE, _REQUEST | _CREATE, attribute(1, _TABLE)),
        _message(
            _NEW_CHAIN,
            _REQUEST | _CREATE,
            attribute(1, _TABLE) + attribute(3, _CHAIN) + nested(4, hook) + attribute(7, b"nat\0"),
        ),
        _message(
            _NEW_RULE,
            _REQUEST | _CREATE | _ACK,
            attribute(1, _TABLE) + attribute(2, _CHAIN) + nested(4, rule),
        ),
        _message(_BATCH_END, _REQUEST, b"", socket.htons(_SUBSYSTEM)),
    ]
    with opened() as kernel:
        kernel.send(b"".join(messages))
        check(kernel)


def _rule(port: int, to: int) -> Iterator[tuple[bytes, bytes]]:
    """Give the expressions: load the port, compare it, load the other one, send there."""
    register = attribute(1, _u32(_REGISTER))
    place = (_TRANSPORT_HEADER, _PORT_AT, _PORT_BYTES)
    where = b"".join(attribute(kind, _u32(value)) for kind, value in enumerate(place, 2))
    yield b"payload", register + where
    yield b"cmp", register + attribute(2, _u32(_EQUAL)) + nested(3, attribute(1, struct.pack(">H", port)))
    yield b"immediate", register + nested(2, attribute(1, struct.pack(">H", to)))
    yield b"redir", register


def _message(kind: int, flags: int, attributes: bytes, resource: int = 0) -> bytes:
    body = struct.pack("=BBH", socket.AF_INET, 0, resource) + attributes
    return _HEADER.pack(_HEADER.size + len(body), kind, flags, 0, 0) + body


def _u32(value: int) -> bytes:
    return struct.pack(">I", value)
