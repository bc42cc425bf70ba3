"""The workers screen: who serves one endpoint, and how the work is spread among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from monitor.presentation.linked_line import ToWorkers
from monitor.presentation.path_words import Stop
from monitor.ui.keys import By, Where, bindings
from monitor.ui.question import show_question
from monitor.ui.screens.framed import FramedScreen
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.live_table import LiveTable
from monitor.ui.widgets.workers_pane import WorkersPane

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.presentation.narrowing import ListenerConnections


class WorkersScreen(FramedScreen):
    """Follows one service endpoint, also while its workers come and go."""

    PLACE = Where.WORKERS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.WORKERS)]
    DEFAULT_CSS: ClassVar[str] = "WorkersScreen #workers { height: 1fr; }"

    def __init__(self, listener: ListenerConnections, glyphs: Mapping[int, str] | None) -> None:
        """Show the workers of a service endpoint.

        Args:
            listener: The endpoint and its connections.
            glyphs: A table for str.translate, or None.
        """
        super().__init__(glyphs)
        self._workers_pane = WorkersPane(listener, glyphs=glyphs, id="workers")
        self._listener = listener

    @property
    def stop(self) -> Stop:
        """What this screen shows, and how the path names it."""
        return Stop(ToWorkers(self._listener), self._listener.endpoint)

    @property
    def pane(self) -> WorkersPane:
        """What the keys of a list act on."""
        return self._workers_pane

    def middle(self) -> Iterable[Widget]:
        """Give the workers."""
        return (self._workers_pane,)

    def on_resize(self) -> None:
        """Choose the columns for the size."""
        self.call_after_refresh(self._workers_pane.rebuild)

    def show_interval(self, interval: Interval) -> None:
        """Show the workers as they are now."""
        self._workers_pane.show_interval(interval)
        self._say_summary()

    def _say_summary(self) -> None:
        self.say(self.app.news or self._workers_pane.summary)

    def on_list_pane_asked(self, message: ListPane.Asked) -> None:
        """Say which letters the list waits for."""
        message.stop()
        show_question(message, self.prompt, self._footer)

    def on_live_table_opened(self, message: LiveTable.Opened) -> None:
        """Open the process at the cursor."""
        message.stop()
        self.action_show_process()

    def action_show_process(self) -> None:
        """Open the process at the cursor."""
        pid = self._workers_pane.cursor_key
        if isinstance(pid, int) and self._workers_pane.view.count:
            self.app.drill_down.show_process(pid)

    def action_filter(self) -> None:
        """Count only the connections of a filter, while it is typed."""
        from monitor.ui.filtering import ask_filter  # noqa: PLC0415 - only who filters needs it

        ask_filter(self.prompt, self._workers_pane, lambda _: self._say_summary())

    def action_back(self) -> None:
        """Drop the filter; without one go back a screen."""
        if self._workers_pane.filter_tree is not None:
            self._workers_pane.widen()
            self._say_summary()
        else:
            self.action_leave()
