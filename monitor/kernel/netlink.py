"""The raw netlink conversation: a question to the kernel, and its answer as messages that are proven to be ours.

What is dropped: datagrams of another sender than the kernel, and answers to another question than the last. What ends
in an error: a cut datagram, a message that breaks its bounds, an errno in NLMSG_ERROR or NLMSG_DONE, and silence.
"""

from __future__ import annotations

import errno
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Self

import numpy as np

from monitor.errors import KernelError, WireError
from monitor.kernel.netlink_messages import Messages, aligned, find_messages
from monitor.kernel.netlink_transport import Transport, connect

NETLINK_SOCK_DIAG = 4

NLM_F_REQUEST = 0x001
NLM_F_ACK = 0x004
NLM_F_DUMP_INTR = 0x010
NLM_F_DUMP = 0x300

NLMSG_NOOP = 1
NLMSG_ERROR = 2
NLMSG_DONE = 3

PATIENCE_S = 30.0
"""Longest time that one question may take."""

_HEADER = struct.Struct("=IHHII")
_CODE = struct.Struct("=i")
_DONE_BYTES = _HEADER.size + _CODE.size
_MAX_ERRNO = 4095
"""MAX_ERRNO of include/linux/err.h."""

_SLOT_BYTES = 64 * 1024
"""Room for one datagram. The kernel fills at most 32 KiB when it dumps (netlink_dump)."""
SHORT_LIST_BYTES = 1024 * 1024
"""Room for the datagrams that are parsed together; a thousand look-ups fit, and what is not used takes no memory."""
LONG_LIST_BYTES = 4 * 1024 * 1024
"""The same for a list of many thousands: few enough to stay in the processor's cache, and numpy asks for huge pages."""

_TRUE_SIZE = int(socket.MSG_TRUNC)
"""As a flag of recv: tell the datagram's size even where it did not fit."""


class TruncatedDatagramError(WireError):
    """A datagram did not fit its slot: what was read is not the whole answer. Widen the slot and ask again."""


