"""The demux screen: which socket gets a segment, and why; or who answers on a port, address by address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.presentation.linked_line import LinkedLine, ToDemux
from monitor.presentation.path_words import Stop
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, rule
from monitor.ui.asker import Asker
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.answer import AnswerScreen

if TYPE_CHECKING:
    from monitor.model.receiver import ReceiverQuestion
    from monitor.model.sample import Interval, Sample
    from monitor.presentation.demux_answer import DemuxAnswer
    from monitor.presentation.demux_question import DemuxQuestion
    from monitor.sampling.receiver_answers import DecidedReceivers


class DemuxScreen(AnswerScreen):
    """Asks the rules and the kernel."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.DEMUX)]
    LABEL = "who gets"
    PLACE = Where.DEMUX

    def __init__(self, text: str, glyphs: Mapping[int, str] | None) -> None:
        """Ask.

        Args:
            text: What stands in the field at first; the first letter takes its place.
            glyphs: A table for str.translate, or None.
        """
        self._receivers: Asker[DemuxQuestion, ReceiverQuestion, DecidedReceivers] = Asker(
            text, _parsed, _resolved, self._ask
        )
        super().__init__(self._receivers, glyphs)

    @property
    def stop(self) -> Stop:
        """What this screen asks, and how the path names it."""
        text = self._receivers.text
        return Stop(ToDemux(text), f"who gets {safe_text(text)}".strip())

    def show_receivers(self, question: ReceiverQuestion, decided: DecidedReceivers | None, error: str | None) -> None:
        """Show an answer; ask what was typed since."""
        self._receivers.take_answer(question, decided, error)
        self.draw()

    def title_line(self, width: int) -> TextLine:
        """Say which question the screen is for."""
        return rule("Who gets it?", "by the kernel's rules, and by the kernel; nothing is sent", width)

    def asked_lines(self, width: int) -> Sequence[TextLine]:
        """Say in two lines what was understood, and what else can be typed."""
        from monitor.presentation.demux_typing import asked_lines  # noqa: PLC0415 - it brings numpy

        asker = self._receivers
        return asked_lines(asker.text, asker.words, asker.mistake or asker.error, width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """Give the last good answer; nothing where there is none."""
        answer = self._answer
        return [] if answer is None else answer.lines(width)

    def go_to_answer(self) -> None:
        """Put the cursor on whoever gets it, or on the first address."""
        if self._answer is not None:
            self.lines.go_to(self._answer.deciding_value)

    @property
    def _answer(self) -> DemuxAnswer | None:
        from monitor.presentation.demux_answer import DemuxAnswer  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - as above

        question, decided = self._receivers.answered, self._receivers.decided
        if question is None or decided is None:
            return None
        return DemuxAnswer(question, decided.decisions, RowTexts(decided.interval))

    def _ask(self, question: ReceiverQuestion) -> None:
        self.app.questions.ask_receivers(question)


def _parsed(text: str) -> DemuxQuestion:
    from monitor.presentation.demux_question import parse_question  # noqa: PLC0415 - it brings numpy

    return parse_question(text)


def _resolved(question: DemuxQuestion, sample: Sample) -> ReceiverQuestion:
    return question.resolved(sample.network.links)
