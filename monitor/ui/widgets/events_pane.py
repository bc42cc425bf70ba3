"""The Events pane: what happened to connections, newest first, or groups of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from monitor.presentation.text_line import TextLine
from monitor.ui.widgets.grouped_pane import GroupedPane

if TYPE_CHECKING:
    from monitor.model.event_list import EventList
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools
    from monitor.presentation.filter_tree import Filter
    from monitor.presentation.sorting import Sort
    from monitor.ui.widgets.rows_pane import RowsView


class EventsPane(GroupedPane):
    """Works while it is shown only; its interval is one of events."""

    LIKE_LETTERS = "prolvu"
    letters: ClassVar[Mapping[str, str]] = {
        "p": "PROCESS",
        "r": "REMOTE_ADDRESS",
        "e": "REMOTE_ENDPOINT",
        "o": "REMOTE_PORT",
        "a": "LOCAL_ADDRESS",
        "v": "INTERFACE",
        "u": "USER",
    }

    def __init__(self, *, glyphs: Mapping[int, str] | None, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._events: EventList | None = None
        self._beside: Interval | None = None
        self._has_news = False

    def on_mount(self) -> None:
        """Name the pane before there is anything to show."""
        self.set_title("4 Events")

    def show_interval(self, interval: Interval) -> None:
        """Take names and the time from the newest interval."""
        self._beside, self._has_news = interval, True
        self._count()
        self.rebuild()

    def show_events(self, events: EventList) -> None:
        """Show what happened."""
        self._events, self._has_news = events, True
        self._count()
        self.rebuild()

    def _count(self) -> None:
        """Say for the names of the panes how fast events come, without looking at them."""
        if self._events is None:
            return
        from monitor.presentation.event_interval import rate_of  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.formats import rate_text  # noqa: PLC0415 - after the first paint

        self.shown_of_all = f"{rate_text(rate_of(self._events, self._beside))}/s"

    def rebuild(self) -> None:
        """Choose and order the events, while anybody can see them."""
        if not self.display or self._events is None or self._beside is None:
            return
        if self._has_news:
            from monitor.presentation.event_interval import event_interval  # noqa: PLC0415 - it brings numpy

            self.interval, self._has_news = event_interval(self._events, self._beside), False
        super().rebuild()

    def candidates(self, interval: Interval) -> Bools:
        """Choose all events."""
        import numpy as np  # noqa: PLC0415 - after the first paint

        return np.ones(len(interval.table), np.bool_)

    def matching(self, tree: Filter, interval: Interval) -> Bools:
        """Choose the events of a filter."""
        from monitor.presentation.event_search import EventSearch  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.filters import mask_in  # noqa: PLC0415 - as above

        return mask_in(tree, EventSearch(interval))

    def make_view(self, interval: Interval, chosen: Bools, sort: Sort, former: RowsView | None) -> RowsView:
        """Order the events, or group them."""
        from monitor.presentation.events_view import EventsView  # noqa: PLC0415 - it brings numpy

        width = self.size.width
        if self.grouping is None:
            return EventsView.make(interval, chosen, sort, width, choice=self.choice)
        from monitor.presentation.event_groups import EVENT_GROUPS  # noqa: PLC0415 - most starts are without groups
        from monitor.presentation.groups import Groups  # noqa: PLC0415 - as above
        from monitor.presentation.groups_view import GroupsView  # noqa: PLC0415 - as above

        kept = former if isinstance(former, GroupsView) else None
        groups = Groups.of(interval, chosen, self.grouping)
        return GroupsView.make(groups, self.opened, sort, width, former=kept, face=EVENT_GROUPS, choice=self.choice)

    def first_press(self, column_id: str) -> Sort:
        """Give the order that choosing a column brings."""
        from monitor.presentation.events_view import first_press  # noqa: PLC0415 - it brings numpy

        return first_press(column_id)

    def say_title(self, view: RowsView, chosen: int, total: int) -> None:
        """Say how many events are listed and shown, how fast they come, and what was not seen."""
        from monitor.model.event_list import EventKind  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.event_groups import rates_text  # noqa: PLC0415 - as above
        from monitor.presentation.event_interval import EventInterval  # noqa: PLC0415 - as above
        from monitor.presentation.event_words import missing_sentence, missing_words  # noqa: PLC0415 - as above
        from monitor.presentation.groups_view import GroupsView  # noqa: PLC0415 - as above

        interval = view.interval
        if not isinstance(interval, EventInterval):
            return
        total, events = len(interval.records), interval.events
        shown = len(view.groups.rows) if isinstance(view, GroupsView) else view.count
        opened = interval.per_second(EventKind.OPENED)
        ended = interval.per_second(EventKind.CLOSED, EventKind.FAILED)
        notes = [*self.limits, *missing_words(events)]
        if self.grouping is not None:
            notes.append(f"grouped by {self.grouping.value}")
        elif self.sort is None or self.sort.column is None:
            notes.append("newest first")
        if self.sort is not None and self.sort.column is not None:
            notes.append(f"by {self.sort.column}")
        self.empty_text = (
            f"0 of {total:,}: nothing matches; Esc widens again"
            if total
            else missing_sentence(events) or "nothing was opened or closed yet"
        )
        count = f"{shown:,} of {total:,}" if shown != total else f"{total:,}"
        self.set_title(f"4 Events {count}", [*notes, *self.neighbours()], tail=f"{rates_text(opened, ended)} /s")

    @property
    def remark(self) -> str:
        """What the message line says while nothing else is to be said: why some events are not seen."""
        if self._events is None:
            return ""
        from monitor.presentation.event_words import missing_sentence  # noqa: PLC0415 - on demand

        return missing_sentence(self._events)

    @property
    def cookie_at_cursor(self) -> int | None:
        """The socket of the event at the cursor; None for a group, or where its cookie is not known."""
        from monitor.presentation.event_interval import records_of  # noqa: PLC0415 - it brings numpy

        if self.interval is None or not isinstance(self.cursor_key, int):
            return None
        return int(records_of(self.interval, self.rows_at_cursor())["cookie"][0]) or None

    @property
    def no_process(self) -> str | None:
        """Say why no process is known of the line at the cursor; None where one is."""
        from monitor.presentation.event_reasons import owner_reason  # noqa: PLC0415 - it brings numpy

        interval, rows = self.interval, self.rows_at_cursor()
        if interval is None or not len(rows) or (interval.owner_end[rows] > interval.owner_first[rows]).any():
            return None
        return owner_reason(interval, int(rows[0]))

    def line_about(self, row: int, group_size: int) -> TextLine:
        """Say whose an event's socket was and what became of it; of a group what became of all."""
        from monitor.presentation.event_reasons import event_line, group_line  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - as above

        if self.interval is None:
            return TextLine()
        if isinstance(self.cursor_key, int):
            return event_line(RowTexts(self.interval), row)
        return group_line(self.interval, self.rows_at_cursor())
