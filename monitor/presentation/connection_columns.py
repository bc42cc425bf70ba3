"""The columns of the Connections pane: title, widths, order, and the cells of rows."""

from __future__ import annotations

from monitor.model.sample import DIRECTION_UNKNOWN, Interval
from monitor.model.socket_table import Rows
from monitor.presentation import connection_cells as cells
from monitor.presentation import connection_totals as totals
from monitor.presentation.connection_ages import age_cells, connection_ages
from monitor.presentation.connection_limit_cells import limit_cells, limit_keys
from monitor.presentation.row_columns import row_column
from monitor.presentation.sorting import (
    TROUBLE_RANKS,
    KeyMaker,
    Keys,
    busy_rate,
    interface_ranks,
    process_ranks,
    where_known,
)
from monitor.presentation.unit_words import unit_ranks


def _endpoint_keys(side: str) -> KeyMaker:
    def keys(interval: Interval, rows: Rows) -> Keys:
        table = interval.table
        return tuple(getattr(table, f"{side}_{part}")[rows] for part in ("high", "low", "port"))

    return keys


def _user_keys(interval: Interval, rows: Rows) -> Keys:
    return (where_known(interval.table.uid[rows], interval.table.has_user[rows]),)


def _busy_keys(interval: Interval, rows: Rows) -> Keys:
    return (busy_rate(interval, rows),)


CONNECTION_COLUMNS = (
    row_column(
        "state",
        "s",
        "state",
        (10, 10, 10),
        lambda interval, rows: (TROUBLE_RANKS[interval.table.state[rows]], interval.table.state[rows]),
        cells.state_cells,
        fixed=True,
    ),
    row_column("local", "l", "local", (21, 21, 28), _endpoint_keys("local"), cells.local_cells, fixed=True),
    row_column(
        "direction",
        "d",
        "",
        (1, 1, 1),
        lambda interval, rows: (where_known(interval.direction[rows], interval.direction[rows] != DIRECTION_UNKNOWN),),
        cells.direction_cells,
        fixed=True,
    ),
    row_column("remote", "r", "remote", (21, 21, 28), _endpoint_keys("remote"), cells.remote_cells, fixed=True),
    row_column(
        "process",
        "p",
        "process",
        (None, 14, 22),
        lambda interval, rows: (process_ranks(interval, rows),),
        cells.process_cells,
    ),
    row_column(
        "name",
        "p",
        "process",
        (8, None, None),
        lambda interval, rows: (process_ranks(interval, rows),),
        cells.process_name_cells,
    ),
    row_column(
        "user",
        "u",
        "user",
        (None, None, 8),
        _user_keys,
        cells.user_cells,
    ),
    row_column(
        "via",
        "v",
        "via",
        (None, 6, 10),
        lambda interval, rows: (interface_ranks(interval, rows),),
        cells.interface_cells,
    ),
    row_column("rate", "a", "⇅/s", (5, None, None), _busy_keys, cells.rate_cells, right=True, largest_first=True),
    row_column(
        "receive",
        "e",
        "↓/s",
        (None, 5, 5),
        lambda interval, rows: (interval.receive_rate[rows],),
        cells.receive_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "send",
        "n",
        "↑/s",
        (None, 5, 5),
        lambda interval, rows: (interval.send_rate[rows],),
        cells.send_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "received",
        "w",
        "↓ all",
        (None, None, 5),
        lambda interval, rows: (totals.received_totals(interval, rows),),
        totals.received_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "acknowledged",
        "k",
        "↑ all",
        (None, None, 5),
        lambda interval, rows: (totals.acknowledged_totals(interval, rows),),
        totals.acknowledged_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "rtt",
        "t",
        "rtt",
        (None, 5, 5),
        lambda interval, rows: (cells.round_trips_us(interval, rows),),
        cells.rtt_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "retransmits",
        "x",
        "ret%",
        (None, 4, 5),
        lambda interval, rows: (cells.retransmit_shares(interval, rows),),
        cells.retransmits_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "recv_q",
        "c",
        "rcvq",
        (None, 4, 5),
        lambda interval, rows: (interval.table.recv_q[rows],),
        cells.recv_q_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "send_q",
        "q",
        "sndq",
        (None, 4, 5),
        lambda interval, rows: (interval.table.send_q[rows],),
        cells.send_q_cells,
        right=True,
        largest_first=True,
    ),
    row_column("limited", "b", "limited", (None, None, 7), limit_keys, limit_cells),
    row_column(
        "idle",
        "i",
        "idle",
        (4, 4, 4),
        lambda interval, rows: (cells.idle_seconds(interval, rows),),
        cells.idle_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "age",
        "g",
        "age",
        (None, None, 5),
        lambda interval, rows: (connection_ages(interval, rows).seconds,),
        age_cells,
        right=True,
        largest_first=True,
    ),
    row_column(
        "unit",
        "m",
        "unit",
        (None, None, 14),
        lambda interval, rows: (unit_ranks(interval, rows),),
        cells.unit_cells,
    ),
)
"""In the order of the screen."""

_WHOLE, _WIDE, _MIDDLE = 199, 184, 110


def is_whole(width: int) -> bool:
    """Whether a pane of this width shows every column."""
    return width >= _WHOLE


def size_class(width: int) -> int:
    """Choose among the widths for 80, 120 and 200 cells."""
    return 2 if width >= _WIDE else 1 if width >= _MIDDLE else 0
