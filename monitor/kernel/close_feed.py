"""CloseFeed: every socket that the kernel destroys, by the multicast groups of sock_diag.

One namespace, the one of the thread that opened it; no right is needed. A message comes when the last reference to a
socket goes: for a connection that leaves a TIME-WAIT behind, when that takes its place. Nothing is asked, so nothing
waits: who reads too seldom loses messages, and the kernel counts how many.
"""

from __future__ import annotations

import errno
import socket
import struct
import time
from typing import Self

import numpy as np

from monitor.errors import KernelError
from monitor.kernel.inet_diag import decode
from monitor.kernel.inet_diag_question import SOCK_DIAG_BY_FAMILY
from monitor.kernel.many_datagrams import Datagrams, ManyDatagrams
from monitor.kernel.netlink import NETLINK_SOCK_DIAG
from monitor.kernel.netlink_messages import HEADER, Messages
from monitor.model.closes import CLOSE, CLOSE_COLUMNS, Records
from monitor.model.socket_table import Bools
from monitor.model.tcp import PROTOCOL_TCP

_OPERATION = "listen to closing sockets"
_GROUPS = 0b1111
"""SKNLGRP_INET_TCP_DESTROY (1), _UDP_ (2), _INET6_TCP_ (3), _UDP_ (4) of include/uapi/linux/sock_diag.h, as bits."""
_SO_RCVBUFFORCE = 33
_SO_MEMINFO = 55
"""include/uapi/asm-generic/socket.h."""
_MEMINFO = struct.Struct("=9I")
_DROPS = 8
"""SK_MEMINFO_DROPS."""
_SOL_NETLINK = 270
_NETLINK_NO_ENOBUFS = 5
_ASKED_BUFFER = 16 << 20
"""The kernel doubles it, and charges 1,280 bytes a message: room for 26,000, half a second of the busiest host."""
_SLOTS = 1024
_SLOT_BYTES = 512
"""A message is 380 bytes."""
_CALLS_AT_MOST = 64
"""Of recvmmsg(2) in one take: beyond these 65,000 messages the next take goes on."""


class CloseFeed:
    """For one thread at a time.

    Args:
        destroyed: A netlink socket that has joined the groups, as open() makes it.
    """

    malformed: int = 0
    """Messages so far that broke their bounds, or did not come from the kernel."""

    def __init__(self, destroyed: socket.socket) -> None:
        self._socket = destroyed
        self._datagrams = ManyDatagrams(_SLOTS, _SLOT_BYTES)

    @classmethod
    def open(cls) -> Self:
        """Listen in the calling thread's network namespace from now on.

        Raises:
            KernelError: the kernel or a sandbox does not offer it.
        """
        try:
            destroyed = socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, NETLINK_SOCK_DIAG
            )
        except OSError as error:
            raise KernelError(_OPERATION, error.errno or 0, "no netlink here: another kernel or a sandbox") from error
        try:
            _widen(destroyed)
            # Losses are counted, see lost(): to hear of them by an error as well helps nobody.
            destroyed.setsockopt(_SOL_NETLINK, _NETLINK_NO_ENOBUFS, 1)
            destroyed.bind((0, _GROUPS))
        except OSError as error:
            destroyed.close()
            raise KernelError(_OPERATION, error.errno or 0) from error
        return cls(destroyed)

    def fileno(self) -> int:
        """Give the descriptor, to wait on."""
        return self._socket.fileno()

    def lost(self) -> int:
        """Tell how many messages the kernel has dropped so far, since nobody had read the ones before them."""
        try:
            memory = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
        except OSError as error:
            raise KernelError(_OPERATION, error.errno or 0) from error
        return int(_MEMINFO.unpack(memory)[_DROPS])

    def take(self) -> Records:
        """Give what has come since the last call, without waiting, as CLOSE records in the order of closing.

        Sockets that never had a port are left out.

        Raises:
            KernelError: the socket has broken.
        """
        parts: list[Records] = []
        for _ in range(_CALLS_AT_MOST):
            received = self._receive()
            if received is None:
                break
            parts.append(self._records(received))
            if len(received.sizes) < _SLOTS:
                break
        return np.concatenate(parts) if parts else np.zeros(0, CLOSE)

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def _receive(self) -> Datagrams | None:
        try:
            return self._datagrams.receive(self._socket.fileno())
        except OSError as error:
            if error.errno == errno.ENOBUFS:
                return None
            raise KernelError(_OPERATION, error.errno or 0) from error

    def _records(self, received: Datagrams) -> Records:
        boot_time = time.clock_gettime(time.CLOCK_BOOTTIME)
        messages = self._messages(received)
        # The protocol is an attribute of each message; a message without it is about TCP.
        decoded = decode(messages, PROTOCOL_TCP, 0)
        self.malformed += len(received.sizes) - len(decoded.table)
        table = decoded.table
        records = np.zeros(len(table), CLOSE)
        records["boot_time"] = boot_time
        for name in CLOSE_COLUMNS:
            records[name] = getattr(table, name)
        has_port: Bools = (table.local_port != 0) | (table.remote_port != 0)
        return records[has_port]

    def _messages(self, received: Datagrams) -> Messages:
        """Give the messages that came whole from the kernel: one in each datagram."""
        data, sizes = self._datagrams.data, received.sizes
        slots = np.arange(len(sizes), dtype=np.intp) * _SLOT_BYTES
        headers = np.ndarray((len(sizes),), HEADER, data, strides=(_SLOT_BYTES,)).copy()
        is_ours = (received.senders == 0) & ~received.is_cut & (headers["type"] == SOCK_DIAG_BY_FAMILY)
        is_ours &= (headers["length"] >= HEADER.itemsize) & (headers["length"] <= sizes)
        return Messages(data, slots[is_ours], headers[is_ours])


def _widen(destroyed: socket.socket) -> None:
    try:
        destroyed.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ASKED_BUFFER)
    except PermissionError:
        # Without CAP_NET_ADMIN the kernel gives what net.core.rmem_max allows.
        destroyed.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ASKED_BUFFER)
