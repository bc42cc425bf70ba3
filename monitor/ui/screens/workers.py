"""The workers screen: who serves one endpoint, and how the work is spread among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.question import show_question
from monitor.ui.widgets.footer_bar import FooterBar
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.live_table import LiveTable
from monitor.ui.widgets.prompt import Prompt
from monitor.ui.widgets.text_lines import TextLines
from monitor.ui.widgets.workers_pane import WorkersPane

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.presentation.narrowing import ListenerConnections
    from monitor.ui.app import MonitorApp


class WorkersScreen(Screen[None]):
    """Follows one service endpoint, also while its workers come and go."""

    app: MonitorApp
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.WORKERS)]
    DEFAULT_CSS: ClassVar[str] = """
    WorkersScreen { layout: vertical; background: $background; color: $foreground; }
    WorkersScreen #status, WorkersScreen #prompt, WorkersScreen #footer { height: 1; width: 1fr; }
    WorkersScreen #workers { height: 1fr; }
    """

    def __init__(self, listener: ListenerConnections, glyphs: Mapping[int, str] | None) -> None:
        """Show the workers of a service endpoint.

        Args:
            listener: The endpoint and its connections.
            glyphs: A table for str.translate, or None.
        """
        super().__init__()
        # Made here and not found by query: the app may tell the newest before the widgets are mounted.
        self._workers_pane = WorkersPane(listener, glyphs=glyphs, id="workers")
        self.prompt = Prompt(glyphs=glyphs, id="prompt")
        self._endpoint = listener.endpoint
        self._status = TextLines(glyphs=glyphs, id="status")
        self._footer = FooterBar(glyphs=glyphs, id="footer")

    @property
    def place(self) -> Where:
        """Where the user is, in the words of the key table."""
        return Where.WORKERS

    @property
    def pane(self) -> WorkersPane:
        """What the keys of a list act on."""
        return self._workers_pane

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the open field."""
        return not self.prompt.is_asking

    def compose(self) -> ComposeResult:
        """Lay out status, workers, message line and keys."""
        yield self._status
        yield self._workers_pane
        yield self.prompt
        yield self._footer

    def on_mount(self) -> None:
        """Give the keys to the list."""
        self._workers_pane.focus()
        self._footer.show_keys(Where.WORKERS)

    def on_screen_resume(self) -> None:
        """Catch up with what came before, or while another screen lay on top."""
        if self.app.interval is not None:
            self.show_interval(self.app.interval)
        self.app.tell_status()

    def on_resize(self) -> None:
        """Choose the columns for the size."""
        self.app.tell_status()
        self.call_after_refresh(self._workers_pane.rebuild)

    def show_interval(self, interval: Interval) -> None:
        """Show the workers as they are now."""
        self._workers_pane.show_interval(interval)
        self._say_summary()

    def show_status(self, line: TextLine) -> None:
        """Show the status line."""
        self._status.show([line])

    def say(self, text: str, role: Role = Role.DIM) -> None:
        """Put a sentence on the message line."""
        self.prompt.say(plain(f" {text}", role))

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
            self.app.drill_down.show_process(pid, self._endpoint)

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

    def action_leave(self) -> None:
        """Go back a screen."""
        self.app.pop_screen()
