"""The workers of a service endpoint: one row per process that listens there or has one of its connections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from monitor.ui.widgets.rows_pane import RowsPane

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools
    from monitor.presentation.narrowing import ListenerConnections
    from monitor.presentation.sorting import Sort
    from monitor.ui.widgets.rows_pane import RowsView


class WorkersPane(RowsPane):
    """Its rows rest like those of connections; a filter chooses the connections that are counted."""

    LIKE_LETTERS = ""

    def __init__(
        self,
        listener: ListenerConnections,
        *,
        glyphs: Mapping[int, str] | None,
        id: str,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(glyphs=glyphs, id=id)
        self._listener = listener
        self.summary = ""
        """How the endpoint is shared, and how many connections there are, for the message line."""

    def on_mount(self) -> None:
        """Name the pane before there is anything to show."""
        self.set_title("Workers")

    def candidates(self, interval: Interval) -> Bools:
        """Choose the connections that demultiplexing gives to the endpoint."""
        return self._listener.connections(interval)

    def make_view(self, interval: Interval, chosen: Bools, sort: Sort, former: RowsView | None) -> RowsView:
        """Count the connections of each worker."""
        from monitor.presentation.workers import Workers  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.workers_view import WorkersView  # noqa: PLC0415 - as above

        workers = Workers.of(interval, self._listener.sockets(interval), chosen)
        kept = former.pids if isinstance(former, WorkersView) else None
        return WorkersView.make(workers, sort, self.size.width, former=kept)

    def first_press(self, column_id: str) -> Sort:
        """Give the order that choosing a column brings."""
        from monitor.presentation.workers_view import first_press  # noqa: PLC0415 - it brings numpy

        return first_press(column_id)

    def say_title(self, view: RowsView, chosen: int, total: int) -> None:
        """Say in which way they share the endpoint, and how much they have to do together."""
        from monitor.presentation.connections_view import total_rates  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.workers_view import WorkersView  # noqa: PLC0415 - as above

        if not isinstance(view, WorkersView):
            return
        self.summary = view.workers.summary
        self.empty_text = "nobody is known to listen there"
        tail = total_rates(view.interval, view.workers.accepted)
        self.set_title(f"{view.count} workers {self._listener.title}", self.limits, tail=tail)

    @property
    def stretch(self) -> str | None:
        """Keep the numbers beside the names: the last column of words, which is not the names where there is room."""
        return None
