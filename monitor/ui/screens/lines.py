"""LinesScreen: words with a cursor under a title, and the meaning of a line below them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.widget import Widget

from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.text_line import TextLine
from monitor.ui.screens.framed import FramedScreen
from monitor.ui.widgets.linked_lines import MOST_WIDTH, LinkedLines
from monitor.ui.widgets.meaning import Meaning
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.sample import Interval


class LinesScreen(FramedScreen):
    """Words its lines anew with every sample and for every width. A subclass has the words."""

    DEFAULT_CSS: ClassVar[str] = """
    LinesScreen #title { height: 1; width: 1fr; }
    LinesScreen #lines { height: 1fr; width: 1fr; }
    """

    def __init__(self, glyphs: Mapping[int, str] | None) -> None:
        super().__init__(glyphs)
        self.lines = LinkedLines(glyphs=glyphs, id="lines")
        self._title = TextLines(glyphs=glyphs, id="title")
        self._meaning = Meaning(glyphs=glyphs, id="meaning")

    @abstractmethod
    def title_line(self, width: int) -> TextLine:
        """Say what the screen is about."""

    @abstractmethod
    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """Word the lines."""

    @property
    def pane(self) -> LinkedLines:
        """What the keys of a list act on."""
        return self.lines

    def middle(self) -> Iterable[Widget]:
        """Give title, lines, and the meaning of one."""
        return self._title, self.lines, self._meaning

    def on_resize(self) -> None:
        """Word the lines for the new width."""
        self.draw()

    def show_interval(self, interval: Interval) -> None:
        """Word the lines for the newest interval."""
        self.say(self.app.news)
        self.draw()

    def on_linked_lines_followed(self, message: LinkedLines.Followed) -> None:
        """Go where a line leads."""
        message.stop()
        self.app.drill_down.follow(message.target)

    def on_linked_lines_asked(self, message: LinkedLines.Asked) -> None:
        """Say what a line means."""
        message.stop()
        self._meaning.explain(message.value)

    def action_back(self) -> None:
        """Close the explanation; without one go back a screen."""
        if self._meaning.is_open:
            self._meaning.close()
        else:
            self.action_leave()

    def draw(self) -> None:
        """Show title and lines, once there is room and something to say."""
        width = self.size.width
        if width and self.app.interval is not None:
            self._title.show([self.title_line(width)])
            self.lines.show_linked(self.linked_lines(self.app.interval, min(width, MOST_WIDTH)))
