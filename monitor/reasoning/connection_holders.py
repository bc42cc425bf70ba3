"""Which processes hold a connection, whichever of its ends is here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from monitor.model.connection import TcpConnection
from monitor.model.owner_table import OwnerTable
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_TCP


def connection_holders(table: SocketTable, owners: OwnerTable, connections: Iterable[TcpConnection]) -> set[int]:
    """Give the pids of all that hold a socket of some connections, of either side; endpoints as packets carry them."""
    rows = (row for connection in connections for row in _rows_of(table, connection))
    return {owner.process.pid for row in rows for owner in owners.owners_of(int(table.inode[row]))}


def _rows_of(table: SocketTable, connection: TcpConnection) -> Iterator[int]:
    for ends in (connection, connection.reversed):
        is_near = (table.local_port == ends.local.port) & (table.remote_port == ends.remote.port)
        for row in np.flatnonzero(is_near & (table.protocol == PROTOCOL_TCP)).tolist():
            if (table.local(row).on_the_wire, table.remote(row).on_the_wire) == (ends.local, ends.remote):
                yield row
