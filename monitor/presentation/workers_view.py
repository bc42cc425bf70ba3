"""The processes that serve one endpoint as a table, busiest first."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import U64, Rows
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.formats import bytes_text, rate_text, share_text
from monitor.presentation.known_cells import known_cell, number_cells
from monitor.presentation.ordered_view import OrderedView, first_press_among, shown_column
from monitor.presentation.row_marks import NO_MARK, Mark
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.service_endpoints import queue_fill
from monitor.presentation.sorting import Keys, Sort, keep_order, order_rows
from monitor.presentation.view import Align, Cell, Column, Role
from monitor.presentation.workers import Workers, queue_text


@dataclass(frozen=True, slots=True)
class _WorkerColumn:
    column: Column
    keys: Callable[[Workers], Keys]
    cells: Callable[[WorkersView, Rows], list[Cell]]


@dataclass(frozen=True, slots=True, eq=False)
class WorkersView(OrderedView[_WorkerColumn]):
    """A TableView over the workers of an endpoint. The key of a row is the pid."""

    workers: Workers
    texts: RowTexts

    @classmethod
    def make(cls, workers: Workers, sort: Sort, width: int, *, former: U64 | None = None) -> WorkersView:
        """Order the workers.

        Args:
            workers: What is shown.
            sort: The order asked for.
            width: Cells of the pane; decides the columns.
            former: Pids in the order in which they were shown, to be kept; None to sort anew.
        """
        identity = workers.pids.astype(np.uint64)
        shown = shown_column(_COLUMNS, sort.column)
        keys = _own_keys(workers) if shown is None else shown.keys(workers)

        def order_of(some: Rows) -> Rows:
            return order_rows(tuple(key[some] for key in keys), identity[some], is_descending=sort.is_descending)

        everyone = np.arange(len(identity))
        ordered = order_of(everyone) if former is None else keep_order(former, identity, order_of)
        return cls(ordered, sort, _columns_for(width), workers, RowTexts(workers.interval))

    @property
    def interval(self) -> Interval:
        """What the rows are taken from."""
        return self.workers.interval

    @property
    def pids(self) -> U64:
        """Pids from top to bottom."""
        return self.workers.pids[self.order].astype(np.uint64)

    def rows_at(self, position: int) -> Rows:
        """Give the waiting socket of a worker as an array of one, or of none."""
        row = self.workers.fullest[self.order[position : position + 1]]
        return row[row >= 0]

    def key_at(self, position: int) -> int:
        """Give the pid of the worker at a position."""
        return int(self.workers.pids[self.order[position]])

    def position_of(self, key: Hashable) -> int | None:
        """Find where a worker stands now."""
        if not isinstance(key, int):
            return None
        hits = np.flatnonzero(self.pids == np.uint64(key))
        return int(hits[0]) if len(hits) else None

    def marked(self) -> Rows:
        """Give nothing: workers carry no mark."""
        return np.zeros(0, np.intp)

    def cells(self, shown: _WorkerColumn, entries: Rows) -> list[Cell]:
        """Make the cells of some workers in one column."""
        return shown.cells(self, entries)

    def marks(self, entries: Rows) -> list[Mark]:
        """Mark nothing."""
        return [NO_MARK] * len(entries)


def _each(cell: Callable[[WorkersView, int], Cell]) -> Callable[[WorkersView, Rows], list[Cell]]:
    """Make a column's cells one by one: workers are few."""
    return lambda view, entries: [cell(view, entry) for entry in entries.tolist()]


def _process(view: WorkersView, entry: int) -> Cell:
    pid = int(view.workers.pids[entry])
    process = view.interval.owners.processes.get(pid)
    return Cell(f"[{pid}]" if process is None else f"{view.texts.name(process)}[{pid}]", Role.NAME, keeps_end=True)


def _connections(view: WorkersView, entry: int) -> Cell:
    return known_cell(f"{int(view.workers.connections[entry]):,}", Role.STRONG)


