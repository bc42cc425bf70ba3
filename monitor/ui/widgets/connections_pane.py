"""The Connections pane: one row per pair of endpoints as this host sees it, or groups of such rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.presentation.count_trend import CountTrend
from monitor.presentation.text_line import TextLine
from monitor.ui.widgets.grouped_pane import GroupedPane

if TYPE_CHECKING:
    from monitor.model.event_list import EventList
    from monitor.model.sample import Interval
    from monitor.model.series import Series
    from monitor.model.socket_table import Bools, Rows
    from monitor.presentation.action_words import Deed
    from monitor.presentation.sorting import Sort
    from monitor.sampling.history import History, HostHistory
    from monitor.ui.widgets.rows_pane import RowsView

MOST_MARKED = 100
"""As many as one dialog shows one by one."""
_CURVES_WIDTH = 110
"""Cells from which on the title has room for curves."""


class ConnectionsPane(GroupedPane):
    """Connections and connected UDP sockets; with TIME-WAIT and bound-only rows where they are asked for."""

    LIKE_LETTERS = "prolvuesncw"

    def __init__(self, *, glyphs: Mapping[int, str] | None, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.has_time_wait = False
        self.has_closed = False
        """Whether connections that are listed as closed stand after the others."""
        self.history: History | None = None
        """What was kept of the rows that were on screen, drawn at the end of each where there is room."""
        self._events: EventList | None = None
        self._trend = CountTrend()
        self.marked: dict[int, Deed] = {}
        """Sockets that the user has marked, by cookie: their close as the row showed it then."""
        self.host_history: HostHistory | None = None
        """The last two minutes of all sockets together, drawn in the title while none is hidden."""

    def on_mount(self) -> None:
        """Name the pane before there is anything to show."""
        self.set_title("2 Connections")

    def show_interval(self, interval: Interval) -> None:
        """Show the newest interval, with the closed connections where they are asked for."""
        if self.has_closed:
            self.interval = self._with_closed(interval)
            self.rebuild()
        else:
            super().show_interval(interval)

    def show_events(self, events: EventList) -> None:
        """Take what happened to connections."""
        self._events = events
        if self.has_closed and self.interval is not None:
            self.show_interval(self.interval)

    @property
    def no_process(self) -> str | None:
        """Say why no process is known of a closed connection."""
        from monitor.presentation.closed_reasons import no_process_text  # noqa: PLC0415 - it brings numpy

        row = self.row_at_cursor()
        return None if self.interval is None or row is None else no_process_text(self.interval, row)

    def line_about(self, row: int, group_size: int) -> TextLine:
        """Say whose a row is and how it fares, or what became of it."""
        from monitor.presentation.closed_reasons import closed_line  # noqa: PLC0415 - it brings numpy

        closed = closed_line(self.interval, row) if self.interval is not None else None
        return closed or super().line_about(row, group_size)

    def show_more(self, *, has_time_wait: bool, has_closed: bool) -> None:
        """Show TIME-WAIT and bound-only rows as well, and closed connections, or no longer."""
        self.has_time_wait, self.has_closed = has_time_wait, has_closed
        if self.interval is not None:
            self.interval = self._with_closed(self.interval)
            self.rebuild()

    def _with_closed(self, interval: Interval) -> Interval:
        from monitor.presentation.closed_interval import ClosedInterval, with_closed  # noqa: PLC0415 - it brings numpy

        living = interval.base if isinstance(interval, ClosedInterval) else interval
        return with_closed(living, self._events) if self.has_closed and self._events is not None else living

    @property
    def limits(self) -> list[str]:
        """What was done to the list, in words: marked, narrowed, filtered."""
        return [*([f"{len(self.marked)} marked"] if self.marked else []), *super().limits]

    def action_mark(self) -> None:
        """Mark the socket at the cursor, or no longer, and go on to the next row."""
        from monitor.presentation.close_lines import close_of, no_close  # noqa: PLC0415 - only who acts needs it

        row, cookie = self.row_at_cursor(), self.cursor_key
        if self.interval is None or row is None or not isinstance(cookie, int):
            self.post_message(self.Refused("a group cannot be marked: open it and mark its rows"))
            return
        if (reason := no_close(self.interval, row)) is not None:
            self.post_message(self.Refused(reason))
            return
        if cookie not in self.marked and len(self.marked) == MOST_MARKED:
            self.post_message(self.Refused(f"no more than {MOST_MARKED} can be marked; X closes them, M unmarks all"))
            return
        if self.marked.pop(cookie, None) is None:
            self.marked[cookie] = close_of(self.interval, row)
        self.action_cursor_down()
        self._show_marks()

    def action_unmark_all(self) -> None:
        """Mark nothing any more."""
        self.marked.clear()
        self._show_marks()

    def marked_now(self) -> list[Deed]:
        """Give the closes of the marked sockets: of those that are listed as they are shown now."""
        from monitor.presentation.close_lines import close_of  # noqa: PLC0415 - as above

        interval = self.interval
        if interval is not None:
            for cookie in self.marked:
                row = interval.table.row_of_cookie(cookie)
                if row is not None and math.isnan(interval.closed_at[row]):
                    self.marked[cookie] = close_of(interval, row)
        return list(self.marked.values())

    def _show_marks(self) -> None:
        self.chosen = frozenset(self.marked)
        self.rebuild()

    def candidates(self, interval: Interval) -> Bools:
        """Choose pairs, and more where it is asked for."""
        from monitor.presentation.connections_view import pairs  # noqa: PLC0415 - it brings numpy

        return pairs(interval, with_time_wait=self.has_time_wait)

    def make_view(self, interval: Interval, chosen: Bools, sort: Sort, former: RowsView | None) -> RowsView:
        """Order the rows, or group them."""
        from monitor.presentation.connection_curves import with_curves  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.connections_view import ConnectionsView  # noqa: PLC0415 - as above

        width = self.size.width
        if self.grouping is not None:
            from monitor.presentation.groups import Groups  # noqa: PLC0415 - most starts are without groups
            from monitor.presentation.groups_view import GroupsView  # noqa: PLC0415 - as above

            kept_groups = former if isinstance(former, GroupsView) else None
            groups = Groups.of(interval, chosen, self.grouping)
            view = GroupsView.make(groups, self.opened, sort, width, former=kept_groups, choice=self.choice)
            return replace(view, rows=with_curves(view.rows, self.history, width, self.choice))
        kept = former if isinstance(former, ConnectionsView) else None
        rows = ConnectionsView.make(interval, chosen, sort, width, former=kept, choice=self.choice)
        return with_curves(rows, self.history, width, self.choice)

    @property
    def more_rows_text(self) -> str:
        """Say which rows beside those of living sockets are shown."""
        if self.has_closed:
            return "with TIME-WAIT and closed"
        return "with TIME-WAIT" if self.has_time_wait else "no TIME-WAIT"

    def add_earlier(self, counts: Series) -> None:
        """Take how many rows the narrowed list would have had before, and say so in the title."""
        self._trend.add_before(counts)
        self.rebuild()

    def _trend_of(self, chosen: int, total: int) -> list[str]:
        """Say how a narrowed list grew or shrank, where it did."""
        if self.interval is None:
            return []
        what = self.narrowing, self.filter_text, self.has_time_wait, self.has_closed
        self._trend.note(what, self.interval.sample.boot_time, chosen)
        text = self._trend.text() if chosen != total or self.narrowing is not None else ""
        return [text] if text else []

    def say_title(self, view: RowsView, chosen: int, total: int) -> None:
        """Say how many connections are shown, of which, in which order, and how fast they are together."""
        from monitor.presentation.connections_view import total_rates  # noqa: PLC0415 - it brings numpy

        notes = [*self._trend_of(chosen, total), *self.limits]
        if self.grouping is not None:
            notes.append(f"grouped by {self.grouping.value}")
        notes.append(self.more_rows_text)
        notes.append(f"by {self.sort.column}" if self.sort and self.sort.column else "busiest first")
        self.shown_of_all = f"{chosen:,}/{total:,}" if chosen != total else f"{total:,}"
        count = f"{chosen:,} of {total:,}" if chosen != total else f"{total:,}"
        is_filtered = chosen != total
        self.empty_text = f"0 of {total:,}: nothing matches; Esc widens again" if is_filtered else "no connections"
        rows = _rows_of(view)
        if rows is not None:
            word = "closed" if self.has_closed else "just closed"
            closed = [f"{len(rows) - chosen:,} {word}"] if len(rows) > chosen else []
            is_all = not is_filtered and self.size.width >= _CURVES_WIDTH
            tail = total_rates(view.interval, rows, self.host_history if is_all else None)
            self.set_title(f"2 Connections {count}", [*notes, *self.neighbours(), *closed], tail=tail)


def _rows_of(view: RowsView) -> Rows | None:
    """Give the rows of the interval's table that a view of this pane stands for, closed ones among them."""
    from monitor.presentation.connections_view import ConnectionsView  # noqa: PLC0415 - it brings numpy

    if isinstance(view, ConnectionsView):
        return view.order
    from monitor.presentation.groups_view import GroupsView  # noqa: PLC0415 - most starts are without groups

    return view.groups.rows if isinstance(view, GroupsView) else None
