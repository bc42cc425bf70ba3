"""The process screen: facts about one process, and its sockets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from monitor.presentation.linked_line import ToProcess
from monitor.presentation.path_words import Stop
from monitor.presentation.process_words import process_title
from monitor.presentation.text_line import TextLine
from monitor.ui.keys import By, Where, bindings
from monitor.ui.question import show_question
from monitor.ui.screens.framed import FramedScreen
from monitor.ui.steps import Steps
from monitor.ui.widgets.filtered_pane import FilteredPane
from monitor.ui.widgets.grouped_pane import GroupedPane
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.live_table import LiveTable
from monitor.ui.widgets.process_header import ProcessHeader
from monitor.ui.widgets.process_sockets import ProcessSockets
from monitor.ui.widgets.verdicts import Verdicts

if TYPE_CHECKING:
    from monitor.model.process import Process, ProcessFacts
    from monitor.model.sample import Interval


class ProcessScreen(FramedScreen):
    """Follows one pid; says so when the process has gone."""

    PLACE = Where.PROCESS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.PROCESS)]
    DEFAULT_CSS: ClassVar[str] = """
    ProcessScreen #header { height: 2; width: 1fr; }
    ProcessScreen #sockets { height: 1fr; }
    """

    def __init__(self, pid: int, glyphs: Mapping[int, str] | None, came_by: str = "") -> None:
        """Show a process.

        Args:
            pid: Whose sockets are shown.
            glyphs: A table for str.translate, or None.
            came_by: The row from which one came, for the path.
        """
        super().__init__(glyphs)
        self.pid = pid
        self._came_by = came_by
        self.sockets = ProcessSockets(glyphs=glyphs, id="sockets")
        self.sockets.pid = pid
        self._header = ProcessHeader(pid, glyphs=glyphs, id="header")
        self._verdicts = Verdicts(glyphs=glyphs, id="verdicts")
        self._steps = Steps()

    @property
    def stop(self) -> Stop:
        """What this screen shows, and how the path names it."""
        return Stop(ToProcess(self.pid), self._process_name, self._came_by)

    @property
    def process(self) -> Process | None:
        """The process as it is shown; None before anything is known of it."""
        return self._header.facts.process if self._header.facts is not None else None

    @property
    def pane(self) -> ProcessSockets:
        """What the keys of a list act on."""
        return self.sockets

    def middle(self) -> Iterable[Widget]:
        """Give facts, what is found, and sockets."""
        return self._header, self._verdicts, self.sockets

    def on_mount(self) -> None:
        """Ask for the facts."""
        self.app.questions.ask_process(self.pid)

    def on_resize(self) -> None:
        """Choose the columns for the size."""
        self._show_header()
        self.call_after_refresh(self.sockets.rebuild)

    def show_interval(self, interval: Interval) -> None:
        """Show the sockets as they are now, and ask for the facts again."""
        self.sockets.show_interval(interval)
        self._show_header()
        self._say_row()
        if not self._header.is_gone:
            self.app.questions.ask_process(self.pid)

    def visible_cookies(self) -> list[int]:
        """Give the sockets that are on screen."""
        return self.sockets.visible_cookies()

    def show_facts(self, pid: int, facts: ProcessFacts | None, error: str | None) -> None:
        """Show the facts, or why there are none."""
        if pid != self.pid:
            return
        self._header.take(facts, error, self.app.interval)
        self.sockets.facts, self.sockets.is_gone = self._header.facts, self._header.is_gone
        self._show_header()
        self.sockets.rebuild()
        self.app.tell_status()

    @property
    def _process_name(self) -> str:
        """Name of the process: of the facts, else of the owners that the interval knows."""
        if self._header.process_name is not None:
            return self._header.process_name
        processes = self.app.interval.owners.processes if self.app.interval is not None else {}
        return process_title(processes[self.pid]) if self.pid in processes else f"process {self.pid}"

    def _show_header(self) -> None:
        facts = self._header.facts
        key = (facts.process.pid, facts.process.start_time) if facts is not None else None
        history = self.app.histories.process(*key) if key is not None else None
        self._header.show_facts(self._process_name, self.app.interval, history)
        if self.app.interval is not None and not self._header.is_gone:
            from monitor.presentation.finding_lines import findings_of_process  # noqa: PLC0415 - it brings numpy

            self._verdicts.show_findings(findings_of_process(self.app.interval, self.pid), self.app.interval)

    def on_live_table_cursor_moved(self, message: LiveTable.CursorMoved) -> None:
        """Say on the message line more of the row at the cursor."""
        message.stop()
        self._say_row()

    def _say_row(self) -> None:
        if self.app.news:
            self.say(self.app.news)
            return
        row = self.sockets.row_at_cursor()
        self.prompt.say(TextLine() if row is None else self.sockets.line_about(row, 1))

    def on_list_pane_asked(self, message: ListPane.Asked) -> None:
        """Say which letters the list waits for."""
        message.stop()
        show_question(message, self.prompt, self._footer)

    def on_filtered_pane_condition_added(self, message: FilteredPane.ConditionAdded) -> None:
        """Let Esc take the condition back."""
        message.stop()
        self._steps.add("filter", self.sockets.widen)

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
        if interval is not None and len(rows):
            self.app.drill_down.show_process_of(interval, rows, other_than=self.pid)

    def action_more_rows(self) -> None:
        """TIME-WAIT rows belong to no process; say so."""
        self.say("TIME-WAIT rows are the kernel's own: no process has them")

    def action_whole_command(self) -> None:
        """Show the command line in full and unmasked, or masked in one line again."""
        self._header.is_whole = not self._header.is_whole
        self._show_header()

    def action_environment(self) -> None:
        """Show the environment of the process."""
        from monitor.ui.screens.environment import EnvironmentScreen  # noqa: PLC0415 - seldom asked for

        self.app.push_screen(EnvironmentScreen(self.pid, self.app.glyphs))

    def on_grouped_pane_grouped(self, message: GroupedPane.Grouped) -> None:
        """Let Esc undo the groups that were asked for."""
        message.stop()
        if message.is_own_way:
            self._steps.drop("groups")
        else:
            self._steps.take("groups", lambda: self.sockets.group_by(None))

    def action_filter(self) -> None:
        """Filter the sockets while the filter is typed."""
        from monitor.ui.filtering import ask_filter  # noqa: PLC0415 - only who filters needs it

        def done(_: bool) -> None:  # noqa: FBT001 - ask_filter calls it so
            if self.sockets.filter_tree is None:
                self._steps.drop("filter")
            else:
                self._steps.take("filter", self.sockets.widen)

        ask_filter(self.prompt, self.sockets, done)

    def action_back(self) -> None:
        """Undo the last step: filter, groups; without one go back a screen."""
        if not self._steps.undo_last():
            self.action_leave()
