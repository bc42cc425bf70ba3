"""RowsPane: a list of single sockets, or of groups of them that open in place; the order rests while it is read."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from monitor.ui.widgets.filtered_pane import FilteredPane

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools, Rows
    from monitor.presentation.connections_view import ConnectionsView
    from monitor.presentation.filter_tree import Filter
    from monitor.presentation.groups import GroupKey
    from monitor.presentation.groups_view import GroupsView
    from monitor.presentation.process_sections import ProcessSections
    from monitor.presentation.sorting import Sort
    from monitor.presentation.workers_view import WorkersView

    RowsView = ConnectionsView | GroupsView | ProcessSections | WorkersView

_RESORT_S = 3.0
"""A table sorted by a rate changes its order this often at most."""
_REST_AFTER_KEY_S = 2.0
"""And not while somebody is moving in it."""
_RESTLESS = frozenset({None, "rate", "receive", "send", "idle"})
"""Orders that change with every sample."""


class RowsPane(FilteredPane):
    """What Connections and the sockets of a process share. A subclass chooses the rows and makes the view."""

    LIKE_LETTERS = "prolvuesc"

    def __init__(self, *, glyphs: Mapping[int, str] | None, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.opened: frozenset[GroupKey] = frozenset()
        """Groups whose rows are shown."""
        self.shown: RowsView | None = None
        """The view that is shown; None before the first."""
        self._sorted_at = 0.0
        self._key_at = 0.0
        self._shown_order: object = None

    def candidates(self, interval: Interval) -> Bools:
        """Choose the rows that this pane is about."""
        raise NotImplementedError

    def make_view(self, interval: Interval, chosen: Bools, sort: Sort, former: RowsView | None) -> RowsView:
        """Make the view of the chosen rows.

        Args:
            interval: What is shown.
            chosen: One entry per row of its table.
            sort: The order asked for.
            former: The view whose order is to be kept; None to sort anew.
        """
        raise NotImplementedError

    def say_title(self, view: RowsView, chosen: int, total: int) -> None:
        """Say in the title how many of the candidates are shown, and why not all; closed ones do not count."""
        raise NotImplementedError

    @property
    def stretch(self) -> str | None:
        """Name the column that takes the room that is left."""
        return "process" if self.size.width >= 110 else "name"  # noqa: PLR2004 - as the columns' widths

    def show_interval(self, interval: Interval) -> None:
        """Show the newest interval; where only numbers in some rows are newer, all keep their places.

        Groups stay altogether: their sums are of the time of the sample.
        """
        if not interval.has_rows_of(self.interval):
            super().show_interval(interval)
            return
        from monitor.presentation.connections_view import ConnectionsView  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.groups_view import GroupsView  # noqa: PLC0415 - as above

        if isinstance(self.shown, ConnectionsView):
            self.interval, self.shown = interval, self.shown.at(interval)
            self.show(self.shown, stretch=self.stretch)
        elif not isinstance(self.shown, GroupsView):
            super().show_interval(interval)

    def order_asked_for(self) -> object:
        """Give what the order follows from; while it is the same, rows may rest in their places."""
        return self.sort, self.narrowing, self.filter_text, self.opened

    def note_key(self) -> None:
        """Remember that somebody has just pressed a key here."""
        self._key_at = time.monotonic()

    def first_press(self, column_id: str) -> Sort:
        """Give the order that choosing a column brings."""
        from monitor.presentation.connections_view import first_press  # noqa: PLC0415 - it brings numpy

        return first_press(column_id)

    def rebuild(self) -> None:
        """Choose and order the rows of the interval."""
        if self.interval is None:
            return
        import numpy as np  # noqa: PLC0415 - after the first paint

        from monitor.presentation.sorting import Sort  # noqa: PLC0415 - it brings numpy

        everything = self.candidates(self.interval)
        chosen = everything & self._chosen(self.interval)
        former = self.shown if self.shown is not None and self._keeps_order(self.shown) else None
        view = self.make_view(self.interval, chosen, self.sort or Sort(), former)
        if former is None:
            self._sorted_at = time.monotonic()
        self._shown_order = self.order_asked_for()
        self.shown = view
        lives = np.isnan(self.interval.closed_at)
        self.say_title(view, int(np.count_nonzero(chosen & lives)), int(np.count_nonzero(everything & lives)))
        self.show(view, stretch=self.stretch)

    def rows_at_cursor(self) -> Rows:
        """Give the rows of the interval's table that the line at the cursor stands for: one, or a group's."""
        import numpy as np  # noqa: PLC0415 - after the first paint

        view = self.shown
        return np.zeros(0, np.intp) if view is None or not view.count else view.rows_at(self.cursor_position)

    def hits(self, words: str) -> Sequence[int]:
        """Give the positions of the rows that a filter would leave, ascending; of groups those that show the words."""
        from monitor.presentation.connections_view import ConnectionsView  # noqa: PLC0415 - it brings numpy

        view = self.shown
        if not isinstance(view, ConnectionsView):
            return super().hits(words)
        import numpy as np  # noqa: PLC0415 - after the first paint

        from monitor.presentation.filter_parser import parse  # noqa: PLC0415 - only who searches needs it

        return np.flatnonzero(self.matching(parse(words), view.interval)[view.order]).tolist()

    def visible_cookies(self) -> list[int]:
        """Give the sockets whose rows are on screen."""
        view = self.shown
        if view is None:
            return []
        first = max(0, self.top_position)
        keys = [view.key_at(place) for place in range(first, min(view.count, first + self.page_height))]
        return [key for key in keys if isinstance(key, int)]

    def action_open(self) -> None:
        """Open or close a group in its place; ask for more of a row."""
        if not self.toggle_group():
            super().action_open()

    def action_scroll_left(self) -> None:
        """Close the group at the cursor; without one scroll the columns."""
        if not self.toggle_group(is_wanted_open=False):
            super().action_scroll_left()

    def action_scroll_right(self) -> None:
        """Open the group at the cursor; without one scroll the columns."""
        if not self.toggle_group(is_wanted_open=True):
            super().action_scroll_right()

    def toggle_group(self, *, is_wanted_open: bool | None = None) -> bool:
        """Open or close the group at the cursor; False where there is none, or where it is as wanted already."""
        from monitor.presentation.connections_view import ConnectionsView  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.workers_view import WorkersView  # noqa: PLC0415 - as above

        view, key = self.shown, self.cursor_key
        if view is None or isinstance(view, (ConnectionsView, WorkersView)) or key is None or isinstance(key, int):
            return False
        group = view.group_key_of(key)
        if group is None or (is_wanted_open is not None and is_wanted_open == (group in self.opened)):
            return False
        self.opened = view.toggled(key)
        self.rebuild()
        return True

    def _chosen(self, interval: Interval) -> Bools:
        import numpy as np  # noqa: PLC0415 - it brings numpy after the first paint

        chosen: Bools = np.ones(len(interval.table), np.bool_)
        if self.narrowing is not None:
            chosen &= self.narrowing.choose(interval)
        if self.filter_tree is not None:
            chosen &= self.matching(self.filter_tree, interval)
        return chosen

    def matching(self, tree: Filter, interval: Interval) -> Bools:
        """Choose the rows of a filter."""
        from monitor.presentation.filters import mask  # noqa: PLC0415 - most samples are shown without a filter

        return mask(tree, interval)

    def _keeps_order(self, former: RowsView) -> bool:
        """Whether rows stay in the order in which they are shown: the same question, and too early to re-sort."""
        now = time.monotonic()
        if self._shown_order != self.order_asked_for() or not former.interval.has_rates:
            return False
        column = self.sort.column if self.sort is not None else None
        if column not in _RESTLESS:
            return False
        return now - self._sorted_at < _RESORT_S or now - self._key_at < _REST_AFTER_KEY_S
