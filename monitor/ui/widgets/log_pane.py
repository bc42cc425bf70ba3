"""The Log pane: what was done and what became of it, what could not be read, what became of the collector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.ui.keys import By, Where, bindings
from monitor.ui.widgets.list_pane import ListPane

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Rows
    from monitor.presentation.log import Log, LogEntry


class LogPane(ListPane):
    """Its lines stand for no sockets; its filter is words that an entry holds."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.TABLE, Where.LOG)]
    words = ""
    """What the entries shown hold."""
    _log: Log | None = None

    def on_mount(self) -> None:
        """Name the pane before there is anything to show."""
        self.set_title("6 Log")

    def show_interval(self, interval: Interval) -> None:
        """Show nothing of it: the log tells of the program and not of the sockets."""

    def show_log(self, log: Log) -> None:
        """Show the newest entries."""
        self._log = log
        self.rebuild()

    def show_words(self, words: str) -> None:
        """Show only entries that hold some words; all where there are none."""
        self.words = words
        self.rebuild()

    def rebuild(self) -> None:
        """Lay the entries out where the pane is on screen."""
        if self._log is None or not self.display:
            return
        from monitor.presentation.log_view import LogView, holding  # noqa: PLC0415 - it brings numpy

        entries = self._log.entries
        chosen: Sequence[LogEntry] = holding(entries, self.words) if self.words else entries
        count = f"{len(chosen):,} of {len(entries):,}" if self.words else f"{len(entries):,}"
        limits = [f"filter {self.words}"] if self.words else []
        forgotten = [f"{self._log.forgotten:,} older forgotten"] if self._log.forgotten else []
        self.set_title(f"6 Log {count}", [*limits, *forgotten, "newest first", *self.neighbours()])
        self.empty_text = "no entry holds that; Esc shows all again" if entries else "nothing was done yet"
        self.show(LogView(chosen, self.size.width), stretch="text")

    def rows_at_cursor(self) -> Rows:
        """Give no rows."""
        import numpy as np  # noqa: PLC0415 - after the first paint

        return np.zeros(0, np.intp)

    def action_open(self) -> None:
        """Do nothing: an entry stands there in full."""
