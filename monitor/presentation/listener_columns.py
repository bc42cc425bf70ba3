"""The columns of the Listeners pane: title, widths, order, and the cell of one service endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.connection_columns import Widths
from monitor.presentation.formats import bar, bytes_text
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.service_endpoints import ServiceEndpoints, queue_fill
from monitor.presentation.sorting import Keys, Sort, process_ranks, where_known
from monitor.presentation.view import Align, Cell, Column, Role

REACH_WORDS = ("lo", "net", "all")


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


def columns_for(width: int) -> tuple[ListenerColumn, ...]:
    """Choose the columns that a pane of this width shows, with their widths."""
    size = 2 if width >= _WIDE_PANE else 0 if width >= _MIDDLE_PANE else 1
    chosen = []
    for shown in LISTENER_COLUMNS:
        cells = shown.widths[size]
        if cells is not None:
            chosen.append(replace(shown, column=replace(shown.column, width=cells)))
    return tuple(chosen)


def first_press(column_id: str) -> Sort:
    """Give the order that a first press on a column's title brings."""
    for shown in LISTENER_COLUMNS:
        if shown.column.id == column_id:
            return Sort(column_id, shown.column.descending_first)
    return Sort()
