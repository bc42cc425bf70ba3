"""Netlink messages as the kernel writes them, and a kernel that says what a test tells it to."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence

PORT = 77
"""nl_pid of the scripted conversation."""
SEQUENCE = 1
"""nlmsg_seq of its first question."""
MULTI = 2
ERROR, DONE = 2, 3


def message(payload: bytes, kind: int = 20, *, flags: int = MULTI, sequence: int = SEQUENCE, port: int = PORT) -> bytes:
    """Make a message with its header, filled up to a whole word."""
    padding = bytes(-len(payload) % 4)
    return struct.pack("=IHHII", 16 + len(payload), kind, flags, sequence, port) + payload + padding


def done(code: int = 0, *, sequence: int = SEQUENCE) -> bytes:
    """Make the end mark of a dump, whose code is 0 or a negative errno."""
    return message(struct.pack("=i", code), DONE, sequence=sequence)


def error(number: int, *, sequence: int = SEQUENCE) -> bytes:
    """Make the refusal of a question: the negative errno, then the question's header."""
    return message(struct.pack("=i16x", -number), ERROR, flags=0, sequence=sequence)


class ScriptedKernel:
    """A transport that gives prepared datagrams, each as bytes or as (sender's port, bytes), and then silence."""

    def __init__(self, *datagrams: bytes | tuple[int, bytes] | OSError) -> None:
        self.datagrams: list[bytes | tuple[int, bytes] | OSError] = list(datagrams)
        self.questions: list[bytes] = []

    def send(self, data: bytes, /) -> int:
        self.questions.append(data)
        return len(data)

    def recvfrom_into(self, buffer: memoryview, nbytes: int, flags: int, /) -> tuple[int, tuple[int, int]]:
        if not self.datagrams:
            raise BlockingIOError
        datagram = self.datagrams.pop(0)
        if isinstance(datagram, OSError):
            raise datagram
        sender, data = (0, datagram) if isinstance(datagram, bytes) else datagram
        part = data[: len(buffer)]
        buffer[: len(part)] = part
        return (len(data) if flags & socket.MSG_TRUNC else len(part)), (sender, 0)

    def getsockname(self) -> tuple[int, int]:
        return PORT, 0

    def close(self) -> None:
        self.datagrams.clear()


class EndlessKernel(ScriptedKernel):
    """A transport that repeats one datagram for ever."""

    def recvfrom_into(self, buffer: memoryview, nbytes: int, flags: int, /) -> tuple[int, tuple[int, int]]:
        self.datagrams = [*self.datagrams[:1], *self.datagrams[:1]]
        return super().recvfrom_into(buffer, nbytes, flags)


def datagrams_of(captured: bytes, size: int) -> Sequence[bytes]:
    """Cut a captured dump at message boundaries into datagrams of at most about that size."""
    pieces: list[bytes] = []
    begin = at = 0
    while at < len(captured):
        at += -(-struct.unpack_from("=I", captured, at)[0] // 4) * 4
        if at - begin >= size:
            pieces.append(captured[begin:at])
            begin = at
    return [*pieces, captured[begin:]] if begin < at else pieces
