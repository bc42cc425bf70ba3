"""The process screen: facts about one process, and its sockets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from monitor.presentation.safe_text import cell_width
from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Cell, Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.question import show_question
from monitor.ui.widgets.footer_bar import FooterBar
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.live_table import LiveTable
from monitor.ui.widgets.prompt import Prompt
from monitor.ui.widgets.rows_pane import RowsPane
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.process import ProcessFacts
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools
    from monitor.presentation.sorting import Sort
    from monitor.ui.app import MonitorApp
    from monitor.ui.widgets.rows_pane import RowsView

_LABEL_WIDTH = 9


class ProcessSockets(RowsPane):
    """All sockets of one process by role: what it listens on, accepted, connects to; groups open in place."""

    pid = 0

    def on_mount(self) -> None:
        """Name the list before there is anything to show."""
        self.set_title("Sockets")

    def candidates(self, interval: Interval) -> Bools:
        """Choose the rows that the process holds."""
        from monitor.presentation.connections_view import rows_of_process  # noqa: PLC0415 - it brings numpy

        return rows_of_process(interval, self.pid)

    def make_view(self, interval: Interval, chosen: Bools, sort: Sort, former: RowsView | None) -> RowsView:
        """Part the rows by role."""
        from monitor.presentation.process_sections import ProcessSections  # noqa: PLC0415 - it brings numpy

        kept = former if isinstance(former, ProcessSections) else None
        return ProcessSections.make(interval, chosen, self.opened, sort, self.size.width, former=kept)

    def say_title(self, view: RowsView, chosen: int, total: int) -> None:
        """Say how many sockets are shown."""
        count = f"{chosen:,} of {total:,}" if chosen != total else f"{total:,}"
        is_filtered = chosen != total
        self.empty_text = f"0 of {total:,}: nothing matches; Esc widens again" if is_filtered else "it holds no sockets"
        self.set_title(f"Sockets {count}", self.limits)


class ProcessScreen(Screen[None]):
    """Follows one pid; says so when the process has gone."""

    app: MonitorApp
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.PROCESS)]

    def __init__(self, pid: int, glyphs: Mapping[int, str] | None) -> None:
        super().__init__()
        self.pid = pid
        self._process_name = f"process {pid}"
        # Made here and not found by query: the app may tell the newest before the widgets are mounted.
        self.sockets = ProcessSockets(glyphs=glyphs, id="sockets")
        self.sockets.pid = pid
        self.prompt = Prompt(glyphs=glyphs, id="prompt")
        self._status = TextLines(glyphs=glyphs, id="status")
        self._title = TextLines(glyphs=glyphs, id="title")
        self._facts = TextLines(glyphs=glyphs, id="facts")
        self._footer = FooterBar(glyphs=glyphs, id="footer")

    @property
    def place(self) -> Where:
        """Where the user is, in the words of the key table."""
        return Where.PROCESS

    @property
    def pane(self) -> ProcessSockets:
        """What the keys of a list act on."""
        return self.sockets

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the open field."""
        return not self.prompt.is_asking

    def compose(self) -> ComposeResult:
        """Lay out status, facts, sockets, message line and keys."""
        yield self._status
        yield self._title
        yield self._facts
        yield self.sockets
        yield self.prompt
        yield self._footer

    def on_mount(self) -> None:
        """Ask for the facts."""
        self.set_focus(self.sockets)
        self._footer.show_keys(Where.PROCESS)
        self.app.ask_process(self.pid)

    def on_screen_resume(self) -> None:
        """Catch up with what came before, or while another screen lay on top."""
        if self.app.interval is not None:
            self.show_interval(self.app.interval)
        self.app.tell_status()

    def on_resize(self) -> None:
        """Choose the columns for the size."""
        self._draw_title()
        self.app.tell_status()
        self.call_after_refresh(self.sockets.rebuild)

    def show_interval(self, interval: Interval) -> None:
        """Show the sockets as they are now, and ask for the facts again."""
        self.sockets.show_interval(interval)
        self._say_row()
        self.app.ask_process(self.pid)

    def show_status(self, line: TextLine) -> None:
        """Show the status line."""
        self._status.show([line])

    def show_facts(self, pid: int, facts: ProcessFacts | None, error: str | None) -> None:
        """Show the facts, or why there are none."""
        if pid != self.pid:
            return
        from monitor.presentation.process_words import process_lines, process_title  # noqa: PLC0415 - on demand

        if facts is None:
            self._draw_title()
            self._facts.show([plain(f" {error or f'there is no process {self.pid} (any more)'}", Role.TROUBLE)])
            return
        self._process_name = process_title(facts.process)
        self._draw_title()
        now = self.app.interval.sample.taken_at if self.app.interval is not None else 0.0
        self._facts.show(
            TextLine((Cell(f" {label:<{_LABEL_WIDTH}}", Role.HEADING), Cell(text)))
            for label, text in process_lines(facts, now)
        )

    def on_live_table_cursor_moved(self, message: LiveTable.CursorMoved) -> None:
        """Say on the message line more of the row at the cursor."""
        message.stop()
        self._say_row()

    def say(self, text: str, role: Role = Role.DIM) -> None:
        """Put a sentence on the message line."""
        self.prompt.say(plain(f" {text}", role))

    def _say_row(self) -> None:
        if self.app.news:
            self.say(self.app.news)
            return
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.selection import owner_line  # noqa: PLC0415 - as above

        interval, row = self.sockets.interval, self.sockets.row_at_cursor()
        if interval is None or row is None:
            self.prompt.say(TextLine())
        else:
            self.prompt.say(owner_line(RowTexts(interval), row))

    def on_list_pane_asked(self, message: ListPane.Asked) -> None:
        """Say which letters the list waits for."""
        message.stop()
        show_question(message, self.prompt, self._footer)

    def on_live_table_opened(self, message: LiveTable.Opened) -> None:
        """Open the connection at the cursor; what has no remote endpoint has no screen of its own."""
        message.stop()
        interval, row = self.sockets.interval, self.sockets.row_at_cursor()
        if interval is None or row is None:
            return
        if bool(interval.table.is_pair[row]):
            self.app.drill_down.show_connection(int(interval.table.cookie[row]))
        else:
            self.action_show_process()

    def action_show_process(self) -> None:
        """Open another owner of what is at the cursor."""
        interval, rows = self.sockets.interval, self.sockets.rows_at_cursor()
        if interval is not None and rows:
            self.app.drill_down.show_process_of(interval, rows, other_than=self.pid)

    def action_more_rows(self) -> None:
        """TIME-WAIT rows belong to no process; say so."""
        self.say("TIME-WAIT rows are the kernel's own: no process has them")

    def action_filter(self) -> None:
        """Filter the sockets while the filter is typed."""
        from monitor.ui.filtering import ask_filter  # noqa: PLC0415 - only who filters needs it

        ask_filter(self.prompt, self.sockets, lambda _: None)

    def action_back(self) -> None:
        """Drop the filter; without one go back a screen."""
        if self.sockets.filter_tree is not None:
            self.sockets.widen()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Go back a screen."""
        self.app.pop_screen()

    def _draw_title(self) -> None:
        rest = "─" * max(0, self.size.width - cell_width(self._process_name) - 3)
        self._title.show(
            [TextLine((Cell("─", Role.RULE), Cell(f" {self._process_name} ", Role.STRONG), Cell(rest, Role.RULE)))]
        )
