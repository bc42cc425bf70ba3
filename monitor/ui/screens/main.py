"""The main screen: three panes where there is room, else one at a time with a strip for the row at the cursor.

status                                                    status
Listeners            ┬ Routing                            panes by name
                     │                                    the focused one
Connections                                               strip: its way, its owner
message or field                                          message or field
keys                                                      keys
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.timer import Timer

from monitor.model.endpoint import Endpoint
from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Cell, Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.route_follower import RouteFollower
from monitor.ui.steps import Step, Steps
from monitor.ui.widgets.connections_pane import ConnectionsPane
from monitor.ui.widgets.footer_bar import FooterBar
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.listeners_pane import ListenersPane
from monitor.ui.widgets.live_table import LiveTable
from monitor.ui.widgets.pane_tabs import PANES, PaneName, PaneTabs
from monitor.ui.widgets.prompt import Prompt
from monitor.ui.widgets.routing_pane import RoutingPane
from monitor.ui.widgets.rows_pane import Narrowing
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.route import Flow
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools
    from monitor.presentation.routing_text import RouteAnswer
    from monitor.ui.app import MonitorApp

_PLACES = {"listeners": Where.LISTENERS, "connections": Where.CONNECTIONS, "routing": Where.ROUTING}

_THREE_PANES_WIDTH, _THREE_PANES_HEIGHT = 110, 30
_SMALLEST_WIDTH, _SMALLEST_HEIGHT = 40, 10
_ROUTING_WIDTH = 49
_DETAIL_DELAY_S = 0.03
"""A held cursor key asks the kernel once, when it rests."""


class MainScreen(Screen[None]):
    """Owns the panes and what links them: the selected row, the narrowing, the route question."""

    app: MonitorApp
    AUTO_FOCUS = "#connections"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.MAIN)]

    def __init__(self, glyphs: Mapping[int, str] | None, start_filter: str = "") -> None:
        super().__init__()
        # Made here and not found by query: the app may tell the newest before the widgets are mounted.
        self.listeners = ListenersPane(glyphs=glyphs, id="listeners")
        self.connections = ConnectionsPane(glyphs=glyphs, id="connections")
        self.routing = RoutingPane(glyphs=glyphs, id="routing")
        self.prompt = Prompt(glyphs=glyphs, id="prompt")
        self._upper = Horizontal(self.listeners, self.routing, id="upper")
        self._status = TextLines(glyphs=glyphs, id="status")
        self._tabs = PaneTabs(glyphs=glyphs, id="tabs")
        self._strip = TextLines(glyphs=glyphs, id="strip")
        self._footer = FooterBar(glyphs=glyphs, id="footer")
        self._tiny = TextLines(glyphs=glyphs, id="tiny")
        self._start_filter = start_filter
        self._current: PaneName = "connections"
        self._is_zoomed = False
        self._steps = Steps()
        self._route = RouteFollower(self._ask_route)
        self._rest_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the widgets; none of them has anything to show yet."""
        yield self._status
        yield self._tabs
        yield self._upper
        yield self.connections
        yield self._strip
        yield self.prompt
        yield self._footer
        yield self._tiny

    def on_mount(self) -> None:
        """Take the start filter, and wait for the first interval."""
        self.say("reading the kernel's sockets …")
        self.connections.focus()
        if self._start_filter:
            from monitor.ui.filtering import apply_filter  # noqa: PLC0415 - only who filters needs it

            self._steps.take("filter of connections")
            apply_filter(self.connections, self._start_filter)

    def on_resize(self) -> None:
        """Choose the layout for the size."""
        self._lay_out()
        self.app.tell_status()

    def on_screen_resume(self) -> None:
        """Catch up with what came while another screen lay on top."""
        if self.app.interval is not None:
            self.show_interval(self.app.interval)
        self.app.tell_status()

    # What the app tells.

    def show_interval(self, interval: Interval) -> None:
        """Show the newest interval in the panes that can be seen."""
        for pane in (self.listeners, self.connections):
            pane.show_interval(interval)
        self.app.keep_curves(self.connections.visible_cookies())
        self._route.forget_stale(interval)
        self._show_detail()
        self._show_tabs()
        if not self.prompt.is_asking:
            self.say(self.app.news)

    def show_status(self, line: TextLine) -> None:
        """Show the status line."""
        self._status.show([line])
        clock = line.left[1:2]
        self._tiny.show([TextLine((Cell(" too small: 40×10 shows more", Role.DIM),), clock)])

    def show_route(self, answer: RouteAnswer) -> None:
        """Show an answer, unless another row was selected meanwhile."""
        if self._route.take(answer):
            self._show_detail()

    def say(self, text: str, role: Role = Role.DIM) -> None:
        """Put a sentence on the message line."""
        self.prompt.say(plain(f" {text}", role) if text else TextLine())

    # Layout.

    @property
    def _has_three_panes(self) -> bool:
        is_roomy = self.size.width >= _THREE_PANES_WIDTH and self.size.height >= _THREE_PANES_HEIGHT
        return is_roomy and not self._is_zoomed

    def _lay_out(self) -> None:
        width, height = self.size
        three = self._has_three_panes
        is_tiny = width < _SMALLEST_WIDTH or height < _SMALLEST_HEIGHT
        self.set_class(is_tiny, "-tiny")
        self.set_class(not three and not is_tiny, "-single")
        # Not by a CSS class: a pane takes the focus, and so the next key, only when it is shown already.
        for name, pane in self._panes.items():
            pane.display = not is_tiny and (three or name == self._current)
            pane.has_title = three
        self._upper.display = not is_tiny and (three or self._current != "connections")
        self._upper.styles.height = round(height * 0.28) if three else "1fr"
        self.routing.styles.width = _routing_width(width) if three else "1fr"
        self.routing.is_beside = three
        self.routing.lay_out()
        self.call_after_refresh(self._rebuild)

    def _rebuild(self) -> None:
        """Choose the columns for the present widths, and give the keys back to a pane that was hidden for a while."""
        if self.focused is None:
            (self.prompt if self.prompt.is_asking else self.pane).focus()
        self.listeners.rebuild()
        self.connections.rebuild()
        self._show_tabs()
        self._show_detail()

    def _show_tabs(self) -> None:
        self._tabs.show_panes(self._panes, self._current)

    # Panes and focus.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the open field."""
        return not self.prompt.is_asking

    @property
    def _panes(self) -> dict[PaneName, ListPane | RoutingPane]:
        return {"listeners": self.listeners, "connections": self.connections, "routing": self.routing}

    @property
    def pane(self) -> ListPane | RoutingPane:
        """The pane where the user is."""
        return self._panes[self._current]

    @property
    def place(self) -> Where:
        """The same as a place of the key table."""
        return _PLACES[self._current]

    def on_descendant_focus(self) -> None:
        """Follow the focus, which a click may have moved."""
        focused = self.focused
        if focused is not None and focused.id in PANES and focused.id != self._current:
            self._go_to(focused.id)
        self._footer.show_keys(self.place)

    def action_pane(self, name: PaneName) -> None:
        """Go to a pane."""
        self._go_to(name)

    def action_next_pane(self) -> None:
        """Go to the next pane."""
        self._go_to(PANES[(PANES.index(self._current) + 1) % len(PANES)])

    def action_previous_pane(self) -> None:
        """Go to the pane before."""
        self._go_to(PANES[PANES.index(self._current) - 1])

    def _go_to(self, name: PaneName) -> None:
        self._current = name
        if not self._has_three_panes:
            self._lay_out()
        self.set_focus(self.pane)
        self._footer.show_keys(self.place)
        self._show_tabs()
        self._show_detail()

    def action_zoom(self) -> None:
        """Give the whole screen to the current pane, or back to all; where there is room for one only, it has it."""
        if self._is_zoomed:
            self._undo("zoom")
        elif self._has_three_panes:
            self._is_zoomed = True
            self._steps.take("zoom")
        self._lay_out()

    # Steps and their undoing.

    def action_back(self) -> None:
        """Undo the last step: narrowing, filter, typed route, zoom."""
        if self._steps.last is not None:
            self._undo(self._steps.last)
            self._lay_out()

    def _undo(self, step: Step) -> None:
        self._steps.drop(step)
        match step:
            case "narrowing":
                self.connections.narrow(None)
            case "filter of listeners":
                self.listeners.set_filter("", None)
            case "filter of connections":
                self.connections.set_filter("", None)
            case "typed route":
                self._route.typed = None
            case "groups":
                self.connections.group_by(None)
            case "zoom":
                self._is_zoomed = False

    def action_leave(self) -> None:
        """Quit; the main screen is the last one."""
        self.app.action_leave_program()

    # The selected row.

    def on_live_table_cursor_moved(self, message: LiveTable.CursorMoved) -> None:
        """Ask about the row at the cursor once it rests."""
        message.stop()
        if self._rest_timer is not None:
            self._rest_timer.stop()
        self._rest_timer = self.set_timer(_DETAIL_DELAY_S, self._show_detail)

    def on_live_table_opened(self, message: LiveTable.Opened) -> None:
        """A listener: narrow Connections to it and go there. A connection: open its screen."""
        message.stop()
        if message.table is self.listeners:
            self._narrow_to_listener()
        else:
            self._open_connection()

    def _open_connection(self) -> None:
        """Open the screen of the pair at the cursor; a socket that is only bound has none, but a process."""
        interval, row = self.connections.interval, self.connections.row_at_cursor()
        if interval is None or row is None:
            return
        if bool(interval.table.is_pair[row]):
            self.app.drill_down.show_connection(int(interval.table.cookie[row]))
        else:
            self.action_show_process()

    def on_connections_pane_grouped(self, message: ConnectionsPane.Grouped) -> None:
        """Let Esc undo the groups."""
        message.stop()
        if message.is_grouped:
            self._steps.take("groups")
        else:
            self._steps.drop("groups")

    def on_list_pane_asked(self, message: ListPane.Asked) -> None:
        """Say which letters a pane waits for."""
        message.stop()
        self.say(message.text or self.app.news, Role.STRONG if message.text else Role.DIM)

    def _narrow_to_listener(self) -> None:
        from monitor.presentation.narrowing import listener_narrowing  # noqa: PLC0415 - it brings numpy

        view = self.listeners.listeners_view
        if view is None or not view.count:
            return
        self.show_only(*listener_narrowing(view, self.listeners.cursor_position))

    def show_only(self, title: str, choose: Callable[[Interval], Bools]) -> None:
        """Narrow Connections and go there; the title says to what: "on [::]:443"."""
        self._steps.take("narrowing")
        self.connections.narrow(Narrowing(title, choose))
        self._go_to("connections")
        self.say(f"only connections {title}; Esc shows all again")

    def action_show_process(self) -> None:
        """Open the process that owns the row at the cursor; of several let the user choose."""
        interval, rows = self._list.interval, self._list.rows_at_cursor()
        if interval is not None and rows:
            self.app.drill_down.show_process_of(interval, rows)

    def action_more_rows(self) -> None:
        """Show TIME-WAIT and bound-only rows as well, or no longer."""
        self.connections.has_time_wait = not self.connections.has_time_wait
        self.app.set_time_wait(is_wanted=self.connections.has_time_wait)
        self.connections.rebuild()

    @property
    def _list(self) -> ListenersPane | ConnectionsPane:
        """The list whose row Routing, the strip and the keys speak about: the focused one, or the one focused last."""
        return self.listeners if self._current == "listeners" else self.connections

    # Routing.

    def _ask_route(self, flow: Flow) -> None:
        self.app.ask_route(flow)

    def _show_detail(self) -> None:
        """Show what is known of the selected row: in Routing, and on the strip."""
        interval = self._list.interval
        if interval is None:
            return
        from monitor.presentation.routing_text import strip_line  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - as above
        from monitor.presentation.selection import owner_line  # noqa: PLC0415 - as above

        row = self._list.row_at_cursor()
        self._route.follow(interval, row)
        self.routing.answer(*self._route.title_and_lines(interval, row))
        if row is None:
            self._strip.show([])
        else:
            who = owner_line(RowTexts(interval), row, group_size=len(self._list.rows_at_cursor()))
            self._strip.show([strip_line(interval, row, self._route.answer), who])

    def action_route(self) -> None:
        """Ask for a remote endpoint and show the way to it."""
        from monitor.presentation.selection import remote_text  # noqa: PLC0415 - it brings numpy

        interval, row = self._list.interval, self._list.row_at_cursor()
        value = remote_text(interval, row) if interval is not None and row is not None else ""

        def changed(text: str) -> str:
            return str(Endpoint.parse(text.strip(), default_port=0)) if text.strip() else "an address, or address:port"

        def done(text: str | None) -> None:
            if text and text.strip():
                self._route.typed = Endpoint.parse(text.strip(), default_port=0)
                self._steps.take("typed route")
            self._go_to("routing" if text else self._current)

        self.prompt.ask("Route to", value, changed, done)

    # The filter.

    def action_filter(self) -> None:
        """Filter the current list while the filter is typed."""
        from monitor.ui.filtering import ask_filter  # noqa: PLC0415 - only who filters needs it

        pane = self.pane
        if not isinstance(pane, ListPane):
            return

        step: Step = "filter of listeners" if pane is self.listeners else "filter of connections"

        def done(is_filtered: bool) -> None:  # noqa: FBT001 - ask_filter calls it so
            if is_filtered:
                self._steps.take(step)
            elif pane.filter_tree is None:
                self._steps.drop(step)
            self._show_tabs()
            self._show_detail()

        ask_filter(self.prompt, pane, done)


def _routing_width(width: int) -> int:
    """Give Routing 49 cells of 120 and 90 of 200; Listeners gets the rest."""
    return max(_ROUTING_WIDTH, _ROUTING_WIDTH + (width - 120) * 41 // 80)
