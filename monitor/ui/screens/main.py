"""The main screen: what links its panes, and what is shown and asked of the selected row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.timer import Timer

from monitor.config.settings import Configuration
from monitor.presentation.text_line import TextLine
from monitor.presentation.view import Cell, Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.openings import Openings
from monitor.ui.row_detail import RowDetail
from monitor.ui.screens.narrowed import NarrowedScreen
from monitor.ui.widgets.findings_pane import FindingsPane
from monitor.ui.widgets.live_table import LiveTable
from monitor.ui.widgets.routing_pane import RoutingPane

if TYPE_CHECKING:
    from monitor.model.event_list import EventList
    from monitor.model.route import Flow
    from monitor.model.sample import Interval
    from monitor.presentation.log import Log
    from monitor.presentation.routing_text import RouteAnswer
    from monitor.sampling.history import ListenerHistory
    from monitor.ui.app import MonitorApp

_DETAIL_DELAY_S = 0.03
"""A held cursor key asks the kernel once, when it rests."""


class MainScreen(NarrowedScreen):
    """Moving the cursor changes the detail only; what narrows a list is a step that Esc undoes."""

    app: MonitorApp
    AUTO_FOCUS = "#connections"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.MAIN)]

    def __init__(
        self, glyphs: Mapping[int, str] | None, start_filter: str = "", configuration: Configuration | None = None
    ) -> None:
        super().__init__(glyphs, configuration or Configuration())
        self._start_filter = start_filter
        self._detail = RowDetail(self.routing, self._strip, self._ask_route, self._history_of_listener)
        self._openings = Openings(self, self._detail)
        self._rest_timer: Timer | None = None
        self._remark = ""
        """What was said of the selected row."""

    def on_mount(self) -> None:
        """Take the start filter, and wait for the first interval."""
        self.say("reading the kernel's sockets …")
        if self._start_filter:
            from monitor.ui.filtering import apply_filter  # noqa: PLC0415 - only who filters needs it

            apply_filter(self.connections, self._start_filter)
            self._note_filter(self.connections)

    def on_resize(self) -> None:
        """Choose the layout for the size."""
        self.lay_out()

    # What the app tells.

    def show_interval(self, interval: Interval) -> None:
        """Show the newest interval in the panes that can be seen."""
        is_first = self.connections.interval is None
        self.connections.history = self.listeners.history = self.app.histories.kept
        self.connections.host_history = self.app.histories.host()
        for pane in (self.findings, self.events, self.listeners, self.connections):
            pane.show_interval(interval)
        self._finding.note_counters(interval.sample)
        self.app.histories.keep(self.connections.visible_cookies())
        self._detail.forget_stale(interval)
        if is_first:
            # Whoever waits for the first rows need not wait for the words about one of them.
            self.call_after_refresh(self.show_detail)
        else:
            self.show_detail()
        if not self.prompt.is_asking:
            self.say_what_matters()

    def show_events(self, events: EventList) -> None:
        """Show what happened."""
        self.events.show_events(events)
        self.connections.show_events(events)
        self.listeners.events = events
        self.show_tabs()

    def show_log(self, log: Log) -> None:
        """Show what was done."""
        self.log_pane.show_log(log)

    def visible_cookies(self) -> list[int]:
        """Give the sockets that are on screen."""
        return [
            cookie for pane in (self.connections, self.listeners) if pane.display for cookie in pane.visible_cookies()
        ]

    def show_status(self, line: TextLine) -> None:
        """Show the status line, and of it the clock where there is room for nothing else."""
        super().show_status(line)
        clock = line.left[1:2]
        self._tiny.show([TextLine((Cell(" too small: 40×10 shows more", Role.DIM),), clock)])

    def show_route(self, answer: RouteAnswer) -> None:
        """Show an answer, unless another row was selected meanwhile."""
        if self._detail.take(answer):
            self.show_detail()

    def action_leave(self) -> None:
        """Quit; the main screen is the last one."""
        self.app.action_leave_program()

    # The selected row.

    def on_live_table_cursor_moved(self, message: LiveTable.CursorMoved) -> None:
        """Ask about the row at the cursor once it rests."""
        message.stop()
        if self._rest_timer is not None:
            self._rest_timer.stop()
        self._rest_timer = self.set_timer(_DETAIL_DELAY_S, self.show_detail)

    def on_live_table_opened(self, message: LiveTable.Opened) -> None:
        """Go where the row at the cursor leads."""
        message.stop()
        self._openings.open(message.table)

    def show_detail(self) -> None:
        """Show what is known of the selected row: in Routing, on tabs and strip, and what is to be said of it."""
        self._detail.show(self.list_pane)
        self.show_tabs()
        view = self.findings.findings_view if self.findings.display else None
        if view is not None:
            self._finding.show_finding(view, self.findings.cursor_position)
        is_event = self.list_pane is self.events
        remark = self.events.remark if is_event else self._detail.remark(self.list_pane)
        if remark != self._remark:
            self._remark = remark
            self.say_what_matters()

    def say_what_matters(self) -> None:
        """Say what was said just now, else what there is to say of the selected row, else what calls."""
        calling = None if self.app.is_news_fresh or self._remark else self._calling_line()
        if calling is not None:
            self.prompt.say(calling)
        elif self._remark and not self.app.is_news_fresh:
            self.say(self._remark, Role.NOTE)
        else:
            self.say(self.app.news or self.app.hint)

    def _calling_line(self) -> TextLine | None:
        interval = self.app.interval
        if interval is None or not any(finding.calls for finding in interval.findings):
            return None
        from monitor.presentation.finding_lines import message_line  # noqa: PLC0415 - most starts are without it

        return message_line(interval, self.size.width)

    def action_route(self) -> None:
        """Ask for a remote endpoint and show the way to it."""
        former = self._current

        def done(is_typed: bool) -> None:  # noqa: FBT001 - ask_remote calls it so
            if is_typed:
                self._steps.take("typed route", self._detail.forget_typed)
            self.go_to("routing" if is_typed else former)

        # Where there is room for one pane only, the answer is seen while it is typed.
        self.go_to("routing")
        self._detail.ask_remote(self.prompt, self.list_pane, self.show_detail, done)

    def on_routing_pane_dial_wanted(self, message: RoutingPane.DialWanted) -> None:
        """Ask whether to dial the remote endpoint of the answer in Routing."""
        message.stop()
        self._openings.ask_dial()

    def on_routing_pane_opened(self, message: RoutingPane.Opened) -> None:
        """Show the rules and routes behind the answer in Routing."""
        message.stop()
        self._openings.show_rules()

    def action_what_if(self) -> None:
        """Show who is affected if what the row needs goes: its address, its interface, its route."""
        if self.place & (Where.LISTENERS | Where.ROUTING):
            # The cursor may have moved just now, and Routing follows once it rests.
            self.show_detail()
            self._openings.show_what_if()

    def action_show_process(self) -> None:
        """Open the process that owns the row at the cursor; of several let the user choose; a listener has workers."""
        self._openings.show_process()

    def _ask_route(self, flow: Flow) -> None:
        self.app.questions.ask_route(flow)

    def _history_of_listener(self, row: int) -> ListenerHistory | None:
        return self.app.histories.listener(row)

    def on_findings_pane_acknowledged(self, message: FindingsPane.Acknowledged) -> None:
        """Take a finding for known, or no longer."""
        message.stop()
        self.app.acknowledge(message.finding)
