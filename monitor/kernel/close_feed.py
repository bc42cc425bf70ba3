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
from monitor.kernel.inet_diag import decode_into
from monitor.kernel.inet_diag_question import SOCK_DIAG_BY_FAMILY
from monitor.kernel.many_datagrams import Datagrams, ManyDatagrams
from monitor.kernel.netlink import NETLINK_SOCK_DIAG
from monitor.kernel.netlink_messages import HEADER, Messages
from monitor.kernel.netlink_transport import no_socket
from monitor.model.closes import CLOSE, CLOSE_COLUMNS, Records
from monitor.model.socket_table import Bools, SocketTable
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
_SLOTS = 4096
_SLOT_BYTES = 512
"""A message is 380 bytes."""
_TURNS_AT_MOST = 16
"""Of filling all slots in one take: beyond these 65,000 messages the next take goes on."""


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
        self._used = 0
        """Slots with messages that were received and not read."""
        self._received_at = np.zeros(_SLOTS)
        """CLOCK_BOOTTIME in seconds, of each slot."""

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
            raise no_socket(_OPERATION, error) from error
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

    def gather(self) -> bool:
        """Take messages off the kernel's hands, without waiting, and leave the reading of them to the next take().

        To read a few messages takes nearly as long as to read thousands.

        Returns:
            Whether all of them were received; if not, take() has to make room first.

        Raises:
            KernelError: the socket has broken.
        """
        while self._used < _SLOTS:
            received = self._receive()
            if not received:
                return True
            now = time.clock_gettime(time.CLOCK_BOOTTIME)
            self._received_at[self._used : self._used + received] = now
            self._used += received
        return False

    def take(self) -> Records:
        """Give what has come since the last call, without waiting, as CLOSE records in the order of closing.

        Sockets that never had a port are left out.

        Raises:
            KernelError: the socket has broken.
        """
        parts: list[Records] = []
        for _ in range(_TURNS_AT_MOST):
            is_all = self.gather()
            parts.append(self._records())
            if is_all:
                break
        return np.concatenate(parts)

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def _receive(self) -> int:
        try:
            return self._datagrams.receive(self._socket.fileno(), self._used)
        except OSError as error:
            if error.errno == errno.ENOBUFS:
                return 0
            raise KernelError(_OPERATION, error.errno or 0) from error

    def _records(self) -> Records:
        """Read the messages in the slots, and leave these to what comes next."""
        used, self._used = self._used, 0
        if not used:
            return np.zeros(0, CLOSE)
        is_ours, messages = self._messages(self._datagrams.received(used))
        table = SocketTable.zeros(len(messages))
        # The protocol is an attribute of each message; a message without it is about TCP.
        is_whole = decode_into(table, messages, PROTOCOL_TCP)
        self.malformed += used - int(np.count_nonzero(is_whole))
        records = np.zeros(len(table), CLOSE)
        records["boot_time"] = self._received_at[:used][is_ours]
        for name in CLOSE_COLUMNS:
            records[name] = getattr(table, name)
        has_port: Bools = (table.local_port != 0) | (table.remote_port != 0)
        return records[is_whole & has_port]

    def _messages(self, received: Datagrams) -> tuple[Bools, Messages]:
        """Tell which messages came whole from the kernel, one in each datagram, and give them."""
        data, sizes = self._datagrams.data, received.sizes
        slots = np.arange(len(sizes), dtype=np.intp) * _SLOT_BYTES
        headers = np.ndarray((len(sizes),), HEADER, data, strides=(_SLOT_BYTES,)).copy()
        is_ours = (received.senders == 0) & ~received.is_cut & (headers["type"] == SOCK_DIAG_BY_FAMILY)
        is_ours &= (headers["length"] >= HEADER.itemsize) & (headers["length"] <= sizes)
        return is_ours, Messages(data, slots[is_ours], headers[is_ours])


def _widen(destroyed: socket.socket) -> None:
    try:
        destroyed.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _ASKED_BUFFER)
    except PermissionError:
        # Without CAP_NET_ADMIN the kernel gives what net.core.rmem_max allows.
        destroyed.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ASKED_BUFFER)
