"""The rows of the Events pane: what happened to connections, newest first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import Bools, Rows
from monitor.presentation.column_choice import NO_CHOICE, ColumnChoice
from monitor.presentation.connections_view import ConnectionsView, fitted_columns
from monitor.presentation.event_columns import EVENT_COLUMNS
from monitor.presentation.ordered_view import first_press_among, shown_column
from monitor.presentation.row_marks import NO_MARK, Mark
from monitor.presentation.row_text import RowTexts
from monitor.presentation.sorting import Sort, order_rows


@dataclass(frozen=True, slots=True, eq=False)
class EventsView(ConnectionsView):
    """A TableView over the chosen rows of an EventInterval. The key of a row is the event's number."""

    @classmethod
    def make(  # noqa: PLR0913 - as that of connections
        cls,
        interval: Interval,
        chosen: Bools,
        sort: Sort,
        width: int,
        *,
        former: ConnectionsView | None = None,
        choice: ColumnChoice = NO_CHOICE,
    ) -> EventsView:
        """Order the chosen events; the newest stand first, also among those that a column does not tell apart.

        Args:
            interval: An EventInterval.
            chosen: One entry per row of its table.
            sort: The order asked for.
            width: Cells of the pane; decides the columns.
            former: Has no say: an event is new once, and then stays as it is.
            choice: The columns asked for.
        """
        rows = np.flatnonzero(chosen)
        shown = shown_column(EVENT_COLUMNS, sort.column)
        if shown is not None:
            age = ~interval.table.cookie[rows]
            rows = rows[order_rows(shown.keys(interval, rows), age, is_descending=sort.is_descending)]
        return cls(rows, sort, fitted_columns(EVENT_COLUMNS, width, choice), RowTexts(interval))

    def marked(self) -> Rows:
        """Give nothing: events carry no mark."""
        return np.zeros(0, np.intp)

    def marks(self, entries: Rows) -> list[Mark]:
        """Mark nothing."""
        return [NO_MARK] * len(entries)


def first_press(column_id: str) -> Sort:
    """Give the order that a first press on a column's title brings."""
    return first_press_among(EVENT_COLUMNS, column_id)
