"""ProcNetSockets: what SockDiag does, as far as /proc/net can stand in where there is no netlink or no inet_diag."""

from __future__ import annotations

import errno
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from monitor.errors import KernelError
from monitor.kernel.inet_diag import without_duplicates
from monitor.kernel.proc_net import FILES, read_lines
from monitor.kernel.this_namespace import namespace_number
from monitor.model.socket_table import DROPS_UNKNOWN, U64, SocketTable
from monitor.model.sockets import SocketId
from monitor.model.tcp import LIVE_STATES, PROTOCOL_TCP, PROTOCOL_UDP

if TYPE_CHECKING:
    from monitor.model.tcp_info import SocketDetails

_DIRECTORY = Path("/proc/thread-self/net")
_NOBODY: U64 = np.zeros(0, np.uint64)


class ProcNetSockets:
    """The sockets of the calling thread's network namespace, read as text; see proc_net for what that leaves out.

    Args:
        directory: Where the files stand; None for where the kernel shows them.
    """

    was_interrupted = False
    """Text that changes while it is read never says so."""

    def __init__(self, directory: Path | None = None) -> None:
        self.namespace = namespace_number()
        self.malformed = 0
        """Lines left out so far because they are not as they should be."""
        self._directory = directory or _DIRECTORY

    def dump_tcp(self, states: int = LIVE_STATES, followed_by: SocketTable | None = None) -> SocketTable:
        """List the TCP sockets that are in one of these states; those that are only bound are not told.

        Raises:
            KernelError: the files cannot be read.
        """
        table = self._list(PROTOCOL_TCP)
        is_wanted = (states >> table.state.astype(np.uint64)) & 1 == 1
        parts = [table.take(is_wanted), *([] if followed_by is None else [followed_by])]
        return SocketTable.concatenate(parts)

    def dump_udp(self) -> SocketTable:
        """List the UDP sockets; raises as dump_tcp()."""
        return self._list(PROTOCOL_UDP)

    def note_listener_drops(self, table: SocketTable, all_drops: int | None) -> None:
        """Write into a list that the drops of its listeners are not known."""
        table.drops[table.is_listener] = DROPS_UNKNOWN

    def absentees(
        self,
        previous: SocketTable,
        current: SocketTable,
        destroyed: U64,
    ) -> tuple[U64, SocketTable]:
        """Tell nothing: without cookies nobody can be asked for by name."""
        return _NOBODY, SocketTable.empty(self.namespace)

    def connected(self, asked: SocketTable) -> tuple[U64, SocketTable]:
        """Likewise."""
        return _NOBODY, SocketTable.empty(self.namespace)

    def details(self, asked: SocketId) -> SocketDetails | None:
        """Refuse: an empty answer would say that the socket is gone."""
        raise KernelError("ask about one socket, whose cookie /proc/net does not tell", errno.EOPNOTSUPP)

    def _list(self, protocol: int) -> SocketTable:
        tables = []
        for family in (socket.AF_INET, socket.AF_INET6):
            name = FILES[protocol, family]
            try:
                text = (self._directory / name).read_bytes()
            except FileNotFoundError:
                if family == socket.AF_INET6:
                    # IPv6 is switched off: there are no such sockets.
                    continue
                raise KernelError(f"read /proc/net/{name}", errno.ENOENT) from None
            except OSError as error:
                raise KernelError(f"read /proc/net/{name}", error.errno or 0) from error
            table, malformed = read_lines(text, protocol, family, self.namespace)
            self.malformed += malformed
            tables.append(table)
        return without_duplicates(SocketTable.concatenate(tables))
