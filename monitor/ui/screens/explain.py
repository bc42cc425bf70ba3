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

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from monitor.presentation.fitting import cell_width
from monitor.presentation.text_line import TextLine, plain, wrapped
from monitor.presentation.view import Cell, Role
from monitor.ui.contracts import ActingScreen, LiveScreen
from monitor.ui.keys import By, Where, bindings
from monitor.ui.widgets.footer_bar import FooterBar
from monitor.ui.widgets.linked_lines import LinkedLines
from monitor.ui.widgets.list_pane import ListPane
from monitor.ui.widgets.prompt import Prompt
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


class ExplainScreen(Screen[None]):
    """Lies over the screen whose line it explains, and has it follow the samples meanwhile."""

    app: MonitorApp
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.EXPLANATION)]
    DEFAULT_CSS: ClassVar[str] = """
    ExplainScreen { layout: vertical; background: $background; color: $foreground; }
    ExplainScreen #status, ExplainScreen #title, ExplainScreen #prompt, ExplainScreen #footer { height: 1; width: 1fr; }
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
        super().__init__()
        self._subject = subject
        self._below = below
        self._explanation: Explanation | None = None
        self.lines = LinkedLines(glyphs=glyphs, id="lines")
        self.prompt = Prompt(glyphs=glyphs, id="prompt")
        self._status = TextLines(glyphs=glyphs, id="status")
        self._title = TextLines(glyphs=glyphs, id="title")
        self._meaning = TextLines(glyphs=glyphs, id="meaning")
        self._footer = FooterBar(glyphs=glyphs, id="footer")

    @property
    def place(self) -> Where:
        """Where the user is, in the words of the key table."""
        return Where.EXPLANATION

    @property
    def pane(self) -> LinkedLines:
        """What the keys of a list act on."""
        return self.lines

    def compose(self) -> ComposeResult:
        """Lay out status, title, values, what the one at the cursor is, message line and keys."""
        yield self._status
        yield self._title
        yield self.lines
        yield self._meaning
        yield self.prompt
        yield self._footer

    def on_mount(self) -> None:
        """Start on what most likely is asked for."""
        self._footer.show_keys(Where.EXPLANATION)
        self.set_focus(self.lines)
        self._explanation = self._subject()
        self._draw()
        if self._explanation is not None and self._explanation.most_surprising is not None:
            self.lines.go_to(self._explanation.most_surprising)

    def on_screen_resume(self) -> None:
        """Catch up with what came while another screen lay on top."""
        if self.app.interval is not None:
            self.show_interval(self.app.interval)
        self.app.tell_status()

    def on_resize(self) -> None:
        """Break the lines for the new width."""
        self._draw()
        self.app.tell_status()

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

    def show_status(self, line: TextLine) -> None:
        """Show the status line."""
        self._status.show([line])

    def say(self, text: str, role: Role = Role.DIM) -> None:
        """Put a sentence on the message line."""
        self.prompt.say(plain(f" {text}", role) if text else TextLine())

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

        self._title.show([_rule(self._explanation.title, self.size.width)])
        self.lines.show_linked(explanation_lines(self._explanation, self.size.width))
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


def _rule(name: str, width: int) -> TextLine:
    rest = "─" * max(0, width - cell_width(name) - len("─  "))
    return TextLine((Cell("─ ", Role.RULE), Cell(f"{name} ", Role.STRONG), Cell(rest, Role.RULE)))
