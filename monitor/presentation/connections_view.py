"""The rows of the Connections pane: pairs of endpoints, filtered, narrowed, in order."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from monitor.model.sample import Interval
from monitor.model.series import Series
from monitor.model.socket_table import U64, Bools, Rows
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.presentation.closed_cells import closed_cells, closed_last
from monitor.presentation.closed_interval import ClosedInterval
from monitor.presentation.column_choice import NO_CHOICE, ColumnChoice
from monitor.presentation.connection_columns import CONNECTION_COLUMNS, size_class
from monitor.presentation.formats import rate_text
from monitor.presentation.ordered_view import OrderedView, first_press_among, shown_column
from monitor.presentation.row_columns import RowColumn, with_unit_where_it_fits
from monitor.presentation.row_marks import Mark, is_marked, row_marks
from monitor.presentation.row_text import RowTexts
from monitor.presentation.sorting import TROUBLE_RANKS, Keys, Sort, busy_rate, keep_rows, order_rows, process_ranks
from monitor.presentation.sparkline import sparkline
from monitor.presentation.view import Cell

if TYPE_CHECKING:
    from monitor.sampling.history import HostHistory

_MARKS_WIDTH = 3
"""Cells before the first column."""
_LONGEST_ENDPOINT = 47
"""Cells of an IPv6 address without a run of zeros in brackets, and five digits of port."""
_CURVE_CELLS, _CURVE_S = 12, 120.0
_LEAST_READINGS = 2
"""With fewer there is nothing to draw."""


@dataclass(frozen=True, slots=True, eq=False)
class ConnectionsView(OrderedView[RowColumn]):
    """A TableView over the chosen rows of an interval: its entries are rows of the interval's table."""

    texts: RowTexts

    @classmethod
    def make(  # noqa: PLR0913 - what is shown, and each thing that was asked of it
        cls,
        interval: Interval,
        chosen: Bools,
        sort: Sort,
        width: int,
        *,
        former: ConnectionsView | None = None,
        choice: ColumnChoice = NO_CHOICE,
    ) -> ConnectionsView:
        """Order the chosen rows.

        Args:
            interval: What is shown.
            chosen: One entry per row of the interval's table.
            sort: The order asked for.
            width: Cells of the pane; decides the columns.
            former: The view whose order is to be kept; None to sort anew.
            choice: The columns asked for.
        """
        if former is None:
            rows = np.flatnonzero(chosen)
            order = rows[_ordered(interval, rows, sort)]
        else:
            before, now = former.interval.table.cookie, interval.table.cookie
            order = keep_rows(former.order, before, now, chosen, lambda new: _ordered(interval, new, sort))
        order = closed_last(interval, order, is_own_order=sort.column is None)
        return cls(order, sort, columns_for(width, choice), RowTexts(interval))

    def at(self, interval: Interval) -> ConnectionsView:
        """Give the same rows in the same places, with the numbers of an interval that has_rows_of() this one's."""
        return replace(self, texts=RowTexts(interval))

    @property
    def interval(self) -> Interval:
        """What the rows are taken from."""
        return self.texts.interval

    @property
    def cookies(self) -> U64:
        """Identities from top to bottom."""
        cookies: U64 = self.interval.table.cookie[self.order]
        return cookies

    def rows_at(self, position: int) -> Rows:
        """Give the row of the interval's table that stands at a position, as an array of one."""
        return self.order[position : position + 1]

    def key_at(self, position: int) -> int:
        """Give the cookie of the row at a position."""
        return int(self.interval.table.cookie[self.order[position]])

    def position_of(self, key: Hashable) -> int | None:
        """Find where a socket stands now."""
        if not isinstance(key, int):
            return None
        row = self.interval.table.row_of_cookie(key)
        if row is None:
            return None
        hits = np.flatnonzero(self.order == row)
        return int(hits[0]) if len(hits) else None

    def marked(self) -> Rows:
        """Give the positions of the lines that are marked "!" or "~", ascending."""
        return np.flatnonzero(is_marked(self.interval, self.order))

    def cells(self, shown: RowColumn, entries: Rows) -> list[Cell]:
        """Make the cells of some rows in one column."""
        return closed_cells(self.texts, shown.column.id, entries, shown.cells(self.texts, entries))

    def marks(self, entries: Rows) -> list[Mark]:
        """Give the marks of some rows."""
        return row_marks(self.interval, entries)


