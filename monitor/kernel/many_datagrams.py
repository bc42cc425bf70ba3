"""Many datagrams by one call: recvmmsg(2), which the standard library does not offer."""

from __future__ import annotations

import ctypes
import errno
import socket
from functools import cache
from typing import NamedTuple

import numpy as np

from monitor.model.socket_table import U8, U32

_NETLINK_ADDRESS = np.dtype([("family", "u2"), ("pad", "u2"), ("port", "u4"), ("groups", "u4")])
"""struct sockaddr_nl (include/uapi/linux/netlink.h)."""


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """struct mmsghdr (recvmmsg(2))."""

    _fields_ = (("header", _Header), ("size", ctypes.c_uint32))


_SEEN = np.dtype(
    {
        "names": ["flags", "size"],
        "formats": ["i4", "u4"],
        "offsets": [_Message.header.offset + _Header.flags.offset, _Message.size.offset],
        "itemsize": ctypes.sizeof(_Message),
    }
)
"""What the kernel writes into a struct mmsghdr."""


class Datagrams(NamedTuple):
    """What was received; views, which change with what is received next into the same slots."""

    sizes: U32
    """Bytes of each datagram, which lie at the beginning of its slot; at most a slot."""
    is_cut: np.ndarray[tuple[int], np.dtype[np.bool_]]
    """Of which datagrams the end did not fit the slot."""
    senders: U32
    """Netlink port of the sender of each; 0 for the kernel."""


class ManyDatagrams:
    """Slots in one buffer, one datagram in each.

    Args:
        slots: How many datagrams one call may bring.
        slot_bytes: Room for each, a multiple of 8.
    """

    def __init__(self, slots: int, slot_bytes: int) -> None:
        self.data: U8 = np.zeros(slots * slot_bytes, np.uint8)
        """The buffer; datagram n begins at n * slot_bytes."""
        self._addresses = np.zeros(slots, _NETLINK_ADDRESS)
        self._vectors = (_Vector * slots)()
        self._messages = (_Message * slots)()
        for slot in range(slots):
            vector, header = self._vectors[slot], self._messages[slot].header
            vector.base, vector.length = self.data.ctypes.data + slot * slot_bytes, slot_bytes
            header.vectors, header.vector_count = ctypes.addressof(vector), 1
            header.name = self._addresses.ctypes.data + slot * _NETLINK_ADDRESS.itemsize
            header.name_length = _NETLINK_ADDRESS.itemsize
        self._seen = np.frombuffer(memoryview(self._messages), _SEEN)

    def receive(self, descriptor: int, first: int = 0) -> int:
        """Receive what is there without waiting, into the slots from one on, and tell how many datagrams that were.

        Raises:
            OSError: as recvmmsg(2); ENOBUFS where a netlink socket has lost messages.
        """
        free = len(self._messages) - first
        count: int = _recvmmsg()(descriptor, ctypes.byref(self._messages[first]), free, socket.MSG_DONTWAIT, None)
        if count < 0:
            number = ctypes.get_errno()
            if number in {errno.EAGAIN, errno.EINTR}:
                return 0
            raise OSError(number, "recvmmsg")
        return count

    def received(self, count: int) -> Datagrams:
        """Describe the datagrams in the first slots."""
        seen = self._seen[:count]
        return Datagrams(seen["size"], (seen["flags"] & socket.MSG_TRUNC) != 0, self._addresses["port"][:count])


@cache
def _recvmmsg() -> ctypes._NamedFuncPointer:
    function = ctypes.CDLL(None, use_errno=True).recvmmsg
    function.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)
    function.restype = ctypes.c_int
    return function
