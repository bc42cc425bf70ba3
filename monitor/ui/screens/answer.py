"""AnswerScreen: a screen that answers what is typed into its field while it is typed.

status
─ Who gets it? ─────────────────────────────
who gets  8080 udp▏
asked     port 8080 · udp
add       dev=NAME
────────────────────────── as of 03:12:41Z ─
▸ the answer                        a cursor
  and why
meaning of the line at the cursor
message
keys
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult

from monitor.presentation.linked_line import ToOwner, ToSocket
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, plain, rule
from monitor.presentation.view import Cell, Role
from monitor.ui.asker import Asker
from monitor.ui.screens.lines import LinesScreen
from monitor.ui.widgets.linked_lines import MOST_WIDTH
from monitor.ui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from monitor.model.sample import Interval


class AnswerScreen(LinesScreen):
    """Asks again with every sample; an answer to what stood typed before is drawn back until the next one comes."""

    DEFAULT_CSS: ClassVar[str] = """
    AnswerScreen > #message, AnswerScreen > #rule { height: 1; width: 1fr; }
    AnswerScreen > #asked { height: 2; width: 1fr; }
    """
    LABEL: ClassVar[str]
    """What stands before the field."""

    def __init__(self, asker: Asker[Any, Any, Any], glyphs: Mapping[int, str] | None) -> None:
        """Ask.

        Args:
            asker: Has in it what stands in the field at first; the first letter takes its place.
            glyphs: A table for str.translate, or None.
        """
        super().__init__(glyphs)
        self._asker = asker
        self._asked = TextLines(glyphs=glyphs, id="asked")
        self._rule = TextLines(glyphs=glyphs, id="rule")
        self._message = TextLines(glyphs=glyphs, id="message")
        self._kept: str | None = None
        """What Esc in the field goes back to; None where nothing was asked for good yet."""

    @abstractmethod
    def asked_lines(self, width: int) -> Sequence[TextLine]:
        """Say in two lines what was understood, and what else can be typed."""

    def completed(self, text: str) -> str:
        """Give what Tab makes of what stands typed."""
        return text

    def go_to_answer(self) -> None:
        """Put the cursor on the line that most probably is followed."""
        self.lines.go_to_target()

    def compose(self) -> ComposeResult:
        """Lay out status, field, what is asked, the answer, the meaning of a line, message line and keys."""
        yield self._status
        yield self._title
        yield self.prompt
        yield self._asked
        yield self._rule
        yield self.lines
        yield self._meaning
        yield self._message
        yield self._footer

    def on_mount(self) -> None:
        """Have every socket on a port sampled."""
        self.app.questions.set_time_wait(self, is_wanted=True)

    def on_unmount(self) -> None:
        """Sample as before."""
        self.app.questions.set_time_wait(self, is_wanted=False)

    def on_screen_resume(self) -> None:
        """Let the user type at first; ask anew, since another screen may have asked meanwhile."""
        self._asker.forget_question()
        if self._kept is None and not self.prompt.is_asking:
            self.ask_on()

    def show_interval(self, interval: Interval) -> None:
        """Ask again: sockets came and went."""
        self._asker.take_interval(interval)
        super().show_interval(interval)

    def say(self, text: str, role: Role = Role.DIM) -> None:
        """Put a sentence on the message line; an empty one clears it."""
        self._message.show([plain(f" {text}", role) if text else TextLine()])

    def ask_on(self) -> None:
        """Open the field."""
        self.prompt.ask(
            self.LABEL,
            self._asker.text,
            self._typed,
            self._field_closed,
            complete=self.completed,
            # What Enter found a mistake in is to be mended, not typed over.
            is_selected=self._kept is None and self._asker.mistake is None,
        )
        self._typed(self._asker.text)

    def action_show_process(self) -> None:
        """Open the process that holds the socket at the cursor."""
        line = self.lines.line_at_cursor
        if line is not None and isinstance(line.target, ToSocket | ToOwner):
            self.app.drill_down.follow(ToOwner(line.target.cookie))

    def draw(self) -> None:
        """Show what is asked, and what is answered; the answer to another question is drawn back."""
        width = self.size.width
        if not width:
            return
        self._title.show([self.title_line(width)])
        self._asked.show(self.asked_lines(width))
        self._rule.show([rule("", self._freshness, width)])
        if self.app.interval is not None:
            from monitor.presentation.answer_lines import dimmed  # noqa: PLC0415 - it brings numpy

            lines = self.linked_lines(self.app.interval, min(width, MOST_WIDTH))
            self.lines.show_linked(lines if self._asker.is_current else dimmed(lines))

    @property
    def _freshness(self) -> str:
        decided = self._asker.decided
        if self._asker.is_asking:
            return "asking the kernel"
        if decided is None:
            return ""
        from monitor.presentation.formats import clock_text  # noqa: PLC0415 - it brings numpy

        return f"as of {clock_text(decided.interval.sample.taken_at)}"

    def _typed(self, text: str) -> str:
        self._asker.take_text(text)
        self.draw()
        self.app.tell_status()
        return ""

    def _field_closed(self, text: str | None) -> None:
        """Give the cursor to the answer; what cannot be answered stays in the field."""
        if text is not None and self._asker.mistake is not None:
            self.ask_on()
        elif text is None and self._kept is None:
            self.action_leave()
        else:
            self._kept = self._kept if text is None else text
            self._typed(self._kept or "")
            self.prompt.say(TextLine((Cell(f" {self.LABEL}  ", Role.STRONG), Cell(safe_text(self._asker.text)))))
            self.set_focus(self.lines)
            self.go_to_answer()
