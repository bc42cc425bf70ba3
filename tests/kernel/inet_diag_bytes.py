"""sock_diag's answers as bytes, built field by field."""

from __future__ import annotations

import socket
import struct

import numpy as np

from monitor.kernel.netlink_messages import Messages, find_messages
from tests.kernel.netlink_bytes import message

INFO, SHUTDOWN, SKV6ONLY, MARK, CGROUP_ID, SOCKOPT = 2, 8, 11, 15, 21, 22


def attribute(kind: int, value: bytes) -> bytes:
    """Make an attribute, filled up to a whole word."""
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def info(length: int, **fields: int) -> bytes:
    """Make TCP_INFO of some length; a field is named "at_OFFSET" and is a 32-bit or, from 120 on, 64-bit number."""
    data = bytearray(max(length, 1024))
    for name, value in fields.items():
        offset = int(name.removeprefix("at_"))
        struct.pack_into("=Q" if value > 0xFFFF_FFFF else "=I", data, offset, value)
    return attribute(INFO, bytes(data[:length]))


def row(
    *attributes: bytes,
    local: tuple[str, int] = ("192.0.2.1", 443),
    remote: tuple[str, int] = ("198.51.100.7", 50000),
    family: int | None = None,
    state: int = 1,
    cookie: int = 1,
    **fields: int,
) -> bytes:
    """Make a message of one socket; fields are timer, tries, device, timer_ms, recv_q, send_q, uid, inode."""
    known = socket.AF_INET6 if ":" in local[0] else socket.AF_INET
    given = dict.fromkeys(("timer", "tries", "device", "timer_ms", "recv_q", "send_q", "uid", "inode"), 0) | fields
    payload = struct.pack("=BBBB", known if family is None else family, state, given["timer"], given["tries"])
    payload += struct.pack(">HH", local[1], remote[1])
    for address, _ in (local, remote):
        payload += socket.inet_pton(known, address).ljust(16, b"\0")
    payload += struct.pack("=IQ", given["device"], cookie)
    payload += struct.pack("=IIIII", *(given[name] for name in ("timer_ms", "recv_q", "send_q", "uid", "inode")))
    return message(payload + b"".join(attributes))


def messages(*parts: bytes) -> Messages:
    """Walk messages that follow one another."""
    return find_messages(np.frombuffer(b"".join(parts), np.uint8))
