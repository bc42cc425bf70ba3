"""The Connections pane: one row per pair of endpoints as this host sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.ui.widgets.list_pane import ListPane

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools
    from monitor.presentation.connections_view import ConnectionsView
    from monitor.presentation.sorting import Sort

_RESORT_S = 3.0
"""A table sorted by a rate changes its order this often at most."""
_REST_AFTER_KEY_S = 2.0
"""And not while somebody is moving in it."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The pane shows only what belongs to this."""

    title: str
    """As the pane's title says it: "on [::]:443"."""
    choose: Callable[[Interval], Bools]
    """Chooses rows of an interval."""


class ConnectionsPane(ListPane):
    """Connections and connected UDP sockets; with TIME-WAIT and bound-only rows where they are asked for."""

    pane_name = "2 Connections"

    def __init__(self, *, glyphs: Mapping[int, str] | None, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.narrowing: Narrowing | None = None
        self.has_time_wait = False
        self.shown_of_all = ""
        self._sorted_at = 0.0
        self._key_at = 0.0
        self._shown_sort: tuple[Sort | None, Narrowing | None, str] | None = None

    def on_mount(self) -> None:
        """Name the pane before there is anything to show."""
        self.set_title(self.pane_name)

    def note_key(self) -> None:
        """Remember that somebody has just pressed a key here."""
        self._key_at = time.monotonic()

    def narrow(self, narrowing: Narrowing | None) -> None:
        """Show only some connections, or all again."""
        self.narrowing = narrowing
        self.rebuild()

    def first_press(self, column_id: str) -> Sort:
        """Give the order that choosing a column brings."""
        from monitor.presentation.connections_view import first_press  # noqa: PLC0415 - it brings numpy

        return first_press(column_id)

    def rebuild(self) -> None:
        """Choose and order the rows of the interval."""
        if self.interval is None:
            return
        from monitor.presentation.connections_view import ConnectionsView  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.sorting import Sort  # noqa: PLC0415 - as above

        everything = self.candidates(self.interval)
        chosen = everything & self._chosen(self.interval)
        sort = self.sort or Sort()
        former = self.connections_view
        keeps = former is not None and self._keeps_order(former)
        view = ConnectionsView.make(
            self.interval, chosen, sort, self.size.width, former=former.cookies if former and keeps else None
        )
        if not keeps:
            self._sorted_at = time.monotonic()
        self._shown_sort = (self.sort, self.narrowing, self.filter_text)
        total = int(everything.sum())
        self._say_title(view, total)
        self.show(view, stretch="process" if self.size.width >= 110 else "name")  # noqa: PLR2004 - as the columns' widths

    def candidates(self, interval: Interval) -> Bools:
        """Choose the rows that this pane is about."""
        from monitor.presentation.connections_view import pairs  # noqa: PLC0415 - as above

        return pairs(interval, with_time_wait=self.has_time_wait)

    @property
    def connections_view(self) -> ConnectionsView | None:
        """The view that is shown; None before the first."""
        from monitor.presentation.connections_view import ConnectionsView  # noqa: PLC0415 - as above

        return self.view if isinstance(self.view, ConnectionsView) else None

    def row_at_cursor(self) -> int | None:
        """Give the row of the interval's table at the cursor."""
        view = self.connections_view
        return view.row_at(self.cursor_position) if view is not None and view.count else None

    def _chosen(self, interval: Interval) -> Bools:
        import numpy as np  # noqa: PLC0415 - as above

        from monitor.presentation.filters import mask  # noqa: PLC0415 - as above

        chosen: Bools = np.ones(len(interval.table), np.bool_)
        if self.narrowing is not None:
            chosen &= self.narrowing.choose(interval)
        if self.filter_tree is not None:
            chosen &= mask(self.filter_tree, interval)
        return chosen

    def _keeps_order(self, former: ConnectionsView) -> bool:
        """Whether rows stay in the order in which they are shown: the same question, and too early to re-sort."""
        now = time.monotonic()
        if self._shown_sort != (self.sort, self.narrowing, self.filter_text) or not former.interval.has_rates:
            return False
        column = self.sort.column if self.sort is not None else None
        if column not in {None, "rate", "receive", "send", "idle"}:
            return False
        return now - self._sorted_at < _RESORT_S or now - self._key_at < _REST_AFTER_KEY_S

    def _say_title(self, view: ConnectionsView, total: int) -> None:
        from monitor.presentation.connections_view import total_rates  # noqa: PLC0415 - as above

        notes = []
        if self.narrowing is not None:
            notes.append(self.narrowing.title)
        if self.filter_tree is not None:
            notes.append(f"filter {self.filter_text}")
        notes.append("with TIME-WAIT" if self.has_time_wait else "no TIME-WAIT")
        notes.append(f"by {self.sort.column}" if self.sort and self.sort.column else "busiest first")
        self.shown_of_all = f"{view.count:,}/{total:,}" if view.count != total else f"{total:,}"
        count = f"{view.count:,} of {total:,}" if view.count != total else f"{total:,}"
        if view.count == total:
            self.empty_text = "no connections"
        else:
            self.empty_text = f"0 of {total:,}: nothing matches; Esc widens again"
        self.set_title(f"{self.pane_name} {count}", notes, tail=total_rates(view))
