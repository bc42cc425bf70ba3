"""The bind screen: can I have this port? What is typed is answered while it is typed.

status
─ Can I bind? ─────────────────────────────
bind   8080 reuseaddr▏
asked  0.0.0.0:8080 · tcp · as uid 0 (you)
add    udp reuseport v6only=0|1 dev=NAME …
────────────────────────── as of 03:12:41Z ─
▸ No, EADDRINUSE: …                 a cursor
  1  LISTEN  0.0.0.0:8080  nginx[812]
  free now   …
meaning of the line at the cursor
message
keys
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from monitor.presentation.linked_line import ToBind, ToOwner, ToSocket
from monitor.presentation.path_words import Stop
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, plain, rule, wrapped
from monitor.presentation.view import Cell, Role
from monitor.ui.bind_asker import BindAsker
from monitor.ui.keys import By, Where, bindings
from monitor.ui.widgets.footer_bar import FooterBar
from monitor.ui.widgets.linked_lines import LinkedLines
from monitor.ui.widgets.prompt import Prompt
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.bind import BindAttempt
    from monitor.model.sample import Interval
    from monitor.sampling.bind_answers import DecidedBind
    from monitor.ui.app import MonitorApp

_LABEL = "bind"


class BindScreen(Screen[None]):
    """Asks again with every sample; an answer to what stood typed before is drawn back until the next one comes."""

    app: MonitorApp
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.BIND)]
    DEFAULT_CSS: ClassVar[str] = """
    BindScreen { layout: vertical; background: $background; color: $foreground; }
    BindScreen #status, BindScreen #prompt, BindScreen #message, BindScreen #footer { height: 1; width: 1fr; }
    BindScreen #title, BindScreen #rule { height: 1; width: 1fr; }
    BindScreen #asked { height: 2; width: 1fr; }
    BindScreen #lines { height: 1fr; width: 1fr; }
    BindScreen #meaning { height: 0; width: 1fr; }
    """

    def __init__(self, text: str, glyphs: Mapping[int, str] | None) -> None:
        """Ask.

        Args:
            text: What stands in the field at first; the first letter takes its place.
            glyphs: A table for str.translate, or None.
        """
        super().__init__()
        self.lines = LinkedLines(glyphs=glyphs, id="lines")
        self.prompt = Prompt(glyphs=glyphs, id="prompt")
        self._status = TextLines(glyphs=glyphs, id="status")
        self._title = TextLines(glyphs=glyphs, id="title")
        self._asked = TextLines(glyphs=glyphs, id="asked")
        self._rule = TextLines(glyphs=glyphs, id="rule")
        self._meaning = TextLines(glyphs=glyphs, id="meaning")
        self._said = TextLines(glyphs=glyphs, id="message")
        self._footer = FooterBar(glyphs=glyphs, id="footer")
        self._asker = BindAsker(text, self._ask)
        self._kept: str | None = None
        """What Esc in the field goes back to; None where nothing was asked for good yet."""

    @property
    def stop(self) -> Stop:
        """What this screen asks, and how the path names it."""
        text = self._asker.text
        return Stop(ToBind(text), f"bind {text}".strip())

    @property
    def place(self) -> Where:
        """Where the user is, in the words of the key table."""
        return Where.BIND

    @property
    def pane(self) -> LinkedLines:
        """What the keys of a list act on."""
        return self.lines

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the open field."""
        return not self.prompt.is_asking

    def compose(self) -> ComposeResult:
        """Lay out status, field, what is asked, the answer, the meaning of a line, message line and keys."""
        yield self._status
        yield self._title
        yield self.prompt
        yield self._asked
        yield self._rule
        yield self.lines
        yield self._meaning
        yield self._said
        yield self._footer

    def on_mount(self) -> None:
        """Have every socket on a port sampled, and let the user type."""
        self.app.set_time_wait(self, is_wanted=True)
        self._footer.show_keys(Where.BIND)
        self.ask_on()

    def on_unmount(self) -> None:
        """Sample as before."""
        self.app.set_time_wait(self, is_wanted=False)

    def on_screen_resume(self) -> None:
        """Catch up with what came before, or while another screen lay on top."""
        self._asker.forget_question()
        if self.app.interval is not None:
            self.show_interval(self.app.interval)
        self.app.tell_status()

    def on_resize(self) -> None:
        """Word the lines for the new width."""
        self._draw()
        self.app.tell_status()

    # What the app tells.

    def show_interval(self, interval: Interval) -> None:
        """Ask again: sockets came and went, and TIME-WAIT has less time left."""
        self._asker.take_interval(interval)
        self.say(self.app.news)
        self._draw()

    def show_status(self, line: TextLine) -> None:
        """Show the status line."""
        self._status.show([line])

    def show_decision(self, attempt: BindAttempt, decided: DecidedBind | None, error: str | None) -> None:
        """Show an answer; ask what was typed since."""
        self._asker.take_answer(attempt, decided, error)
        self._draw()

    def say(self, text: str, role: Role = Role.DIM) -> None:
        """Put a sentence on the message line."""
        self._said.show([plain(f" {text}", role) if text else TextLine()])

    # The field.

    def ask_on(self) -> None:
        """Open the field."""
        is_first = self._kept is None
        self.prompt.ask(
            _LABEL, self._asker.text, self._typed, self._field_closed, complete=self._completed, is_selected=is_first
        )
        self._typed(self._asker.text)

    def _typed(self, text: str) -> str:
        self._asker.take_text(text)
        self._draw()
        self.app.tell_status()
        return ""

    def _completed(self, text: str) -> str:
        from monitor.presentation.bind_typing import completed  # noqa: PLC0415 - it brings numpy

        interval = self.app.interval
        return completed(text, interval.sample.network.links if interval is not None else ())

    def _field_closed(self, text: str | None) -> None:
        """Give the cursor to the answer; what cannot be answered stays in the field."""
        if text is not None and self._asker.mistake is not None:
            self.ask_on()
            return
        if text is None and self._kept is None:
            self.action_leave()
            return
        self._kept = self._kept if text is None else text
        self._typed(self._kept or "")
        self.prompt.say(TextLine((Cell(f" {_LABEL}  ", Role.STRONG), Cell(safe_text(self._asker.text)))))
        self.set_focus(self.lines)
        self.lines.go_to_target()

    # The answer.

    def on_linked_lines_followed(self, message: LinkedLines.Followed) -> None:
        """Go to what is in the way."""
        message.stop()
        self.app.drill_down.follow(message.target)

    def on_linked_lines_asked(self, message: LinkedLines.Asked) -> None:
        """Say what a line means."""
        from monitor.presentation.explanations import explain  # noqa: PLC0415 - only who asks needs it

        message.stop()
        self._explain(explain(message.value))

    def action_show_process(self) -> None:
        """Open the process that holds the socket at the cursor."""
        line = self.lines.line_at_cursor
        if line is not None and isinstance(line.target, ToSocket | ToOwner):
            self.app.drill_down.follow(ToOwner(line.target.cookie))

    def action_back(self) -> None:
        """Close the explanation; without one go back a screen."""
        if self._meaning.lines:
            self._explain("")
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Go back a screen."""
        self.app.drill_down.leave()

    def _ask(self, attempt: BindAttempt) -> None:
        self.app.ask_bind(attempt)

    def _explain(self, text: str) -> None:
        width = max(1, self.size.width)
        lines = wrapped(TextLine((Cell(" i  ", Role.STRONG), Cell(text))), width) if text else []
        self._meaning.styles.height = len(lines)
        self._meaning.show(lines)

    def _draw(self) -> None:
        width = self.size.width
        if not width:
            return
        from monitor.presentation.bind_lines import BindAnswer, answer_lines, dimmed  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.bind_typing import asked_lines  # noqa: PLC0415 - as above
        from monitor.presentation.formats import clock_text  # noqa: PLC0415 - as above
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - as above

        asker, decided = self._asker, self._asker.decided
        interval = self.app.interval
        self._title.show([rule("Can I bind?", "by the kernel's rules; nothing is bound", width)])
        asker_uid = interval.sample.uid if interval is not None else None
        self._asked.show(asked_lines(asker.text, asker.question, asker.mistake or asker.error, asker_uid, width))
        state = "asking the kernel" if asker.is_asking else ""
        if decided is not None and not asker.is_asking:
            state = f"as of {clock_text(decided.interval.sample.taken_at)}"
        self._rule.show([rule("", state, width)])
        lines = []
        if decided is not None:
            lines = answer_lines(BindAnswer(decided.decision, RowTexts(decided.interval), decided.facts), width)
        self.lines.show_linked(lines if asker.is_current else dimmed(lines))
