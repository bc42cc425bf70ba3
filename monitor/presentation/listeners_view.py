"""The rows of the Listeners pane: one per service endpoint."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import Bools, Rows
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.connection_columns import Widths
from monitor.presentation.connections_view import has_passing_mark, leaves_elsewhere, row_mark
from monitor.presentation.filter_tree import Filter
from monitor.presentation.filters import mask
from monitor.presentation.formats import bar, bytes_text
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.service_endpoints import ServiceEndpoints, queue_fill
from monitor.presentation.sorting import Keys, Sort, order_rows, process_ranks, where_known
from monitor.presentation.view import Align, Cell, Column, Line, Role

REACH_WORDS = ("lo", "net", "all")
KEY_COLUMNS = ("protocol", "family", "v6only", "local_high", "local_low", "local_port", "device")
ListenerKey = tuple[int, ...]
"""The values of what names a service endpoint: protocol, family, v6only, address, port, bound device."""


@dataclass(frozen=True, slots=True)
class ListenerColumn:
    """A column of service endpoints."""

    column: Column
    widths: Widths
    keys: Callable[[ServiceEndpoints], Keys]
    cell: Callable[[ServiceEndpoints, RowTexts, int], Cell]


def protocol_word(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> str:
    """Give "tcp4", "tcp6", "tcp46" for dual stack, and the same for UDP."""
    return texts.protocol(int(endpoints.first[entry])) + endpoints.serves(entry)


def endpoint_text(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> str:
    """Give the local endpoint, with the device it is bound to."""
    row = int(endpoints.first[entry])
    device = int(endpoints.interval.table.device[row])
    text = str(texts.local(row))
    return f"{text} {texts.interface_name(device)}" if device and "%" not in text else text


def _protocol(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> Cell:
    return Cell(protocol_word(endpoints, texts, entry))


def _local(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> Cell:
    return Cell(endpoint_text(endpoints, texts, entry), Role.LOCAL, keeps_end=True)


def _reach(endpoints: ServiceEndpoints, _: RowTexts, entry: int) -> Cell:
    word = REACH_WORDS[int(endpoints.reach[entry])]
    return Cell(word, Role.DIM if word == "lo" else Role.PLAIN)


def _connections(endpoints: ServiceEndpoints, _: RowTexts, entry: int) -> Cell:
    count = int(endpoints.connections[entry])
    if count < 0:
        return Cell(UNKNOWN, Role.DIM)
    return Cell(str(count), Role.PLAIN if count else Role.DIM)


def _queue(endpoints: ServiceEndpoints, _: RowTexts, entry: int) -> Cell:
    table, row = endpoints.interval.table, int(endpoints.fullest[entry])
    used, limit = int(table.recv_q[row]), int(table.send_q[row])
    if int(table.protocol[row]) != PROTOCOL_TCP:
        buffer = int(table.receive_buffer[row])
        text = f"{bytes_text(used)}/{bytes_text(buffer or None)}"
        return Cell(text + bar(used, buffer) if buffer else text + " ", Role.NOTE if used else Role.DIM)
    if used > limit:
        return Cell(f"{used}/{limit}{bar(used, limit)}", Role.TROUBLE)
    return Cell(f"{used}/{limit}{bar(used, limit)}", Role.NOTE if used else Role.DIM)


def _process(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> Cell:
    row, sockets = int(endpoints.first[entry]), int(endpoints.sockets[entry])
    has_owner = bool(texts.owners(row))
    text = texts.process(row, with_pid=False)
    shown = f"{text} {sockets} sockets" if sockets > 1 else text
    return Cell(shown, Role.NAME if has_owner else Role.DIM, keeps_end=True)


def _user(endpoints: ServiceEndpoints, texts: RowTexts, entry: int) -> Cell:
    return Cell(texts.user(int(endpoints.first[entry])))


def _first_rows(name: str) -> Callable[[ServiceEndpoints], Keys]:
    return lambda endpoints: (getattr(endpoints.interval.table, name)[endpoints.first],)


LISTENER_COLUMNS = (
    ListenerColumn(
        Column("protocol", "proto", 5, is_fixed=True, letter="t"),
        (5, 5, 5),
        lambda endpoints: (
            endpoints.interval.table.protocol[endpoints.first],
            endpoints.interval.table.family[endpoints.first],
        ),
        _protocol,
    ),
    ListenerColumn(
        Column("local", "local", 22, is_fixed=True, letter="l"),
        (22, 22, 30),
        lambda endpoints: tuple(
            getattr(endpoints.interval.table, f"local_{part}")[endpoints.first] for part in ("high", "low", "port")
        ),
        _local,
    ),
    ListenerColumn(
        Column("reach", "reach", 5, descending_first=True, letter="r"),
        (5, 5, 5),
        lambda endpoints: (endpoints.reach,),
        _reach,
    ),
    ListenerColumn(
        Column("connections", "conns", 5, Align.RIGHT, descending_first=True, letter="c"),
        (5, 5, 5),
        lambda endpoints: (where_known(endpoints.connections, endpoints.connections >= 0),),
        _connections,
    ),
    ListenerColumn(
        Column("queue", "queue", 10, Align.RIGHT, descending_first=True, letter="q"),
        (10, 10, 10),
        lambda endpoints: (queue_fill(endpoints.interval.table, endpoints.fullest),),
        _queue,
    ),
    ListenerColumn(
        Column("process", "process", 15, letter="p"),
        (24, 15, 24),
        lambda endpoints: (process_ranks(endpoints.interval, endpoints.first),),
        _process,
    ),
    ListenerColumn(Column("user", "user", 8, letter="u"), (None, None, 8), _first_rows("uid"), _user),
)
"""In the order of the screen."""

_WIDE_PANE, _MIDDLE_PANE = 100, 79


@dataclass(frozen=True, slots=True, eq=False)
class ListenersView:
    """A TableView over the service endpoints of an interval."""

    endpoints: ServiceEndpoints
    texts: RowTexts
    order: Rows
    """Entries of `endpoints`, from top to bottom."""
    sort: Sort
    shown_columns: tuple[ListenerColumn, ...]

    @classmethod
    def make(cls, endpoints: ServiceEndpoints, chosen: Rows, sort: Sort, width: int) -> ListenersView:
        """Order the chosen entries.

        Args:
            endpoints: The service endpoints of an interval.
            chosen: Entries to show.
            sort: The order asked for.
            width: Cells of the pane; decides the columns.
        """
        keys: Callable[[ServiceEndpoints], Keys] = _own_keys
        for shown in LISTENER_COLUMNS:
            if shown.column.id == sort.column:
                keys = shown.keys
        made = tuple(key[chosen] for key in keys(endpoints))
        identity = endpoints.interval.table.cookie[endpoints.first[chosen]]
        order = order_rows(made, identity, is_descending=sort.is_descending)
        return cls(endpoints, RowTexts(endpoints.interval), chosen[order], sort, _columns_for(width))

    @property
    def interval(self) -> Interval:
        """What the rows are taken from."""
        return self.endpoints.interval

    @property
    def columns(self) -> Sequence[Column]:
        """Columns at this width."""
        return [shown.column for shown in self.shown_columns]

    @property
    def sort_column(self) -> str | None:
        """Id of the column that decides the order."""
        return self.sort.column

    @property
    def is_descending(self) -> bool:
        """Whether the largest stands first."""
        return self.sort.is_descending

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.order)

    def entry_at(self, position: int) -> int:
        """Give the entry of the service endpoints that stands at a position."""
        return int(self.order[position])

    def key_at(self, position: int) -> ListenerKey:
        """Give what names the endpoint at a position."""
        table, row = self.interval.table, int(self.endpoints.first[self.order[position]])
        return tuple(int(getattr(table, name)[row]) for name in KEY_COLUMNS)

    def position_of(self, key: Hashable) -> int | None:
        """Find where an endpoint stands now."""
        hits = np.flatnonzero(self._rows_named(key))
        return int(hits[0]) if len(hits) else None

    def marked(self) -> Rows:
        """Give the positions of the lines that are marked "!" or "~", ascending."""
        rows = self.endpoints.first[self.order]
        is_trouble = self.endpoints.is_overflowing[self.order] & ~has_passing_mark(self.interval, rows)
        return np.flatnonzero(is_trouble | leaves_elsewhere(self.interval, rows))

    def lines(self, start: int, stop: int) -> list[Line]:
        """Make the lines of some rows."""
        return [self._line(entry) for entry in self.order[start:stop].tolist()]

    def _line(self, entry: int) -> Line:
        row = int(self.endpoints.first[entry])
        marks, role = row_mark(self.interval, row)
        if marks == " " and bool(self.endpoints.is_overflowing[entry]):
            marks, role = "!", Role.TROUBLE
        return Line(marks, tuple(shown.cell(self.endpoints, self.texts, entry) for shown in self.shown_columns), role)

    def _rows_named(self, key: Hashable) -> Bools:
        table, rows = self.interval.table, self.endpoints.first[self.order]
        named = np.full(len(rows), isinstance(key, tuple) and len(key) == len(KEY_COLUMNS), np.bool_)
        if isinstance(key, tuple) and len(key) == len(KEY_COLUMNS):
            for name, value in zip(KEY_COLUMNS, key, strict=True):
                named &= getattr(table, name)[rows] == value
        return named


def _own_keys(endpoints: ServiceEndpoints) -> Keys:
    """Trouble first, then port, then the order of look-up: an exact address before the wildcard."""
    table, first = endpoints.interval.table, endpoints.first
    return (
        ~endpoints.is_overflowing,
        table.local_port[first],
        endpoints.reach == REACH_WORDS.index("all"),
        table.protocol[first],
        table.local_high[first],
        table.local_low[first],
    )


def _columns_for(width: int) -> tuple[ListenerColumn, ...]:
    size = 2 if width >= _WIDE_PANE else 0 if width >= _MIDDLE_PANE else 1
    chosen = []
    for shown in LISTENER_COLUMNS:
        cells = shown.widths[size]
        if cells is not None:
            chosen.append(replace(shown, column=replace(shown.column, width=cells)))
    return tuple(chosen)


def chosen_entries(endpoints: ServiceEndpoints, tree: Filter | None) -> Rows:
    """Choose the entries of which at least one socket fulfils the filter; None chooses all."""
    if tree is None:
        return np.arange(len(endpoints))
    fitting = mask(tree, endpoints.interval)[endpoints.rows]
    return np.unique(endpoints.group[fitting])


def first_press(column_id: str) -> Sort:
    """Give the order that a first press on a column's title brings."""
    for shown in LISTENER_COLUMNS:
        if shown.column.id == column_id:
            return Sort(column_id, shown.column.descending_first)
    return Sort()
