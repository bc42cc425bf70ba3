"""The sockets of one process by role: what it listens on, accepted, connects to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from monitor.ui.widgets.grouped_pane import GROUP_LETTERS, GroupedPane

if TYPE_CHECKING:
    from monitor.model.process import ProcessFacts
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools
    from monitor.presentation.sorting import Sort
    from monitor.ui.widgets.rows_pane import RowsView


class ProcessSockets(GroupedPane):
    """Each role is grouped in a way of its own until another is asked for; groups open in place."""

    # Its own sockets' process is known already; that at the other end is not.
    letters: ClassVar[Mapping[str, str]] = {**GROUP_LETTERS, "p": "PEER", "n": "SOCKET"}
    own_way = ("0", "own")
    pid = 0
    facts: ProcessFacts | None = None
    """What was read of the process last; None before."""
    is_gone = False

    def on_mount(self) -> None:
        """Name the list before there is anything to show."""
        self.set_title("Sockets")

    def candidates(self, interval: Interval) -> Bools:
        """Choose the rows that the process holds."""
        from monitor.presentation.connections_view import rows_of_process  # noqa: PLC0415 - it brings numpy

        start_time = self.facts.process.start_time if self.facts is not None else None
        return rows_of_process(interval, self.pid, start_time)

    def make_view(self, interval: Interval, chosen: Bools, sort: Sort, former: RowsView | None) -> RowsView:
        """Part the rows by role."""
        from monitor.presentation.process_sections import ProcessSections  # noqa: PLC0415 - it brings numpy

        kept = former if isinstance(former, ProcessSections) else None
        return ProcessSections.make(interval, chosen, self.opened, sort, self.size.width, by=self.grouping, former=kept)

    def say_title(self, view: RowsView, chosen: int, total: int) -> None:
        """Say how many sockets are shown, and where there are none, why."""
        from monitor.presentation.process_words import no_sockets_text  # noqa: PLC0415 - on demand

        is_filtered = chosen != total
        count = f"{chosen:,} of {total:,}" if is_filtered else f"{total:,}"
        nothing = no_sockets_text(self.facts, is_gone=self.is_gone, is_read=view.interval.owners.is_read)
        self.empty_text = f"0 of {total:,}: nothing matches; Esc widens again" if is_filtered else nothing
        notes = self.limits
        if self.grouping is not None:
            notes.append(f"grouped by {self.grouping.value}")
        if self.sort and self.sort.column:
            notes.append(f"by {self.sort.column}")
        self.set_title(f"Sockets {count}", notes)
