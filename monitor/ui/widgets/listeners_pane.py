"""The Listeners pane: one row per service endpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.ui.widgets.filtered_pane import FilteredPane

if TYPE_CHECKING:
    from monitor.model.event_list import EventList
    from monitor.model.socket_table import Rows
    from monitor.presentation.listeners_view import ListenersView
    from monitor.presentation.narrowing import ListenerConnections
    from monitor.presentation.service_endpoints import ServiceEndpoints
    from monitor.presentation.sorting import Sort
    from monitor.sampling.history import History


class ListenersPane(FilteredPane):
    """Who waits for connections and datagrams, and how full their queues are."""

    LIKE_LETTERS = "plvu"
    endpoints: ServiceEndpoints | None = None
    """The service endpoints of the interval that is shown."""
    history: History | None = None
    """What was kept of them, drawn at the end of each where there is room; None before the first sample."""
    events: EventList | None = None
    """What happened to connections, for how many came to each; None before that is known."""

    def on_mount(self) -> None:
        """Name the pane before there is anything to show."""
        self.set_title("1 Listeners")

    def first_press(self, column_id: str) -> Sort:
        """Give the order that choosing a column brings."""
        from monitor.presentation.listener_columns import first_press  # noqa: PLC0415 - it brings numpy

        return first_press(column_id)

    def rebuild(self) -> None:
        """Group and order the waiting sockets of the interval."""
        if self.interval is None:
            return
        from monitor.presentation.listener_curves import with_listener_curves  # noqa: PLC0415 - as above
        from monitor.presentation.listeners_view import ListenersView, chosen_entries  # noqa: PLC0415 - as above
        from monitor.presentation.service_endpoints import ServiceEndpoints  # noqa: PLC0415 - as above
        from monitor.presentation.sorting import Sort  # noqa: PLC0415 - as above

        self.endpoints = replace(ServiceEndpoints.of(self.interval), history=self.history, events=self.events)
        narrowed = None if self.narrowing is None else self.narrowing.choose(self.interval)
        chosen = chosen_entries(self.endpoints, self.filter_tree, narrowed)
        rows = ListenersView.make(self.endpoints, chosen, self.sort or Sort(), self.size.width, self.choice)
        view = with_listener_curves(rows, self.history, self.size.width, self.choice)
        total = len(self.endpoints)
        count = f"{view.count:,} of {total:,}" if view.count != total else f"{total:,}"
        order = f"by {self.sort.column}" if self.sort and self.sort.column else "trouble first, then port"
        notes = [*self.limits, order]
        self.shown_of_all = f"{view.count:,}"
        self.empty_text = f"0 of {total:,}: nothing matches; Esc widens again" if total else "nobody listens"
        self.set_title(f"1 Listeners {count}", notes)
        self.show(view, stretch="process")

    def hits(self, words: str) -> Sequence[int]:
        """Give the positions of the endpoints that a filter would leave, ascending."""
        import numpy as np  # noqa: PLC0415 - after the first paint

        from monitor.presentation.filter_parser import parse  # noqa: PLC0415 - only who searches needs it
        from monitor.presentation.listeners_view import chosen_entries  # noqa: PLC0415 - it brings numpy

        view = self.listeners_view
        if view is None:
            return []
        return np.flatnonzero(np.isin(view.order, chosen_entries(view.endpoints, parse(words)))).tolist()

    def rows_at_cursor(self) -> Rows:
        """Give all sockets of the service endpoint at the cursor."""
        import numpy as np  # noqa: PLC0415 - after the first paint

        view = self.listeners_view
        if view is None or not view.count:
            return np.zeros(0, np.intp)
        return view.endpoints.members(view.entry_at(self.cursor_position))

    def visible_cookies(self) -> list[int]:
        """Give the sockets of the service endpoints that are on screen."""
        import numpy as np  # noqa: PLC0415 - after the first paint

        view = self.listeners_view
        if view is None or self.interval is None:
            return []
        first = max(0, self.top_position)
        places = slice(first, first + self.page_height)
        is_seen = np.isin(view.endpoints.group, view.order[places])
        cookies: list[int] = self.interval.table.cookie[view.endpoints.rows[is_seen]].tolist()
        return cookies

    def workers_at_cursor(self) -> ListenerConnections | None:
        """Give the connections of the service endpoint at the cursor if several processes are known to serve it."""
        from monitor.presentation.narrowing import ListenerConnections  # noqa: PLC0415 - it brings numpy
        from monitor.reasoning.holders import pids_of  # noqa: PLC0415 - as above

        view, rows = self.listeners_view, self.rows_at_cursor()
        if view is None or len(pids_of(view.interval, rows)) <= 1:
            return None
        return ListenerConnections.of(view.endpoints, view.entry_at(self.cursor_position))

    def row_at_cursor(self) -> int | None:
        """Give the socket of the service endpoint at the cursor whose queue is the fullest."""
        view = self.listeners_view
        return int(view.endpoints.fullest[view.entry_at(self.cursor_position)]) if view and view.count else None

    @property
    def listeners_view(self) -> ListenersView | None:
        """The view that is shown; None before the first."""
        from monitor.presentation.listeners_view import ListenersView  # noqa: PLC0415 - as above

        return self.view if isinstance(self.view, ListenersView) else None
