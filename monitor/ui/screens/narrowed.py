"""NarrowedScreen: what narrows, filters, groups and zooms the lists of the main screen, and how Esc undoes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from monitor.config.settings import Configuration
from monitor.ui.question import show_question
from monitor.ui.screens.panes import PanesScreen
from monitor.ui.steps import Steps
from monitor.ui.widgets.filtered_pane import FilteredPane, Narrowing
from monitor.ui.widgets.grouped_pane import GroupedPane
from monitor.ui.widgets.list_pane import ListPane

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.model.socket_table import Bools


class NarrowedScreen(PanesScreen):
    """Each thing that is done to a list is a step; a subclass may add steps of its own."""

    def __init__(self, glyphs: Mapping[int, str] | None, configuration: Configuration) -> None:
        super().__init__(glyphs, configuration)
        self._steps = Steps()

    def action_back(self) -> None:
        """Undo the last step: narrowing, filter, typed route, groups, zoom."""
        if self._steps.undo_last():
            self.lay_out()

    def action_zoom(self) -> None:
        """Give the whole screen to the current pane, or back to all; where there is room for one only, it has it."""
        if self._is_zoomed:
            self._steps.drop("zoom")
            self.zoom(is_wanted=False)
        elif self.has_three_panes:
            self._steps.take("zoom", lambda: self.zoom(is_wanted=False))
            self.zoom(is_wanted=True)

    def show_only(self, title: str, choose: Callable[[Interval], Bools]) -> None:
        """Narrow Connections and go there; the title says to what: "on [::]:443"."""
        self._narrow(self.connections, Narrowing(title, choose))
        self.go_to("connections")
        self.say(f"only connections {title}; Esc shows all again")

    def show_only_listeners(self, title: str, choose: Callable[[Interval], Bools]) -> None:
        """Narrow Listeners likewise."""
        self._narrow(self.listeners, Narrowing(title, choose))
        self.go_to("listeners")

    def _narrow(self, pane: FilteredPane, narrowing: Narrowing) -> None:
        self._steps.take("narrowing", lambda: pane.narrow(None), pane)
        pane.narrow(narrowing)

    def action_more_rows(self) -> None:
        """Show TIME-WAIT and bound-only rows as well, then closed connections too, then neither."""
        had_time_wait, had_closed = self.connections.has_time_wait, self.connections.has_closed
        has_closed = had_time_wait and not had_closed
        has_time_wait = not had_time_wait or has_closed
        self.app.questions.set_time_wait(self, is_wanted=has_time_wait)
        self.connections.show_more(has_time_wait=has_time_wait, has_closed=has_closed)
        self.show_tabs()

    def on_grouped_pane_grouped(self, message: GroupedPane.Grouped) -> None:
        """Let Esc undo the groups."""
        message.stop()
        if message.is_own_way:
            self._steps.drop("groups", message.pane)
        else:
            self._steps.take("groups", lambda: message.pane.group_by(None), message.pane)

    def on_list_pane_asked(self, message: ListPane.Asked) -> None:
        """Say which letters a pane waits for."""
        message.stop()
        show_question(message, self.prompt, self._footer)

    def on_filtered_pane_condition_added(self, message: FilteredPane.ConditionAdded) -> None:
        """Let Esc take the condition back; show TIME-WAIT rows where they are asked for."""
        message.stop()
        if message.letter == "w" and not self.connections.has_time_wait:
            self.action_more_rows()
        self._steps.add("filter", message.pane.widen, message.pane)
        self.show_detail()

    def action_filter(self) -> None:
        """Filter the current list while the filter is typed."""
        from monitor.ui.filtering import ask_filter, ask_words  # noqa: PLC0415 - only who filters needs it

        pane = self.pane
        if pane is self.log_pane:
            ask_words(self.prompt, self.log_pane, self._note_words)
        if not isinstance(pane, FilteredPane):
            return

        def done(is_filtered: bool) -> None:  # noqa: FBT001 - ask_filter calls it so
            if is_filtered or pane.filter_tree is None:
                self._note_filter(pane)
            self.show_detail()

        ask_filter(self.prompt, pane, done, self.show_tabs)

    def action_find(self) -> None:
        """Find something without hiding the rest; Esc forgets it."""
        from monitor.ui.seeking import ask_find  # noqa: PLC0415 - on demand

        pane = self.list_pane

        def forget() -> None:
            pane.sought = ""

        def done() -> None:
            if pane.sought:
                self._steps.take("find", forget, pane)
            else:
                self._steps.drop("find", pane)

        ask_find(self.prompt, pane, done)

    def take_filter(self, pane: FilteredPane, text: str) -> None:
        """Filter a list; raises InputError where the filter cannot be understood."""
        from monitor.ui.filtering import apply_filter  # noqa: PLC0415 - only who filters needs it

        apply_filter(pane, text)
        self._note_filter(pane)

    def _note_words(self, is_filtered: bool) -> None:  # noqa: FBT001 - ask_words calls it so
        self._steps.drop("filter", self.log_pane)
        if is_filtered:
            self._steps.add("filter", lambda: self.log_pane.show_words(""), self.log_pane)
        self.show_tabs()

    def _note_filter(self, pane: FilteredPane) -> None:
        """Let Esc undo the filter that is in force now; one that was emptied leaves nothing to undo."""
        if pane.filter_tree is None:
            self._steps.drop("filter", pane)
        else:
            self._steps.take("filter", pane.widen, pane)
