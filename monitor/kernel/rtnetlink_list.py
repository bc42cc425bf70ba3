"""Lists of rtnetlink objects by plain netlink, for what can wait neither for pyroute2's import nor for its decoding."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from monitor.errors import WireError
from monitor.kernel.netlink import NetlinkSocket
from monitor.kernel.netlink_messages import HEADER, aligned
from monitor.kernel.rtnetlink_numbers import RTNEXTHOP

NETLINK_ROUTE = 0
DUMP_TRIES = 5
"""How often a list is asked for of which the kernel says that it changed meanwhile."""

U32 = struct.Struct("=I")

_ATTRIBUTE = struct.Struct("=HH")
_ATTRIBUTE_TYPE_MASK = 0x3FFF


class RtnetlinkList:
    """Asks for lists in the network namespace in which it was opened; for one thread at a time.

    Raises KernelError where the kernel refuses, or a sandbox has no netlink, and WireError where an answer breaks its
    contract.
    """

    was_interrupted: bool = False
    """Whether the kernel called the last list inconsistent each time that it was asked for."""

    def __init__(self, operation: str, *, is_strict: bool = False) -> None:
        """Open a socket.

        Args:
            operation: for the sentence of an error.
            is_strict: have the kernel choose by the fields of the request, which since Linux 4.20 it does for those
                who say that they mean them; before that it sends everything.
        """
        self._netlink = NetlinkSocket.open(NETLINK_ROUTE, operation, is_strict=is_strict)

    def read(self, kind: int, request: bytes, operation: str, answer: int) -> list[bytes]:
        """Give what follows the header of each message; a list that never comes consistent is given as it came."""
        messages: list[bytes] = []
        for _ in range(DUMP_TRIES):
            messages = list(self.bodies(kind, request, operation, answer))
            if not self._netlink.was_interrupted:
                break
        self.was_interrupted = self._netlink.was_interrupted
        return messages

    def close(self) -> None:
        """Close the socket."""
        self._netlink.close()

    def bodies(self, kind: int, request: bytes, operation: str, answer: int) -> Iterator[bytes]:
        """Give what follows the header of each message as it comes; consistent or not."""
        for batch in self._netlink.dump(kind, request, operation, answer=answer):
            data = batch.data.data
            for offset, length in zip(batch.offsets.tolist(), batch.lengths.tolist(), strict=True):
                yield bytes(data[offset + HEADER.itemsize : offset + length])


def unpack(layout: struct.Struct, body: bytes) -> tuple[int, ...]:
    """Read the structure at the beginning of a body.

    Raises:
        WireError: it is longer than the body.
    """
    if len(body) < layout.size:
        raise WireError(f"a netlink message of {len(body)} bytes has no room for its structure")
    return layout.unpack_from(body)


def attributes(body: bytes, begin: int) -> dict[int, bytes]:
    """Read the attributes from an offset on; of one that stands twice the last counts.

    Raises:
        WireError: an attribute breaks its bounds.
    """
    found: dict[int, bytes] = {}
    while begin + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, begin)
        if length < _ATTRIBUTE.size or begin + length > len(body):
            raise WireError(f"a netlink attribute of {length} bytes stands where {len(body) - begin} are left")
        found[kind & _ATTRIBUTE_TYPE_MASK] = body[begin + _ATTRIBUTE.size : begin + length]
        begin += aligned(length)
    return found


def attribute(kind: int, value: bytes) -> bytes:
    """Make an attribute of a request, padded to where the next begins."""
    length = _ATTRIBUTE.size + len(value)
    return (_ATTRIBUTE.pack(length, kind) + value).ljust(aligned(length), b"\0")


def next_hops(value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Read the next hops of RTA_MULTIPATH: flags, index of the interface, and attributes of each.

    Raises:
        WireError: a next hop breaks its bounds.
    """
    begin = 0
    while begin + RTNEXTHOP.size <= len(value):
        length, flags, _, output = RTNEXTHOP.unpack_from(value, begin)
        if length < RTNEXTHOP.size or begin + length > len(value):
            raise WireError(f"a next hop of {length} bytes stands where {len(value) - begin} are left")
        yield flags, output, value[begin + RTNEXTHOP.size : begin + length]
        begin += aligned(length)


def number(value: bytes | None, *, otherwise: int = 0) -> int:
    """Read a u32; of another length, or absent, it is what stands in for it."""
    return U32.unpack(value)[0] if value is not None and len(value) == U32.size else otherwise
