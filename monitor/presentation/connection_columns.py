"""The columns of the Connections pane: title, widths, order, and the cell of one row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from monitor.model.sample import DIRECTION_UNKNOWN, Interval
from monitor.model.socket_table import Rows
from monitor.model.tcp import PROTOCOL_TCP, TROUBLE_ORDER, TcpState
from monitor.presentation.formats import bytes_text, duration_text, rate_text, rtt_text, share_text
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.sorting import (
    TROUBLE_RANKS,
    Keys,
    busy_rate,
    interface_ranks,
    process_ranks,
    where_known,
)
from monitor.presentation.view import Align, Cell, Column, Role

CellMaker = Callable[[RowTexts, int], Cell]
Widths = tuple[int | None, int | None, int | None]
"""At 80, 120 and 200 cells; None where the column is not shown."""

RETRANS_RECENT_S = 10.0
"""A rise of the retransmissions is marked for this long."""


@dataclass(frozen=True, slots=True)
class RowColumn:
    """A column of single sockets."""

    column: Column
    widths: Widths
    keys: Callable[[Interval, Rows], Keys]
    cell: CellMaker


def _known(text: str, role: Role = Role.PLAIN) -> Cell:
    return Cell(text, Role.DIM if text in (UNKNOWN, "0") else role)


def _state(texts: RowTexts, row: int) -> Cell:
    text = texts.state(row)
    if int(texts.interval.table.protocol[row]) != PROTOCOL_TCP:
        return Cell(f"udp {text}", Role.PLAIN)
    state = int(texts.interval.table.state[row])
    if state == TcpState.ESTABLISHED:
        return Cell(text, Role.GOOD)
    return Cell(text, Role.NOTE if state in TROUBLE_ORDER else Role.DIM)


def _local(texts: RowTexts, row: int) -> Cell:
    return Cell(str(texts.local(row).on_the_wire), Role.LOCAL, keeps_end=True)


def _remote(texts: RowTexts, row: int) -> Cell:
    if not bool(texts.interval.table.is_pair[row]):
        return Cell("*", Role.DIM)
    return Cell(str(texts.remote(row).on_the_wire), Role.REMOTE, keeps_end=True)


def _direction(texts: RowTexts, row: int) -> Cell:
    return _known(texts.direction(row), Role.STRONG)


def _process(texts: RowTexts, row: int) -> Cell:
    return Cell(texts.process(row), Role.NAME if texts.owners(row) else Role.DIM, keeps_end=True)


def _process_name(texts: RowTexts, row: int) -> Cell:
    return Cell(texts.process(row, with_pid=False), Role.NAME if texts.owners(row) else Role.DIM)


def _interface(texts: RowTexts, row: int) -> Cell:
    return _known(texts.interface(row))


def _user(texts: RowTexts, row: int) -> Cell:
    return _known(texts.user(row))


def _receive(texts: RowTexts, row: int) -> Cell:
    return _known(rate_text(float(texts.interval.receive_rate[row])), Role.RATE)


def _send(texts: RowTexts, row: int) -> Cell:
    return _known(rate_text(float(texts.interval.send_rate[row])), Role.RATE)


def _both_rates(texts: RowTexts, row: int) -> Cell:
    return _known(rate_text(float(texts.interval.receive_rate[row] + texts.interval.send_rate[row])), Role.RATE)


def _rtt(texts: RowTexts, row: int) -> Cell:
    table = texts.interval.table
    is_known = bool(table.knows("rtt_us")[row]) and int(table.rtt_us[row]) > 0
    return _known(rtt_text(float(table.rtt_us[row]) if is_known else None))


def _retransmits(texts: RowTexts, row: int) -> Cell:
    interval, table = texts.interval, texts.interval.table
    if int(table.state[row]) == TcpState.SYN_SENT:
        return Cell(f"×{int(table.timer_tries[row])}", Role.NOTE)
    has_risen = interval.sample.boot_time - float(interval.retrans_rose_at[row]) <= RETRANS_RECENT_S
    share = float(retransmit_shares(interval, np.array([row]))[0])
    text = share_text(share)
    if has_risen:
        return Cell(f"{text[:3]}+", Role.TROUBLE)
    return _known(text, Role.NOTE)


def _recv_q(texts: RowTexts, row: int) -> Cell:
    return _queue(texts, row, int(texts.interval.table.recv_q[row]))


def _send_q(texts: RowTexts, row: int) -> Cell:
    return _queue(texts, row, int(texts.interval.table.send_q[row]))


def _queue(texts: RowTexts, row: int, waiting: int) -> Cell:
    # A listener has its accept queue and backlog in these fields: other things under the same titles.
    is_listener = bool(texts.interval.table.is_listener[row])
    return _known(bytes_text(None if is_listener else float(waiting)))


def _idle(texts: RowTexts, row: int) -> Cell:
    seconds = float(idle_seconds(texts.interval, np.array([row]))[0])
    return Cell(duration_text(None if np.isnan(seconds) else seconds), Role.DIM if np.isnan(seconds) else Role.PLAIN)


def retransmit_shares(interval: Interval, rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Give the share of segments that were sent again since the connection opened, 0 to 1; NaN where unknown."""
    table = interval.table
    sent = table.segs_out[rows].astype(np.float64)
    shares = table.total_retrans[rows] / np.maximum(sent, 1)
    shares[~(table.knows("segs_out") & table.is_pair)[rows]] = np.nan
    return shares


