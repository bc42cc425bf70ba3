"""Many small netlink questions at once: each datagram carries several, and the kernel answers each with one of its own.

What a look-up costs is mostly the way there: asked together they cost a fifth. Senders and sequence numbers are
checked as for a single question; a lost or a foreign answer is an error, never a gap.
"""

from __future__ import annotations

import errno
import struct
from typing import Self

import numpy as np

from monitor.errors import KernelError, WireError
from monitor.kernel.netlink_messages import HEADER, Messages, Records, aligned, find_messages
from monitor.kernel.netlink_transport import Transport, connect

_ASKED_TOGETHER = 32
"""Answers that surely fit a socket's receive buffer (net.core.rmem_default): one takes up to 5 KiB until it is read."""
_SLOT_BYTES = 64 * 1024
"""Room for one answer: a multipath route has a kilobyte for every hundred next hops."""
_HEADER = struct.Struct("=IHHII")
_SEQUENCE_END = 1 << 32
_MSG_TRUNC = 0x20


class NetlinkBatch:
    """A socket of its own, for one thread at a time."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._port = transport.getsockname()[0]
        self._sequence = 0
        self._allocate(4 * _SLOT_BYTES)

    @classmethod
    def open(cls, protocol: int, operation: str) -> Self:
        """Open a socket to one of the kernel's netlink families, in the calling thread's network namespace.

        Raises:
            KernelError: the kernel or a sandbox offers no such family.
        """
        return cls(connect(protocol, operation))

    def ask(self, requests: Records, operation: str) -> Messages:
        """Ask all, and give the answers in the order of the questions; the next call overwrites them.

        Args:
            requests: records of one length, each a whole message whose field "header" is a HEADER. Sequence number and
                port are filled in here.
            operation: for the sentence of an error.

        Raises:
            KernelError: the kernel is silent, or dropped an answer. What it refuses is an answer (NLMSG_ERROR).
            WireError: an answer breaks its contract.
        """
        if self._sequence + len(requests) >= _SEQUENCE_END:
            self._sequence = 0
        first = self._sequence + 1
        self._sequence += len(requests)
        header = requests["header"]
        header["sequence"] = np.arange(first, first + len(requests))
        header["port"] = self._port
        end = 0
        for start in range(0, len(requests), _ASKED_TOGETHER):
            part = requests[start : start + _ASKED_TOGETHER]
            self._send(part.tobytes(), operation)
            for sequence in range(first + start, first + start + len(part)):
                end += aligned(self._receive(end, sequence, operation))
        return find_messages(self._data[:end])

    def close(self) -> None:
        """Close the socket; may be called twice."""
        self._transport.close()

    def _allocate(self, size: int) -> None:
        self._data = np.zeros(size, np.uint8)
        self._view = self._data.data

    def _send(self, datagram: bytes, operation: str) -> None:
        try:
            self._transport.send(datagram)
        except OSError as error:
            raise KernelError(operation, error.errno or 0) from error

    def _receive(self, end: int, sequence: int, operation: str) -> int:
        """Put the answer to one question at the end of what has come, and give its size; older answers are dropped."""
        if end + _SLOT_BYTES > len(self._data):
            kept = self._data
            self._allocate(len(kept) * 2)
            self._data[:end] = kept[:end]
        slot = self._view[end : end + _SLOT_BYTES]
        while True:
            try:
                size, sender = self._transport.recvfrom_into(slot, 0, _MSG_TRUNC)
            except BlockingIOError as error:
                raise KernelError(operation, errno.ETIMEDOUT) from error
            except OSError as error:
                raise KernelError(operation, error.errno or 0) from error
            if sender[0] != 0:
                continue
            if not HEADER.itemsize <= size <= _SLOT_BYTES:
                raise WireError(f"a netlink datagram of {size} bytes")
            length, _, _, answered, port = _HEADER.unpack_from(slot)
            if port == self._port and answered == sequence:
                if aligned(length) != aligned(size):
                    raise WireError(f"a netlink message of {length} bytes in a datagram of {size}")
                return size
            if answered > sequence:
                raise WireError("the kernel left out an answer")
