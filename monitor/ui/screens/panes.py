"""PanesScreen: three panes where there is room, else one at a time; which they are, and where the keys go.

status                                                    status
Listeners            ┬ Routing                            panes by name
                     │                                    the focused one
Connections                                               strip: its way, its owner
message or field                                          message or field
keys                                                      keys
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Literal

from textual.app import ComposeResult
from textual.widget import Widget

from monitor.config.settings import Configuration
from monitor.ui.keys import KEYS, By, Where
from monitor.ui.screens.framed import FramedScreen
from monitor.ui.table.ground import SideBySide
from monitor.ui.widgets.connections_pane import ConnectionsPane
from monitor.ui.widgets.events_pane import EventsPane
from monitor.ui.widgets.filtered_pane import FilteredPane
from monitor.ui.widgets.finding_detail import FindingDetail
from monitor.ui.widgets.findings_pane import FindingsPane
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.listeners_pane import ListenersPane
from monitor.ui.widgets.log_pane import LogPane
from monitor.ui.widgets.pane_tabs import PANES, PaneName, PaneTabs, tab_name
from monitor.ui.widgets.routing_pane import RoutingPane
from monitor.ui.widgets.text_lines import TextLines

_PLACES = {
    "listeners": Where.LISTENERS,
    "connections": Where.CONNECTIONS,
    "routing": Where.ROUTING,
    "events": Where.EVENTS,
    "findings": Where.FINDINGS,
    "log": Where.LOG,
}
_LOWER: tuple[PaneName, ...] = ("connections", "events", "findings", "log")
"""Those that share the lower half of the screen: the one where the user was last has it."""

ListName = Literal["listeners", "connections", "events", "findings", "log"]

_THREE_PANES_WIDTH, _THREE_PANES_HEIGHT = 110, 30
_SMALLEST_WIDTH, _SMALLEST_HEIGHT = 40, 10
_ROUTING_WIDTH = 49
_LEAST_DETAIL, _MOST_DETAIL = 4, 13
"""Lines of a finding in full."""
_BESIDE_DETAIL = 11
"""Lines of the frame and of a few findings in the list, which come before that."""


class PanesScreen(FramedScreen):
    """Lays the panes out for the size and moves between them. A subclass links them."""

    def __init__(self, glyphs: Mapping[int, str] | None, configuration: Configuration) -> None:
        """Make the panes.

        Args:
            glyphs: A table for str.translate, or None.
            configuration: Where the user is at first, what stands above, and what the tables show.
        """
        super().__init__(glyphs)
        self.listeners = ListenersPane(glyphs=glyphs, id="listeners")
        self.connections = ConnectionsPane(glyphs=glyphs, id="connections")
        self.routing = RoutingPane(glyphs=glyphs, id="routing")
        self.events = EventsPane(glyphs=glyphs, id="events")
        self.findings = FindingsPane(glyphs=glyphs, id="findings")
        self.log_pane = LogPane(glyphs=glyphs, id="log")
        self._finding = FindingDetail(glyphs=glyphs, id="finding")
        for name in _LOWER:
            self._lists[name].neighbours = partial(self._neighbours_of, name)
        self._upper = SideBySide(self.listeners, self.routing, id="upper")
        self._tabs = PaneTabs(glyphs=glyphs, id="tabs")
        self._strip = TextLines(glyphs=glyphs, id="strip")
        self._tiny = TextLines(glyphs=glyphs, id="tiny")
        self._current: PaneName = "connections"
        self._lower: PaneName = "connections"
        self._current_list: ListName = "connections"
        self._first = next(name for name in PANES if name == configuration.panes_start)
        self._above = frozenset(configuration.panes_upper)
        self._above_percent = configuration.panes_upper_percent
        for pane in self.tables:
            settings = configuration.table(str(pane.id))
            pane.choice, pane.first_sort = settings.choice, settings.sort
        self._is_zoomed = False

    def compose(self) -> ComposeResult:
        """Lay out the frame, and what takes its place where there is no room for it."""
        yield from super().compose()
        yield self._tiny

    def on_mount(self) -> None:
        """Choose the layout before the first picture: each further one holds up the first rows."""
        if self._first == self._current:
            self.lay_out()
        else:
            self.go_to(self._first)
        self.show_tabs()

    def middle(self) -> Iterable[Widget]:
        """Give the panes, what names them and the strip."""
        return (
            self._tabs,
            self._upper,
            self.connections,
            self.events,
            self.findings,
            self.log_pane,
            self._finding,
            self._strip,
        )

    def show_detail(self) -> None:
        """Show what is known of the selected row, and on the tabs; called for another pane or size as well."""
        raise NotImplementedError

    def say_what_matters(self) -> None:
        """Put on the message line what is to be said now."""
        raise NotImplementedError

    @property
    def pane(self) -> ListPane | RoutingPane:
        """The pane where the user is."""
        return self._panes[self._current]

    @property
    def place(self) -> Where:
        """The same as a place of the key table."""
        return _PLACES[self._current]

    @property
    def current(self) -> PaneName:
        """Its name."""
        return self._current

    @property
    def tables(self) -> tuple[FilteredPane, ...]:
        """The panes whose columns can be chosen."""
        return self.listeners, self.connections, self.events

    @property
    def list_pane(self) -> ListPane:
        """The list whose row Routing, the strip and the keys speak about: the focused one, or the one focused last."""
        return self._lists[self._current_list]

    @property
    def _lists(self) -> dict[str, ListPane]:
        return {
            "listeners": self.listeners,
            "connections": self.connections,
            "events": self.events,
            "findings": self.findings,
            "log": self.log_pane,
        }

    @property
    def _panes(self) -> dict[PaneName, ListPane | RoutingPane]:
        return {
            "listeners": self.listeners,
            "connections": self.connections,
            "routing": self.routing,
            "events": self.events,
            "findings": self.findings,
            "log": self.log_pane,
        }

    def _neighbours_of(self, name: PaneName) -> list[str]:
        """Name the other panes of the lower half, where no tabs do; what calls first, since the last are left out."""
        others = [other for other in _LOWER if other != name and self.has_three_panes]
        names = [tab_name(other, self._panes[other]) for other in others]
        return sorted(names, key=lambda shown: not shown.endswith("!"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave a key to the pane where the table names it for that alone."""
        places = [key.where for key in KEYS if key.by is By.SCREEN and key.action == action]
        is_meant = not places or any(where & self.place for where in places)
        return is_meant and super().check_action(action, parameters)

    @property
    def has_three_panes(self) -> bool:
        """Whether all panes are on screen."""
        width, height = self.app.size
        is_roomy = width >= _THREE_PANES_WIDTH and height >= _THREE_PANES_HEIGHT
        return is_roomy and not self._is_zoomed

    def lay_out(self) -> None:
        """Choose the layout for the size."""
        width, height = self.app.size
        three = self.has_three_panes
        is_tiny = width < _SMALLEST_WIDTH or height < _SMALLEST_HEIGHT
        self.set_class(is_tiny, "-tiny")
        self.set_class(not three and not is_tiny, "-single")
        # Not by a CSS class: a pane takes the focus, and so the next key, only when it is shown already.
        for name, pane in self._panes.items():
            is_on_top = three and (name in self._above or name == self._lower)
            pane.display = not is_tiny and (is_on_top or name == self._current)
            pane.has_title = three
        has_upper = self.listeners.display or self.routing.display
        self._upper.display = not is_tiny and has_upper
        self.set_class(self.findings.display, "-findings")
        self.set_class(self.log_pane.display, "-log")
        room = height - self._upper_height if three and has_upper else height
        self._finding.styles.height = min(max(_LEAST_DETAIL, room - _BESIDE_DETAIL), _MOST_DETAIL)
        self._upper.styles.height = self._upper_height if three else "1fr"
        is_beside = three and self.listeners.display
        self.routing.styles.width = _routing_width(width) if is_beside else "1fr"
        self.routing.is_beside = is_beside
        self.routing.lay_out()
        self.call_after_refresh(self._rebuild)

    @property
    def _upper_height(self) -> int:
        """Lines of the upper half, where there is a lower one."""
        return round(self.app.size.height * self._above_percent / 100)

    def _rebuild(self) -> None:
        """Choose the columns for the present widths, and give the keys back to a pane that was hidden for a while."""
        if self.focused is None:
            (self.prompt if self.prompt.is_asking else self.pane).focus()
        self.findings.rebuild()
        self.log_pane.rebuild()
        self.events.rebuild()
        self.listeners.rebuild()
        self.connections.rebuild()
        self.show_detail()

    def show_tabs(self) -> None:
        """Say which panes there are, what they hold, and what narrows the current one."""
        self._tabs.show_panes(self._panes, self._current)

    def zoom(self, *, is_wanted: bool) -> None:
        """Give the whole screen to the current pane, or back to all."""
        self._is_zoomed = is_wanted
        self.lay_out()

    def go_to(self, name: PaneName) -> None:
        """Give the keys to a pane, and where there is room for one only, the screen."""
        # One that does not stand above stays there only while the user is in it.
        is_guest_gone = self._current not in self._above and self._current not in _LOWER
        self._current = name
        is_other = name in _LOWER and name != self._lower
        if name != "routing":
            self._current_list = name
        if name in _LOWER:
            self._lower = name
        if is_other or is_guest_gone or not self.pane.display or not self.has_three_panes:
            self.lay_out()
        if name in ("findings", "log"):
            # The next key may be behind this one already, and finds its rows.
            self._lists[name].rebuild()
        self.set_focus(self.pane)
        self._footer.show_keys(self.place)
        self.show_detail()

    def on_descendant_focus(self) -> None:
        """Follow the focus, which a click may have moved."""
        focused = self.focused
        if focused is not None and focused.id in PANES and focused.id != self._current:
            self.go_to(focused.id)
        self._footer.show_keys(self.place)

    def action_pane(self, name: PaneName) -> None:
        """Go to a pane."""
        self.go_to(name)

    def on_pane_tabs_chosen(self, message: PaneTabs.Chosen) -> None:
        """Go to the pane whose name was clicked."""
        message.stop()
        if not self.prompt.is_asking:
            self.go_to(message.name)

    def action_next_pane(self) -> None:
        """Go to the next pane."""
        self.go_to(PANES[(PANES.index(self._current) + 1) % len(PANES)])

    def action_previous_pane(self) -> None:
        """Go to the pane before."""
        self.go_to(PANES[PANES.index(self._current) - 1])


def _routing_width(width: int) -> int:
    """Give Routing 49 cells of 120 and 90 of 200; Listeners gets the rest."""
    return max(_ROUTING_WIDTH, _ROUTING_WIDTH + (width - 120) * 41 // 80)
