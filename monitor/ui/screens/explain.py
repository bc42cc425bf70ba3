"""The explanation: every value of the line at a pane's cursor with the reason why it is so, and what each value is.

status
─ 192.0.2.10:52110 → 203.0.113.77:443 ───────
state      ▸ SYN-SENT     3 tries, next in 1s
idle         –            none before the handshake
─ state ─────────────────────────────────────
A closed port answers RST …
message
keys
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from monitor.presentation.text_line import TextLine, rule, wrapped
from monitor.presentation.view import Cell, Role
from monitor.ui.contracts import ActingScreen, LiveScreen
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.framed import FramedScreen
from monitor.ui.widgets.linked_lines import MOST_WIDTH, LinkedLines
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.routing_pane import RoutingPane
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.presentation.explained_value import Explanation
    from monitor.ui.app import MonitorApp

_GONE = "it is not in the list any more; this is what it showed last"
_OTHER_LINES = 8
"""Lines of the screen that what a value is may not take."""

Subject = Callable[[], "Explanation | None"]
"""Explains one line as it is now; None where it has gone."""


class ExplainScreen(FramedScreen):
    """Lies over the screen whose line it explains, and has it follow the samples meanwhile."""

    PLACE = Where.EXPLANATION
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.EXPLANATION)]
    DEFAULT_CSS: ClassVar[str] = """
    ExplainScreen #title { height: 1; width: 1fr; }
    ExplainScreen #lines { height: 1fr; width: 1fr; }
    ExplainScreen #meaning { height: 0; width: 1fr; }
    """

    def __init__(self, subject: Subject, below: LiveScreen, glyphs: Mapping[int, str] | None) -> None:
        """Explain a line.

        Args:
            subject: What is explained.
            below: The screen that shows it.
            glyphs: A table for str.translate, or None.
        """
        super().__init__(glyphs)
        self._subject = subject
        self._below = below
        self._explanation: Explanation | None = None
        self.lines = LinkedLines(glyphs=glyphs, id="lines")
        self._title = TextLines(glyphs=glyphs, id="title")
        self._meaning = TextLines(glyphs=glyphs, id="meaning")

    @property
    def pane(self) -> LinkedLines:
        """What the keys of a list act on."""
        return self.lines

    def middle(self) -> Iterable[Widget]:
        """Give title, values, and what the one at the cursor is."""
        return self._title, self.lines, self._meaning

    def on_mount(self) -> None:
        """Start on what most likely is asked for."""
        self._explanation = self._subject()
        self._draw()
        if self._explanation is not None and self._explanation.most_surprising is not None:
            self.lines.go_to(self._explanation.most_surprising)

    def on_resize(self) -> None:
        """Break the lines for the new width."""
        self._draw()

    def show_interval(self, interval: Interval) -> None:
        """Have the line follow the newest interval; one that has gone stays as it was last, and says so."""
        self._below.show_interval(interval)
        now = self._subject()
        self._explanation = now or self._explanation
        if now is None:
            self.say(_GONE, Role.NOTE)
        else:
            self.say(self.app.news)
        self._draw()

    def on_linked_lines_reached(self, message: LinkedLines.Reached) -> None:
        """Say what the value at the cursor is."""
        message.stop()
        self._draw_meaning()

    def on_linked_lines_followed(self, message: LinkedLines.Followed) -> None:
        """Go where a line leads; from there one comes back to the list."""
        message.stop()
        self.app.pop_screen()
        self.app.drill_down.follow(message.target)

    def on_linked_lines_asked(self, message: LinkedLines.Asked) -> None:
        """Close with the key that opened it."""
        message.stop()
        self.action_leave()

    async def action_show_process(self) -> None:
        """Open the process behind the line, before the next key is looked at."""
        self.action_leave()
        await self.app.run_action("show_process", self.app.screen)

    def action_back(self) -> None:
        """Go back to the line."""
        self.action_leave()

    def action_leave(self) -> None:
        """Go back to the line."""
        self.app.pop_screen()

    def _draw(self) -> None:
        if self._explanation is None or not self.size.width:
            return
        from monitor.presentation.explained_value import explanation_lines  # noqa: PLC0415 - only who asks needs it

        self._title.show([rule(self._explanation.title, "", self.size.width)])
        self.lines.show_linked(explanation_lines(self._explanation, min(self.size.width, MOST_WIDTH)))
        self._draw_meaning()

    def _draw_meaning(self) -> None:
        """Give what a value is as much room as the longest needs, so that nothing moves with the cursor."""
        if self._explanation is None or not self.size.width:
            return
        width = self.size.width
        room = max((len(_meaning(value.why.meaning, width)) for value in self._explanation.values), default=0)
        room = max(0, min(room, self.size.height - _OTHER_LINES))
        line = self.lines.line_at_cursor
        shown = _meaning(line.value, width)[:room] if line is not None and line.value is not None else []
        self._meaning.styles.height = room
        self._meaning.show(shown)


def explain_line(app: MonitorApp, screen: ActingScreen | None) -> None:
    """Open the explanation of what is at the cursor, if anything is; a screen of words explains itself."""
    pane = screen.pane if screen is not None else None
    if isinstance(pane, LinkedLines):
        pane.action_explain()
        return
    subject = _subject_of(pane)
    if subject is not None and isinstance(screen, LiveScreen) and subject() is not None:
        app.push_screen(ExplainScreen(subject, screen, app.glyphs))


def _subject_of(pane: object) -> Subject | None:
    match pane:
        case ListPane() if pane.cursor_key is not None:
            pane.hold_row()
            return _line_of(pane)
        case RoutingPane():
            from monitor.presentation.routing_explanation import explain_routing  # noqa: PLC0415 - it brings numpy

            return lambda: explain_routing(pane.subject, pane.body)
    return None


def _line_of(pane: ListPane) -> Subject:
    """Explain one line of a list, wherever it stands."""
    from monitor.presentation.line_explanation import explain_position  # noqa: PLC0415 - it brings numpy

    key = pane.cursor_key

    def explain() -> Explanation | None:
        position = pane.view.position_of(key) if key is not None else None
        return None if position is None else explain_position(pane.view, position)

    return explain


def _meaning(value: str, width: int) -> list[TextLine]:
    from monitor.presentation.explanations import explain  # noqa: PLC0415 - only who asks needs it

    return [TextLine((Cell("─" * width, Role.RULE),)), *wrapped(TextLine((Cell(" "), Cell(explain(value)))), width)]