class NetlinkSocket:
    """One conversation: one question at a time, all answers in one buffer that is used again and again.

    Every method raises KernelError(operation, …) where the kernel refuses or is silent, and WireError where the answer
    breaks its contract. `operation` is a phrase such as "list TCP sockets".
    """

    was_interrupted: bool = False
    """Whether the kernel flagged the last dump as inconsistent (NLM_F_DUMP_INTR)."""

    def __init__(
        self,
        transport: Transport,
        *,
        slot_bytes: int = _SLOT_BYTES,
        arena_bytes: int = SHORT_LIST_BYTES,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._transport = transport
        self._port = transport.getsockname()[0]
        self._sequence = 0
        self._operation = ""
        self._patience_s = patience_s
        self._deadline = 0.0
        self._is_answered = True
        self._allocate(slot_bytes, arena_bytes)

    @classmethod
    def open(
        cls, protocol: int, operation: str, *, is_strict: bool = False, arena_bytes: int = SHORT_LIST_BYTES
    ) -> Self:
        """Open a socket to one of the kernel's netlink families, in the calling thread's network namespace.

        Strict is what rtnetlink may be: see connect().

        Raises:
            KernelError: the kernel or a sandbox offers no such family.
        """
        return cls(connect(protocol, operation, is_strict=is_strict), arena_bytes=arena_bytes)

    def dump(self, kind: int, payload: bytes, operation: str, *, answer: int | None = None) -> Iterator[Messages]:
        """Ask for a list, and give its messages in batches; each batch is gone when the next is asked for.

        Args:
            kind: nlmsg_type of the question.
            payload: what follows the header.
            operation: for the sentence of an error.
            answer: nlmsg_type of the messages that answer it; None where it is that of the question.

        Raises:
            TruncatedDatagramError: nothing of this dump may be shown.
        """
        self.was_interrupted = False
        self._ask(kind, NLM_F_REQUEST | NLM_F_DUMP, payload, operation)
        while not self._is_answered:
            if time.monotonic() > self._deadline:
                raise KernelError(operation, errno.ETIMEDOUT, "the answer does not end")
            self._fill()
            yield self._verified(kind if answer is None else answer)

    def look_up(
        self, kind: int, payloads: Sequence[bytes], operation: str, *, answer: int | None = None
    ) -> tuple[Messages, list[int]]:
        """Ask one question after another, and give the answers in order and for each question 0 or its errno.

        The arguments are those of dump().

        Raises:
            WireError: also where the answers do not fit the buffer together; a thousand short ones do.
        """
        self._clear()
        expected = kind if answer is None else answer
        refusals: list[int] = []
        for payload in payloads:
            self._ask(kind, NLM_F_REQUEST, payload, operation)
            length, received, size = self._receive()
            self._is_answered = True
            if received == NLMSG_ERROR and (refusal := self._error_code(self._end, size)):
                refusals.append(refusal)
            elif received == expected and aligned(length) == aligned(size):
                refusals.append(0)
                self._keep(size)
            else:
                raise WireError(
                    f"a netlink answer of type {received}, {length} of {size} bytes, to a question of {kind}"
                )
        return find_messages(self._data[: self._end]), refusals

    def act(self, kind: int, payload: bytes, operation: str) -> int:
        """Have the kernel do something; 0 where it says that it did, else its errno."""
        self._clear()
        self._ask(kind, NLM_F_REQUEST | NLM_F_ACK, payload, operation)
        _, received, size = self._receive()
        self._is_answered = True
        if received != NLMSG_ERROR:
            raise WireError(f"a netlink answer of type {received} to an order of {kind}")
        return self._error_code(self._end, size)

    def widen(self) -> None:
        """Double the slot for one datagram."""
        self._allocate(self._slot * 2, max(len(self._data), self._slot * 4))

    def close(self) -> None:
        """Close the socket."""
        self._transport.close()

    def _allocate(self, slot_bytes: int, arena_bytes: int) -> None:
        self._slot = slot_bytes
        self._data = np.zeros(arena_bytes, np.uint8)
        self._view = self._data.data
        self._clear()

    def _clear(self) -> None:
        self._end = 0
        self._starts: list[int] = []

    def _keep(self, size: int) -> None:
        """Count the datagram at the end of what has come as part of it."""
        self._starts.append(self._end)
        self._end += aligned(size)

    def _ask(self, kind: int, flags: int, payload: bytes, operation: str) -> None:
        self._operation = operation
        if not self._is_answered:
            self._drain()
        self._sequence = self._sequence % 0xFFFF_FFFF + 1
        self._deadline = time.monotonic() + self._patience_s
        header = _HEADER.pack(_HEADER.size + len(payload), kind, flags, self._sequence, self._port)
        try:
            self._transport.send(header + payload)
        except OSError as error:
            raise KernelError(operation, error.errno or 0) from error
        self._is_answered = False

    def _drain(self) -> None:
        """Read an abandoned dump to its end, since the kernel answers EBUSY to a second one."""
        deadline = time.monotonic() + self._patience_s
        # An error ends the reading as silence does: the next question finds out what it means.
        with suppress(OSError):
            while time.monotonic() < deadline:
                self._transport.recvfrom_into(self._view, 0, socket.MSG_DONTWAIT)

    def _fill(self) -> None:
        """Receive until the answer seems to be whole, the buffer is full, or the kernel falls silent."""
        self._clear()
        while self._end + self._slot <= len(self._data):
            try:
                _, answer, size = self._receive()
            except KernelError as error:
                # What has come may hold the reason for the silence; where it does not, the next silence is final.
                if error.errno != errno.ETIMEDOUT or not self._starts:
                    raise
                return
            self._keep(size)
            if answer == NLMSG_ERROR or self._seems_done():
                return

    def _seems_done(self) -> bool:
        """Whether what has come ends like NLMSG_DONE, which is where the kernel puts it."""
        if self._end < _DONE_BYTES:
            return False
        _, kind, _, sequence, port = _HEADER.unpack_from(self._view, self._end - _DONE_BYTES)
        return (kind, sequence, port) == (NLMSG_DONE, self._sequence, self._port)

    def _receive(self) -> tuple[int, int, int]:
        """Put the next datagram of the answer at the end of what has come; give its length, type, and size in bytes."""
        slot = self._view[self._end : self._end + self._slot]
        if len(slot) < self._slot:
            raise WireError(f"the answers to one netlink question exceed {len(self._data)} bytes")
        while True:
            try:
                size, sender = self._transport.recvfrom_into(slot, 0, _TRUE_SIZE)
            except BlockingIOError as error:
                raise KernelError(self._operation, errno.ETIMEDOUT) from error
            except OSError as error:
                raise KernelError(self._operation, error.errno or 0) from error
            if sender[0] == 0:
                if size > self._slot:
                    raise TruncatedDatagramError(f"a netlink datagram of {size} bytes did not fit {self._slot}")
                if size < _HEADER.size:
                    raise WireError(f"a netlink datagram of {size} bytes")
                length, kind, _, sequence, port = _HEADER.unpack_from(slot)
                if sequence == self._sequence and port == self._port:
                    return length, kind, size
            if time.monotonic() > self._deadline:
                raise KernelError(self._operation, errno.ETIMEDOUT)

    def _verified(self, kind: int) -> Messages:
        """Give the messages of that type in what has come, after everything in it was checked."""
        messages = find_messages(self._data[: self._end])
        if (
            self._starts[-1] > messages.offsets[-1]
            or (messages.offsets[np.searchsorted(messages.offsets, self._starts)] != self._starts).any()
        ):
            raise WireError("a netlink message runs past its datagram")
        headers = messages.headers
        is_ours = (headers["sequence"] == self._sequence) & (headers["port"] == self._port)
        is_answer = is_ours & (headers["type"] == kind)
        self.was_interrupted |= bool((headers["flags"][is_ours] & NLM_F_DUMP_INTR).any())
        for row in np.flatnonzero(is_ours & ~is_answer).tolist():
            self._obey(int(headers["type"][row]), int(messages.offsets[row]), int(headers["length"][row]))
        answers = int(np.count_nonzero(is_answer))
        # The end mark is the last message, so that the answers before it are mostly a slice.
        return messages.take(slice(answers) if is_answer[:answers].all() else is_answer)

    def _obey(self, kind: int, offset: int, length: int) -> None:
        """Do what a control message says: nothing, end the answer, or raise the error that it carries."""
        if kind == NLMSG_NOOP:
            return
        if kind not in {NLMSG_DONE, NLMSG_ERROR}:
            raise WireError(f"a netlink message of the unexpected type {kind}")
        refusal = self._error_code(offset, length)
        self._is_answered = self._is_answered or kind == NLMSG_DONE or refusal != 0
        if refusal:
            raise KernelError(self._operation, refusal)

    def _error_code(self, offset: int, length: int) -> int:
        """Read the errno of NLMSG_ERROR or NLMSG_DONE; 0 for none."""
        if length < _DONE_BYTES:
            raise WireError(f"a netlink control message of {length} bytes")
        code = int(_CODE.unpack_from(self._view, offset + _HEADER.size)[0])
        if code < -_MAX_ERRNO:
            raise WireError(f"a netlink error code of {code}")
        return max(0, -code)
