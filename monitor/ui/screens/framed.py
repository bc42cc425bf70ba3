"""FramedScreen: a screen between the status line above it and the message line and keys below it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.widget import Widget

from monitor.presentation.text_line import TextLine, plain
from monitor.presentation.view import Role
from monitor.ui.keys import Where
from monitor.ui.table.ground import GroundScreen
from monitor.ui.widgets.footer_bar import FooterBar
from monitor.ui.widgets.prompt import Prompt
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.ui.app import MonitorApp


class FramedScreen(GroundScreen):
    """Shows the newest interval whenever it comes to the top, and leads back to where it was opened.

    Textual calls the handlers (on_…) of this class after those of a subclass with the same name.
    """

    app: MonitorApp
    PLACE: ClassVar[Where]
    """Where the user is, in the words of the key table; a subclass where that changes has a place instead."""
    DEFAULT_CSS: ClassVar[str] = """
    FramedScreen { layout: vertical; background: $background; color: $foreground; }
    FramedScreen > #status, FramedScreen > #prompt, FramedScreen > #footer { height: 1; width: 1fr; }
    """

    def __init__(self, glyphs: Mapping[int, str] | None) -> None:
        super().__init__()
        # Made here and not found by query: the app may tell the newest before the widgets are mounted.
        self.prompt = Prompt(glyphs=glyphs, id="prompt")
        self._status = TextLines(glyphs=glyphs, id="status")
        self._footer = FooterBar(glyphs=glyphs, id="footer")

    @property
    @abstractmethod
    def pane(self) -> Widget:
        """What the keys of a list act on."""

    @abstractmethod
    def middle(self) -> Iterable[Widget]:
        """Give what stands between status and message line, from top to bottom; the pane among it."""

    @abstractmethod
    def show_interval(self, interval: Interval) -> None:
        """Show the newest interval."""

    @property
    def place(self) -> Where:
        """Where the user is, in the words of the key table."""
        return self.PLACE

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the open field."""
        return not self.prompt.is_asking

    def compose(self) -> ComposeResult:
        """Lay out the frame and what stands in it."""
        yield self._status
        yield from self.middle()
        yield self.prompt
        yield self._footer

    def on_mount(self) -> None:
        """Give the keys to the pane."""
        self.set_focus(self.pane)
        self._footer.show_keys(self.place)

    def on_screen_resume(self) -> None:
        """Catch up with what came before, or while another screen lay on top."""
        if self.app.interval is not None:
            self.show_interval(self.app.interval)
        self.app.tell_status()

    def on_resize(self) -> None:
        """Word the status for the new width."""
        self.app.tell_status()

    def show_status(self, line: TextLine) -> None:
        """Show the status line."""
        self._status.show([line])

    def say(self, text: str, role: Role = Role.DIM) -> None:
        """Put a sentence on the message line; an empty one clears it."""
        self.prompt.say(plain(f" {text}", role) if text else TextLine())

    def action_find(self) -> None:
        """Find something in the list without hiding the rest."""
        from monitor.ui.seeking import ask_find  # noqa: PLC0415 - on demand

        ask_find(self.prompt, self.pane)

    def action_leave(self) -> None:
        """Go back a screen."""
        self.app.drill_down.leave()
