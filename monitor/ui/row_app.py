"""RowApp: what keys ask about the rows at the cursor, in whichever list or screen of one socket that is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from monitor.ui.contracts import OfProcess, ShowsBind, ShowsReceivers, StopScreen
from monitor.ui.telling_app import TellingApp
from monitor.ui.widgets.connections_pane import ConnectionsPane
from monitor.ui.widgets.list_pane import ListPane

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.ui.drill_down import DrillDown


class RowApp(TellingApp):
    """Finds the rows, and opens the screen that answers."""

    interval: Interval | None
    """What is shown."""
    glyphs: Mapping[int, str] | None
    """A table for str.translate, or None."""

    @property
    @abstractmethod
    def drill_down(self) -> DrillDown:
        """The way from row to row, screen by screen."""

    def action_bind(self) -> None:
        """Ask whether an endpoint can be bound, at first that of the listener at the cursor; on its screen ask on."""
        if isinstance(self.screen, ShowsBind):
            self.screen.ask_on()
            return
        from monitor.presentation.bind_typing import question_of_row  # noqa: PLC0415 - it brings numpy

        pane = self.acting.pane if self.acting is not None else None
        text = ""
        if isinstance(pane, ListPane) and pane.interval is not None:
            row = pane.row_at_cursor()
            text = "" if row is None else question_of_row(pane.interval, row)
        self.drill_down.ask_bind(text)

    def action_demux(self) -> None:
        """Ask who gets what the peer of the row at the cursor sends; of a listener who gets its clients."""
        if isinstance(self.screen, ShowsReceivers):
            self.screen.ask_on()
            return
        from monitor.presentation.demux_typing import question_of_row  # noqa: PLC0415 - it brings numpy

        interval, row = self._row_at_cursor()
        self.drill_down.ask_demux("" if interval is None or row is None else question_of_row(interval, row))

    def action_copy(self) -> None:
        """Offer what is at the cursor as text, JSON and commands."""
        interval, rows = self._rows_at_cursor()
        if interval is None or not rows:
            self.tell("there is no socket here to copy")
            return
        from monitor.presentation.copy_texts import MOST_ROWS, copies_of  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - as above
        from monitor.presentation.safe_text import safe_text  # noqa: PLC0415 - on demand
        from monitor.ui.screens.copy import CopyScreen  # noqa: PLC0415 - as above

        texts = RowTexts(interval)
        subject = safe_text(texts.ends(rows[0]))
        if len(rows) > 1:
            subject += f" and {min(len(rows), MOST_ROWS) - 1} more"
        if len(rows) > MOST_ROWS:
            subject += f" of {len(rows):,}"
        self.push_screen(CopyScreen(subject, copies_of(texts, rows), self.glyphs))

    def action_signal(self) -> None:
        """Ask whether to signal the process of the screen, or the one that owns what is at the cursor."""
        from monitor.ui.row_actions import ask_signal, ask_signal_of_rows  # noqa: PLC0415 - it brings numpy

        if isinstance(self.screen, OfProcess):
            if self.screen.process is not None:
                ask_signal(self, self.screen.process)
            return
        interval, rows = self._rows_at_cursor()
        if interval is None or not rows:
            self.tell("there is no process here to signal")
        else:
            ask_signal_of_rows(self, interval, rows)

    def action_close(self) -> None:
        """Ask whether to close the marked connections; without marks the one at the cursor."""
        from monitor.ui.row_actions import ask_close, ask_close_of_rows  # noqa: PLC0415 - it brings numpy

        pane = self.acting.pane if self.acting is not None else None
        interval, rows = self._rows_at_cursor()
        if isinstance(pane, ConnectionsPane) and pane.marked:
            ask_close(self, pane.marked_now(), pane.action_unmark_all)
        elif interval is None or not rows:
            self.tell("there is no connection here to close")
        else:
            ask_close_of_rows(self, interval, rows)

    def _row_at_cursor(self) -> tuple[Interval | None, int | None]:
        """Give the row at a list's cursor, or that of the screen of one socket; None where there is none."""
        pane = self.acting.pane if self.acting is not None else None
        if isinstance(pane, ListPane):
            return pane.interval, pane.row_at_cursor()
        interval, rows = self._rows_at_cursor()
        return interval, rows[0] if rows else None

    def _rows_at_cursor(self) -> tuple[Interval | None, Sequence[int]]:
        """Give all rows that a list's cursor stands for, or that of the screen of one socket."""
        from monitor.presentation.linked_line import ToSocket  # noqa: PLC0415 - on demand

        screen = self.acting
        if screen is not None and isinstance(screen.pane, ListPane):
            return screen.pane.interval, screen.pane.rows_at_cursor().tolist()
        target = screen.stop.target if isinstance(screen, StopScreen) else None
        row = None
        if isinstance(target, ToSocket) and self.interval is not None:
            row = self.interval.table.row_of_cookie(target.cookie)
        return self.interval, [] if row is None else [row]
