"""The columns of printed lists: as text for people, and exact for programs.

They have the ids of the Connections pane's columns, and a few more. Where those of the pane round, a printed number is
exact: microseconds of a round trip, seconds of idle time, bytes, shares of 1. What is not known is None, and empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.errors import InputError
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, Interval
from monitor.model.socket_table import BACKLOG_UNKNOWN, Rows
from monitor.presentation.connection_columns import CONNECTION_COLUMNS
from monitor.presentation.formats import UNKNOWN
from monitor.presentation.namespace_words import row_namespace
from monitor.presentation.nearest_names import nearest
from monitor.presentation.row_columns import RowColumn
from monitor.presentation.row_text import RowTexts
from monitor.presentation.safe_text import safe_text
from monitor.presentation.service_words import local_service, remote_service
from monitor.presentation.sorting import Keys, order_rows, where_known
from monitor.presentation.view import Align

Exact = str | int | float | None
"""A value as programs read it."""

_DIRECTIONS = {DIRECTION_ACCEPTED: "accepted", DIRECTION_DIALLED: "dialled"}
_NOT_LISTED = frozenset({"name", "limited"})
"""Columns of the pane that say nothing more in a list, or take longer to know than one reading."""
RATES = frozenset({"rate", "receive", "send"})
"""Columns that take a second reading."""


@dataclass(frozen=True, slots=True)
class ListColumn:
    """One column."""

    id: str
    title: str
    """Above its values in a text; empty for one that needs none."""
    exact: Callable[[RowTexts, Rows], list[Exact]]
    """Gives the values of some rows."""
    texts: Callable[[RowTexts, Rows], list[str]]
    """Writes them for people."""
    keys: Callable[[Interval, Rows], Keys]
    """What orders rows by it."""
    is_right: bool = False
    largest_first: bool = False


def columns_named(names: str) -> tuple[ListColumn, ...]:
    """Give the columns of a list of ids, parted by commas.

    Raises:
        InputError: one is none.
    """
    return tuple(column_named(name) for name in names.split(","))


def column_named(name: str) -> ListColumn:
    """Give the column of an id; raises as columns_named() does."""
    column = LIST_COLUMNS.get(name.strip())
    if column is None:
        raise InputError(f'no column is called "{safe_text(name, 60)}"; {nearest(name, LIST_COLUMNS)}')
    return column


def in_order(interval: Interval, rows: Rows, column: ListColumn | None, *, is_reversed: bool = False) -> Rows:
    """Order rows by a column; without one listeners stand first, then ports. Equal rows stand by their cookies.

    Of several namespaces, those with one port stand together.
    """
    if column is None:
        table = interval.table
        keys: Keys = (table.protocol[rows], ~table.is_listener[rows], table.local_port[rows])
        keys += _namespaces(interval, rows)
        is_descending = is_reversed
    else:
        keys, is_descending = column.keys(interval, rows), column.largest_first != is_reversed
    return rows[order_rows(keys, interval.table.cookie[rows], is_descending=is_descending)]


def _of_pane(shown: RowColumn) -> ListColumn:
    is_number = shown.column.align is Align.RIGHT
    return ListColumn(
        shown.column.id,
        shown.column.title,
        _numbers(shown) if is_number else _words(shown),
        lambda texts, rows: [cell.text for cell in shown.cells(texts, rows)],
        shown.keys,
        is_number,
        shown.column.descending_first,
    )


def _numbers(shown: RowColumn) -> Callable[[RowTexts, Rows], list[Exact]]:
    def exact(texts: RowTexts, rows: Rows) -> list[Exact]:
        values = shown.keys(texts.interval, rows)[0].tolist()
        return [None if value != value else int(value) if value == int(value) else value for value in values]  # noqa: PLR0124 - NaN

    return exact


def _words(shown: RowColumn) -> Callable[[RowTexts, Rows], list[Exact]]:
    return lambda texts, rows: [None if cell.text == UNKNOWN else cell.text for cell in shown.cells(texts, rows)]


def _plain(  # noqa: PLR0913 - one parameter for each property
    column_id: str,
    title: str,
    value: Callable[[RowTexts, int], Exact],
    keys: Callable[[Interval, Rows], Keys],
    *,
    text: Callable[[RowTexts, int], str] | None = None,
    is_right: bool = False,
    largest_first: bool = False,
) -> ListColumn:
    """Make a column of values that are read row by row."""

    def exact(texts: RowTexts, rows: Rows) -> list[Exact]:
        return [value(texts, row) for row in rows.tolist()]

    def written(texts: RowTexts, rows: Rows) -> list[str]:
        if text is not None:
            return [text(texts, row) for row in rows.tolist()]
        return [UNKNOWN if known is None else str(known) for known in exact(texts, rows)]

    return ListColumn(column_id, title, exact, written, keys, is_right, largest_first)


def _number(column: str) -> Callable[[Interval, Rows], Keys]:
    return lambda interval, rows: (getattr(interval.table, column)[rows],)


def _known(text: str) -> str | None:
    return None if text == UNKNOWN else text


def _remote(texts: RowTexts, row: int) -> str | None:
    return str(texts.remote(row)) if bool(texts.interval.table.remote_port[row]) else None


def _send_q(texts: RowTexts, row: int) -> int | None:
    table = texts.interval.table
    return table.backlog(row) if bool(table.is_listener[row]) else int(table.send_q[row])


def _pids(texts: RowTexts, row: int) -> str | None:
    return " ".join(dict.fromkeys(str(owner.process.pid) for owner in texts.owners(row))) or None


def _first_pids(interval: Interval, rows: Rows) -> Keys:
    first, end = interval.owner_first[rows], interval.owner_end[rows]
    pids = np.append(interval.owners.pid, 0)[first]
    return (where_known(pids, end > first),)


def _namespaces(interval: Interval, rows: Rows) -> Keys:
    """Rank rows by their namespaces where these are several, the own one first."""
    return () if interval.namespaces is None else (interval.namespaces.ranks(rows),)


def _send_queues(interval: Interval, rows: Rows) -> Keys:
    queued = interval.table.send_q[rows]
    return (where_known(queued, ~interval.table.is_listener[rows] | (queued != BACKLOG_UNKNOWN)),)


def _service(interval: Interval, row: int) -> str | None:
    """Name what the port is for of the side that accepts, by the port alone."""
    return local_service(interval, row) or remote_service(interval, row)


def _services(interval: Interval, rows: Rows) -> Keys:
    """Rank rows by that name."""
    names = [_service(interval, row) for row in rows.tolist()]
    ranks = {name: float(rank) for rank, name in enumerate(sorted(set(filter(None, names))))}
    return (np.array([np.nan if name is None else ranks[name] for name in names]),)


_OF_PANE = {shown.column.id: shown for shown in CONNECTION_COLUMNS}
_OWN = (
    _plain("protocol", "proto", lambda texts, row: texts.protocol(row), _number("protocol")),
    _plain("state", "state", lambda texts, row: texts.state(row), _OF_PANE["state"].keys),
    _plain(
        "recv_q",
        "recv-q",
        lambda texts, row: int(texts.interval.table.recv_q[row]),
        _number("recv_q"),
        is_right=True,
        largest_first=True,
    ),
    _plain("send_q", "send-q", _send_q, _send_queues, is_right=True, largest_first=True),
    _plain("local", "local", lambda texts, row: str(texts.local(row)), _OF_PANE["local"].keys),
    _plain(
        "direction",
        "",
        lambda texts, row: _DIRECTIONS.get(int(texts.interval.direction[row])),
        _OF_PANE["direction"].keys,
        text=lambda texts, row: texts.direction(row),
    ),
    _plain("remote", "remote", _remote, _OF_PANE["remote"].keys, text=lambda texts, row: _remote(texts, row) or "*"),
    _plain("process", "process", lambda texts, row: _known(texts.process(row)), _OF_PANE["process"].keys),
    _plain("user", "user", lambda texts, row: _known(texts.user(row)), _OF_PANE["user"].keys),
    _plain("via", "via", lambda texts, row: _known(texts.interface(row)), _OF_PANE["via"].keys),
)
_MORE = (
    _plain("pid", "pid", _pids, _first_pids),
    _plain("service", "service", lambda texts, row: _service(texts.interval, row), _services),
    _plain(
        "uid",
        "uid",
        lambda texts, row: int(texts.interval.table.uid[row]) if texts.has_user(row) else None,
        _OF_PANE["user"].keys,
        is_right=True,
    ),
    _plain(
        "inode",
        "inode",
        lambda texts, row: int(texts.interval.table.inode[row]) or None,
        _number("inode"),
        is_right=True,
    ),
    _plain(
        "cookie",
        "cookie",
        lambda texts, row: str(texts.interval.table.cookie[row]) if texts.interval.table.has_cookie[row] else None,
        _number("cookie"),
        is_right=True,
    ),
)
_NAMESPACE = _plain("netns", "netns", lambda texts, row: row_namespace(texts.interval, row), _namespaces)
DEFAULT: Sequence[ListColumn] = _OWN
"""What is listed where nothing is said."""
DEFAULT_EVERYWHERE: Sequence[ListColumn] = (_NAMESPACE, *_OWN)
"""Likewise of all network namespaces."""
LIST_COLUMNS = {
    column.id: column
    for column in (
        *_OWN,
        *(
            _of_pane(shown)
            for name, shown in _OF_PANE.items()
            if name not in _NOT_LISTED and name not in {own.id for own in _OWN}
        ),
        *_MORE,
        _NAMESPACE,
    )
}
"""By id."""