def _share(view: WorkersView, entry: int) -> Cell:
    workers = view.workers
    if not len(workers.accepted):
        return Cell(UNKNOWN, Role.DIM)
    return known_cell(share_text(int(workers.connections[entry]) / len(workers.accepted)))


def _queue(view: WorkersView, entry: int) -> Cell:
    workers, row = view.workers, int(view.workers.fullest[entry])
    if row < 0:
        return Cell("none", Role.DIM)
    if bool(workers.is_shared[entry]):
        return Cell("shared", Role.DIM)
    table = workers.interval.table
    is_over = int(table.protocol[row]) == PROTOCOL_TCP and int(table.recv_q[row]) > int(table.send_q[row])
    role = Role.TROUBLE if is_over else Role.NOTE if int(table.recv_q[row]) else Role.DIM
    return Cell(queue_text(workers.interval, row), role)


def _descriptors(view: WorkersView, entry: int) -> Cell:
    workers, row = view.workers, int(view.workers.fullest[entry])
    pid = int(workers.pids[entry])
    numbers = [str(owner.fd) for owner in view.texts.owners(row) if owner.process.pid == pid] if row >= 0 else []
    return Cell(" ".join(numbers) or UNKNOWN, Role.PLAIN if numbers else Role.DIM)


def _own_fill(workers: Workers) -> Keys:
    fill = np.full(len(workers.pids), np.nan)
    own = (workers.fullest >= 0) & ~workers.is_shared
    fill[own] = queue_fill(workers.interval.table, workers.fullest[own])
    return (fill,)


def _names(workers: Workers) -> Keys:
    processes = workers.interval.owners.processes
    names = [processes[pid].name.lower() if pid in processes else b"" for pid in workers.pids.tolist()]
    return np.unique(np.array(names, np.bytes_), return_inverse=True)[1], workers.pids


def _own_keys(workers: Workers) -> Keys:
    """Busiest first."""
    busy = np.nan_to_num(workers.receive_rate) + np.nan_to_num(workers.send_rate)
    return -busy, -workers.connections, workers.pids


def _right(column_id: str, title: str, width: int, letter: str) -> Column:
    return Column(column_id, title, width, Align.RIGHT, descending_first=True, letter=letter)


_COLUMNS = (
    _WorkerColumn(Column("process", "worker", 24, is_fixed=True, letter="p"), _names, _each(_process)),
    _WorkerColumn(_right("connections", "conns", 7, "c"), lambda workers: (workers.connections,), _each(_connections)),
    _WorkerColumn(
        replace(_right("share", "%", 4, ""), is_sortable=False), lambda workers: (workers.connections,), _each(_share)
    ),
    _WorkerColumn(_right("queue", "own queue", 12, "q"), _own_fill, _each(_queue)),
    _WorkerColumn(
        _right("receive", "↓/s", 5, "e"),
        lambda workers: (workers.receive_rate,),
        lambda view, entries: number_cells(view.workers.receive_rate[entries], rate_text, Role.RATE),
    ),
    _WorkerColumn(
        _right("send", "↑/s", 5, "n"),
        lambda workers: (workers.send_rate,),
        lambda view, entries: number_cells(view.workers.send_rate[entries], rate_text, Role.RATE),
    ),
    _WorkerColumn(
        _right("unread", "unread", 6, "r"),
        lambda workers: (workers.unread,),
        lambda view, entries: number_cells(view.workers.unread[entries], bytes_text, Role.NOTE),
    ),
    _WorkerColumn(Column("fd", "fd", 6, is_sortable=False), lambda workers: (workers.pids,), _each(_descriptors)),
)
_FD_WIDTH = 84


def _columns_for(width: int) -> tuple[_WorkerColumn, ...]:
    return _COLUMNS if width >= _FD_WIDTH else _COLUMNS[:-1]


def first_press(column_id: str) -> Sort:
    """Give the order that a first press on a column's title brings."""
    return first_press_among(_COLUMNS, column_id)
