"""RenewedList: the batches of one dump beside the list of before, whose unchanged columns are taken over. Pure.

Most sockets stand where they stood and most of their numbers are what they were: to compare a batch while it is in the
processor's cache costs a third of having the kernel clear memory for another table.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.kernel.inet_diag import decode_into
from monitor.kernel.inet_diag_list import SocketList
from monitor.kernel.netlink_messages import Messages
from monitor.model.socket_table import SocketTable

_ALWAYS_OWN = "drops"
"""The column into which whoever asked for the list writes what listeners have dropped."""


class RenewedList:
    """Does what a SocketList does.

    Args:
        protocol: Of the messages that do not tell it.
        former: The list of before; rows may have come, gone or moved since.
    """

    def __init__(self, protocol: int, former: SocketTable) -> None:
        self._protocol = protocol
        self._former = former
        self._own: dict[str, npt.NDArray[Any]] = {_ALWAYS_OWN: getattr(former, _ALWAYS_OWN).copy()}
        """Columns that differ somewhere, whole."""
        self._used = 0
        self._moved: SocketList | None = None
        """The list from the row on that is another socket than before."""

    @property
    def malformed(self) -> int:
        """Messages left out so far because they broke their bounds."""
        return 0 if self._moved is None else self._moved.malformed

    @property
    def may_repeat(self) -> bool:
        """Whether a socket may have two rows; the former list had none twice."""
        return self._moved is not None

    def add(self, messages: Messages) -> None:
        """Decode a batch behind the rows that are there."""
        if self._moved is None:
            batch = SocketTable.zeros(len(messages), self._former.namespace)
            if decode_into(batch, messages, self._protocol).all() and self._take(batch):
                return
        self._list_from_here().add(messages)

    def append(self, table: SocketTable) -> None:
        """Put other rows behind those that are there."""
        if self._moved is not None or not self._take(table):
            self._list_from_here().append(table)

    def table(self) -> SocketTable:
        """Give the rows so far; columns may be those of the former list, which is not to be written to."""
        if self._moved is not None:
            return self._moved.table()
        columns = {name: self._own.get(name, getattr(self._former, name)) for name in SocketTable.column_names()}
        if self._used < len(self._former):
            columns = {name: column[: self._used] for name, column in columns.items()}
        return SocketTable(self._former.namespace, **columns)

    def _take(self, batch: SocketTable) -> bool:
        """Put a batch behind the rows that are there; False where it holds other sockets than the former list there."""
        begin, end = self._used, self._used + len(batch)
        if not np.array_equal(batch.cookie, self._former.cookie[begin:end]):
            return False
        for name in SocketTable.column_names():
            now, own = getattr(batch, name), self._own.get(name)
            if own is None:
                before = getattr(self._former, name)
                if np.array_equal(now, before[begin:end]):
                    continue
                own = self._own[name] = before.copy()
            own[begin:end] = now
        self._used = end
        return True

    def _list_from_here(self) -> SocketList:
        if self._moved is None:
            so_far = self.table()
            self._moved = SocketList(self._protocol, self._former.namespace, len(self._former))
            self._moved.append(so_far)
        return self._moved