def idle_seconds(interval: Interval, rows: Rows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Give the seconds since data last passed, either way; NaN where unknown."""
    table = interval.table
    idle = np.minimum(table.last_data_sent_ms[rows], table.last_data_recv_ms[rows]) / 1000.0
    idle[~table.has_idle_time[rows]] = np.nan
    return idle


def _endpoint_keys(side: str) -> Callable[[Interval, Rows], Keys]:
    def keys(interval: Interval, rows: Rows) -> Keys:
        table = interval.table
        return tuple(getattr(table, f"{side}_{part}")[rows] for part in ("high", "low", "port"))

    return keys


def _user_keys(interval: Interval, rows: Rows) -> Keys:
    table = interval.table
    # As RowTexts.has_user() of a single row: 0 without a process stands for nobody.
    return (where_known(table.uid[rows], (table.inode[rows] != 0) | (table.uid[rows] != 0)),)


def _busy_keys(interval: Interval, rows: Rows) -> Keys:
    return (busy_rate(interval, rows),)


def _row_column(  # noqa: PLR0913, PLR0917 - one parameter per property of a column
    column_id: str,
    letter: str,
    title: str,
    widths: Widths,
    keys: Callable[[Interval, Rows], Keys],
    cell: CellMaker,
    *,
    right: bool = False,
    fixed: bool = False,
    largest_first: bool = False,
) -> RowColumn:
    column = Column(
        column_id,
        title,
        next(width for width in widths if width is not None),
        Align.RIGHT if right else Align.LEFT,
        is_fixed=fixed,
        descending_first=largest_first,
        letter=letter,
    )
    return RowColumn(column, widths, keys, cell)


CONNECTION_COLUMNS = (
    _row_column(
        "state",
        "s",
        "state",
        (10, 10, 10),
        lambda interval, rows: (TROUBLE_RANKS[interval.table.state[rows]], interval.table.state[rows]),
        _state,
        fixed=True,
    ),
    _row_column("local", "l", "local", (21, 21, 28), _endpoint_keys("local"), _local, fixed=True),
    _row_column(
        "direction",
        "d",
        "",
        (1, 1, 1),
        lambda interval, rows: (where_known(interval.direction[rows], interval.direction[rows] != DIRECTION_UNKNOWN),),
        _direction,
        fixed=True,
    ),
    _row_column("remote", "r", "remote", (21, 21, 28), _endpoint_keys("remote"), _remote, fixed=True),
    _row_column(
        "process", "p", "process", (None, 14, 22), lambda interval, rows: (process_ranks(interval, rows),), _process
    ),
    _row_column(
        "name", "p", "process", (8, None, None), lambda interval, rows: (process_ranks(interval, rows),), _process_name
    ),
    _row_column(
        "user",
        "u",
        "user",
        (None, None, 8),
        _user_keys,
        _user,
    ),
    _row_column(
        "via", "v", "via", (None, 6, 10), lambda interval, rows: (interface_ranks(interval, rows),), _interface
    ),
    _row_column("rate", "a", "⇅/s", (5, None, None), _busy_keys, _both_rates, right=True, largest_first=True),
    _row_column(
        "receive",
        "e",
        "↓/s",
        (None, 5, 5),
        lambda interval, rows: (interval.receive_rate[rows],),
        _receive,
        right=True,
        largest_first=True,
    ),
    _row_column(
        "send",
        "n",
        "↑/s",
        (None, 5, 5),
        lambda interval, rows: (interval.send_rate[rows],),
        _send,
        right=True,
        largest_first=True,
    ),
    _row_column(
        "rtt",
        "t",
        "rtt",
        (None, 5, 5),
        # The kernel says 0 before it has measured one.
        lambda interval, rows: (where_known(interval.table.rtt_us[rows], interval.table.rtt_us[rows] > 0),),
        _rtt,
        right=True,
        largest_first=True,
    ),
    _row_column(
        "retransmits",
        "x",
        "ret%",
        (None, 4, 5),
        lambda interval, rows: (retransmit_shares(interval, rows),),
        _retransmits,
        right=True,
        largest_first=True,
    ),
    _row_column(
        "recv_q",
        "c",
        "rcvq",
        (None, 4, 5),
        lambda interval, rows: (interval.table.recv_q[rows],),
        _recv_q,
        right=True,
        largest_first=True,
    ),
    _row_column(
        "send_q",
        "q",
        "sndq",
        (None, 4, 5),
        lambda interval, rows: (interval.table.send_q[rows],),
        _send_q,
        right=True,
        largest_first=True,
    ),
    _row_column(
        "idle",
        "i",
        "idle",
        (4, 4, 4),
        lambda interval, rows: (idle_seconds(interval, rows),),
        _idle,
        right=True,
        largest_first=True,
    ),
)
"""In the order of the screen."""

_WIDE, _MIDDLE = 180, 110


def size_class(width: int) -> int:
    """Choose among the widths for 80, 120 and 200 cells."""
    return 2 if width >= _WIDE else 1 if width >= _MIDDLE else 0
