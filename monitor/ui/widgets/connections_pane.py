"""The Connections pane: one row per pair of endpoints as this host sees it, or groups of such rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from monitor.ui.widgets.rows_pane import RowsPane

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools
    from monitor.presentation.group_keys import Grouping
    from monitor.presentation.sorting import Sort
    from monitor.ui.widgets.rows_pane import RowsView

GROUP_LETTERS = {
    "p": "PROCESS",
    "r": "REMOTE_ADDRESS",
    "o": "REMOTE_PORT",
    "l": "LISTENER",
    "v": "INTERFACE",
    "s": "STATE",
    "u": "USER",
}
"""By letter: what the rows are grouped by."""


class ConnectionsPane(RowsPane):
    """Connections and connected UDP sockets; with TIME-WAIT and bound-only rows where they are asked for."""

    LIKE_LETTERS = "prolvuesncw"

    @dataclass(eq=False)
    class Grouped(Message):
        """The rows were grouped, or shown one by one again."""

        is_grouped: bool

    def __init__(self, *, glyphs: Mapping[int, str] | None, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.has_time_wait = False
        self.grouping: Grouping | None = None

    def on_mount(self) -> None:
        """Name the pane before there is anything to show."""
        self.set_title("2 Connections")

    def candidates(self, interval: Interval) -> Bools:
        """Choose pairs, and more where it is asked for."""
        from monitor.presentation.connections_view import pairs  # noqa: PLC0415 - it brings numpy

        return pairs(interval, with_time_wait=self.has_time_wait)

    def make_view(self, interval: Interval, chosen: Bools, sort: Sort, former: RowsView | None) -> RowsView:
        """Order the rows, or group them."""
        from monitor.presentation.connections_view import ConnectionsView  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.groups import Groups  # noqa: PLC0415 - as above
        from monitor.presentation.groups_view import GroupsView  # noqa: PLC0415 - as above

        width = self.size.width
        if self.grouping is not None:
            kept_groups = former if isinstance(former, GroupsView) else None
            groups = Groups.of(interval, chosen, self.grouping)
            return GroupsView.make(groups, self.opened, sort, width, former=kept_groups)
        kept = former.cookies if isinstance(former, ConnectionsView) else None
        return ConnectionsView.make(interval, chosen, sort, width, former=kept)

    def order_asked_for(self) -> object:
        """Give what the order follows from."""
        return super().order_asked_for(), self.grouping

    def group_by(self, grouping: Grouping | None) -> None:
        """Group the rows, or show them one by one again."""
        self.grouping = grouping
        self.opened = frozenset()
        self.sort = None
        self.rebuild()
        self.post_message(self.Grouped(is_grouped=grouping is not None))

    def action_group(self) -> None:
        """Ask for the letter of what the rows shall be grouped by."""
        from monitor.presentation.group_keys import Grouping  # noqa: PLC0415 - it brings numpy

        choices = {
            letter: (Grouping[name].value, partial(self.group_by, Grouping[name]))
            for letter, name in GROUP_LETTERS.items()
        }
        self.choose("group", {**choices, "n": ("none", partial(self.group_by, None))})

    def say_title(self, view: RowsView, chosen: int, total: int) -> None:
        """Say how many connections are shown, of which, in which order, and how fast they are together."""
        from monitor.presentation.connections_view import ConnectionsView, total_rates  # noqa: PLC0415 - numpy

        notes = self.limits
        if self.grouping is not None:
            notes.append(f"grouped by {self.grouping.value}")
        notes.append("with TIME-WAIT" if self.has_time_wait else "no TIME-WAIT")
        notes.append(f"by {self.sort.column}" if self.sort and self.sort.column else "busiest first")
        self.shown_of_all = f"{chosen:,}/{total:,}" if chosen != total else f"{total:,}"
        count = f"{chosen:,} of {total:,}" if chosen != total else f"{total:,}"
        is_filtered = chosen != total
        self.empty_text = f"0 of {total:,}: nothing matches; Esc widens again" if is_filtered else "no connections"
        tail = total_rates(view) if isinstance(view, ConnectionsView) else ""
        self.set_title(f"2 Connections {count}", notes, tail=tail)