def pairs(interval: Interval, *, with_time_wait: bool) -> Bools:
    """Choose the rows that have two endpoints, and bound-only sockets with TIME-WAIT where those are asked for."""
    table = interval.table
    if isinstance(interval, ClosedInterval):
        return (table.is_pair | table.is_bound_only) & interval.is_shown
    if with_time_wait:
        return table.is_pair | table.is_bound_only
    chosen: Bools = table.is_pair & ~((table.protocol == PROTOCOL_TCP) & (table.state == TcpState.TIME_WAIT))
    return chosen


def total_rates(interval: Interval, rows: Rows | Bools, history: HostHistory | None = None) -> str:
    """Sum the rates of some rows: "↓ 41M/s ↑ 380M/s"; empty where none is known yet.

    Args:
        interval: What is shown.
        rows: Which rows of its table.
        history: Of all its rows, where these are all: draws either sum's last two minutes before it.
    """
    is_asked = np.zeros(len(interval.table), np.bool_)
    is_asked[rows] = True
    receives, sends = (is_asked & ~np.isnan(rate) for rate in (interval.receive_rate, interval.send_rate))
    if not receives.any():
        return ""
    received = interval.receive_rate.sum(where=receives, dtype=np.float64)
    sent = interval.send_rate.sum(where=sends, dtype=np.float64)
    down = _curve(history.receive_rate) if history is not None else ""
    up = _curve(history.send_rate) if history is not None else ""
    return f"↓ {down}{rate_text(float(received))}/s ↑ {up}{rate_text(float(sent))}/s"


def _curve(series: Series) -> str:
    if len(series.known) < _LEAST_READINGS:
        return ""
    return f"{sparkline(series.resample(_CURVE_CELLS, _CURVE_S), _CURVE_CELLS)} "


def columns_for(width: int, choice: ColumnChoice = NO_CHOICE) -> tuple[RowColumn, ...]:
    """Choose the columns that a pane of this width shows."""
    return fitted_columns(CONNECTION_COLUMNS, width, choice)


def fitted_columns(columns: Sequence[RowColumn], width: int, choice: ColumnChoice = NO_CHOICE) -> tuple[RowColumn, ...]:
    """Choose those that a pane of this width shows, with their widths; endpoints share the room to spare."""
    room = width - _MARKS_WIDTH
    fitted = with_unit_where_it_fits(choice, choice.fitted(columns, size_class(choice.width_for(width))), room)
    spare = room - sum(column.width + 1 for _, column in fitted)
    chosen = []
    for shown, column in fitted:
        cells = column.width
        if column.id in ("local", "remote"):
            cells = max(cells, min(cells + spare // 3, _LONGEST_ENDPOINT))
        chosen.append(replace(shown, column=replace(column, width=cells)))
    return tuple(chosen)


def first_press(column_id: str) -> Sort:
    """Give the order that a first press on a column's title brings."""
    return first_press_among(CONNECTION_COLUMNS, column_id)


def _ordered(interval: Interval, rows: Rows, sort: Sort) -> Rows:
    identity = interval.table.cookie[rows]
    shown = shown_column(CONNECTION_COLUMNS, sort.column)
    if shown is None:
        return order_rows(_own_keys(interval, rows), identity)
    return order_rows(shown.keys(interval, rows), identity, is_descending=sort.is_descending)


def _own_keys(interval: Interval, rows: Rows) -> Keys:
    """Whatever waits first, where it is shown at all; busiest first; idle rows by trouble, process, remote endpoint."""
    table = interval.table
    return (
        table.is_pair[rows],
        -busy_rate(interval, rows),
        TROUBLE_RANKS[table.state[rows]],
        process_ranks(interval, rows),
        table.remote_high[rows],
        table.remote_low[rows],
        table.remote_port[rows],
    )


def rows_of_process(interval: Interval, pid: int, start_time: int | None = None) -> Bools:
    """Choose the rows of which a process is an owner, unaccepted ones of its listeners included.

    Args:
        interval: What the rows are taken from.
        pid: Of the process.
        start_time: When it began, where that is known: another process that was given its pid since has other rows.
    """
    holder = interval.owners.processes.get(pid)
    if start_time is not None and holder is not None and holder.start_time != start_time:
        return np.zeros(len(interval.table), np.bool_)
    owned = np.concatenate(([0], np.cumsum(interval.owners.pid == pid)))
    chosen: Bools = owned[interval.owner_end] > owned[interval.owner_first]
    return chosen
