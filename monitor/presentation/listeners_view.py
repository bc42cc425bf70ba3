"""The rows of the Listeners pane: one per service endpoint."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitor.model.places import distinct
from monitor.model.sample import Interval
from monitor.model.socket_table import Bools, Rows
from monitor.presentation.column_choice import NO_CHOICE, ColumnChoice
from monitor.presentation.listener_cells import REACH_WORDS
from monitor.presentation.listener_columns import LISTENER_COLUMNS, ListenerColumn, columns_for
from monitor.presentation.ordered_view import OrderedView, shown_column
from monitor.presentation.row_marks import ELSEWHERE, NO_MARK, TROUBLE, Mark, row_marks
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_endpoints import ServiceEndpoints
from monitor.presentation.sorting import Keys, Sort, order_rows
from monitor.presentation.view import Cell

if TYPE_CHECKING:
    from monitor.presentation.filter_tree import Filter

KEY_COLUMNS = ("network", "protocol", "family", "v6only", "local_high", "local_low", "local_port", "device")
ListenerKey = tuple[int, ...]
"""The values of what names a service endpoint: protocol, family, v6only, address, port, bound device."""


@dataclass(frozen=True, slots=True, eq=False)
class ListenersView(OrderedView[ListenerColumn]):
    """A TableView over the service endpoints of an interval: its entries are theirs."""

    endpoints: ServiceEndpoints
    texts: RowTexts

    @classmethod
    def make(
        cls, endpoints: ServiceEndpoints, chosen: Rows, sort: Sort, width: int, choice: ColumnChoice = NO_CHOICE
    ) -> ListenersView:
        """Order the chosen entries.

        Args:
            endpoints: The service endpoints of an interval.
            chosen: Entries to show.
            sort: The order asked for.
            width: Cells of the pane; decides the columns.
            choice: The columns asked for.
        """
        shown = shown_column(LISTENER_COLUMNS, sort.column)
        keys = _own_keys(endpoints) if shown is None else shown.keys(endpoints)
        identity = endpoints.interval.table.cookie[endpoints.first[chosen]]
        order = order_rows(tuple(key[chosen] for key in keys), identity, is_descending=sort.is_descending)
        return cls(chosen[order], sort, columns_for(width, choice), endpoints, RowTexts(endpoints.interval))

    @property
    def interval(self) -> Interval:
        """What the rows are taken from."""
        return self.endpoints.interval

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
        is_called = [mark in (ELSEWHERE, TROUBLE) for mark in self.marks(self.order)]
        return np.flatnonzero(np.array(is_called, np.bool_))

    def cells(self, shown: ListenerColumn, entries: Rows) -> list[Cell]:
        """Make the cells of some endpoints in one column."""
        return shown.cells(self.endpoints, self.texts, entries)

    def marks(self, entries: Rows) -> list[Mark]:
        """Give the marks of some endpoints: that of the first socket, but trouble of any of them before "~"."""
        first = row_marks(self.interval, self.endpoints.first[entries])
        any_trouble = self.endpoints.is_in_trouble[entries].tolist()
        pairs = zip(first, any_trouble, strict=True)
        return [TROUBLE if trouble and mark in (NO_MARK, ELSEWHERE) else mark for mark, trouble in pairs]

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
        ~endpoints.is_in_trouble,
        table.local_port[first],
        endpoints.reach == REACH_WORDS.index("all"),
        table.protocol[first],
        table.local_high[first],
        table.local_low[first],
    )


def chosen_entries(endpoints: ServiceEndpoints, tree: Filter | None, narrowed: Bools | None = None) -> Rows:
    """Choose the entries of which at least one socket is wanted.

    Args:
        endpoints: The service endpoints of an interval.
        tree: The filter that a socket fulfils; None for any.
        narrowed: Rows of the interval's table to which it belongs; None for all.
    """
    if tree is None and narrowed is None:
        return np.arange(len(endpoints))
    wanted: Bools = np.ones(len(endpoints.rows), np.bool_) if narrowed is None else narrowed[endpoints.rows]
    if tree is not None:
        from monitor.presentation.filters import mask  # noqa: PLC0415 - most samples are shown without a filter

        wanted = wanted & mask(tree, endpoints.interval)[endpoints.rows]
    return distinct(endpoints.group[wanted])
