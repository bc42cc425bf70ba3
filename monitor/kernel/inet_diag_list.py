"""SocketList: the batches of one dump in one table, without copying them together at the end. Pure."""

from __future__ import annotations

from monitor.kernel.inet_diag import decode_into
from monitor.kernel.netlink_messages import Messages
from monitor.model.socket_table import SocketTable

_LEAST_ROWS = 1024


class SocketList:
    """A table that grows by batches. Rows stand in the order of their messages."""

    malformed: int
    """Messages left out so far because they broke their bounds."""
    may_repeat = True
    """Whether a socket may have two rows: one that changed during the dump."""

    def __init__(self, protocol: int, namespace: int, expected_rows: int = 0) -> None:
        self.malformed = 0
        self._protocol = protocol
        # A sixteenth more than last time: rows that stay unused are pages that are never touched.
        self._table = SocketTable.zeros(max(_LEAST_ROWS, expected_rows + expected_rows // 16), namespace)
        self._used = 0

    def add(self, messages: Messages) -> None:
        """Decode a batch behind the rows that are there."""
        end = self._used + len(messages)
        if end > len(self._table):
            self._grow(max(end, 2 * len(self._table)))
        batch = _rows(self._table, self._used, end)
        is_whole = decode_into(batch, messages, self._protocol)
        if not is_whole.all():
            whole = batch.take(is_whole)
            self.malformed += len(batch) - len(whole)
            _copy(whole, batch)
            _clear(_rows(batch, len(whole), len(batch)))
            end = self._used + len(whole)
        self._used = end

    def append(self, table: SocketTable) -> None:
        """Copy other rows behind those that are there."""
        end = self._used + len(table)
        if end > len(self._table):
            self._grow(end)
        _copy(table, _rows(self._table, self._used, end))
        self._used = end

    def table(self) -> SocketTable:
        """Give the rows so far, as views."""
        return _rows(self._table, 0, self._used)

    def _grow(self, rows: int) -> None:
        larger = SocketTable.zeros(rows, self._table.namespace)
        _copy(self.table(), larger)
        self._table = larger


def _rows(table: SocketTable, begin: int, end: int) -> SocketTable:
    """View a range of rows; writing to it writes to the table."""
    return SocketTable(
        table.namespace, **{name: getattr(table, name)[begin:end] for name in SocketTable.column_names()}
    )


def _copy(source: SocketTable, target: SocketTable) -> None:
    """Copy rows to the beginning of a longer table."""
    for name in SocketTable.column_names():
        getattr(target, name)[: len(source)] = getattr(source, name)


def _clear(table: SocketTable) -> None:
    """Make rows fit to be decoded into."""
    for name in SocketTable.column_names():
        getattr(table, name)[:] = 0
