"""ChangeEvents: whether links, addresses, routes, rules or neighbours changed; what changed is then asked for anew."""

from __future__ import annotations

import errno
import socket
import struct
from enum import Flag, auto

from monitor.errors import KernelError


class Change(Flag):
    """Kinds of rtnetlink objects."""

    NONE = 0
    LINK = auto()
    ADDRESS = auto()
    ROUTE = auto()
    """A route or a nexthop object."""
    NEIGHBOUR = auto()
    RULE = auto()


ANY_CHANGE = Change.LINK | Change.ADDRESS | Change.ROUTE | Change.NEIGHBOUR | Change.RULE

# Message numbers of linux/rtnetlink.h: NEW, DEL, GET and SET of one kind stand in fours.
_CHANGES = {
    16: Change.LINK,
    20: Change.ADDRESS,
    24: Change.ROUTE,
    28: Change.NEIGHBOUR,
    32: Change.RULE,
    104: Change.ROUTE,
}
_GROUPS = (1, 3, 5, 7, 8, 9, 11, 19, 32)
"""RTNLGRP_LINK, NEIGH, then address, route and rule of IPv4 and of IPv6, NEXTHOP."""
_HEADER = struct.Struct("=IHHII")
_RECEIVE_BYTES = 65536
_MOST_DATAGRAMS = 256
"""One drain never takes longer than this many: a flapping route table must not hold up a sample."""


class ChangeEvents:
    """A socket subscribed to every change in the network namespace in which it was opened."""

    def __init__(self) -> None:
        try:
            self._socket = socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE
            )
        except OSError as error:
            raise KernelError("open a netlink socket", error.errno or 0) from error
        try:
            self._socket.bind((0, sum(1 << (group - 1) for group in _GROUPS)))
        except OSError as error:
            self._socket.close()
            raise KernelError("subscribe to network changes", error.errno or 0) from error

    def drain(self) -> Change:
        """Take what has arrived, without waiting, and say which kinds of objects changed.

        Raises:
            KernelError: the socket is closed or broken.
        """
        changes = Change.NONE
        for _ in range(_MOST_DATAGRAMS):
            try:
                datagram, _, flags, sender = self._socket.recvmsg(_RECEIVE_BYTES)
            except BlockingIOError:
                return changes
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise KernelError("read network changes", error.errno or 0) from error
                # The kernel dropped events: what they said is unknown, so everything may be new.
                changes |= ANY_CHANGE
                continue
            # Port 0 is the kernel; others may write to this socket too.
            if sender[0] == 0:
                changes |= ANY_CHANGE if flags & socket.MSG_TRUNC else changes_in(datagram)
        return ANY_CHANGE

    def close(self) -> None:
        """Unsubscribe; may be called twice."""
        self._socket.close()


def changes_in(datagram: bytes) -> Change:
    """Say which kinds of objects the messages of one datagram are about; broken lengths count as any change."""
    changes = Change.NONE
    offset = 0
    while offset + _HEADER.size <= len(datagram):
        length, number, _, _, _ = _HEADER.unpack_from(datagram, offset)
        if length < _HEADER.size or offset + length > len(datagram):
            return ANY_CHANGE
        changes |= _CHANGES.get(number & ~3, Change.NONE)
        offset += (length + 3) & ~3
    return changes
