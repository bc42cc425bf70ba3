"""The bind screen: can I have this port, and if not, who is in the way?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.presentation.linked_line import LinkedLine, ToBind
from monitor.presentation.path_words import Stop
from monitor.presentation.safe_text import safe_text
from monitor.presentation.text_line import TextLine, rule
from monitor.ui.asker import Asker
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.answer import AnswerScreen

if TYPE_CHECKING:
    from monitor.model.bind import BindAttempt
    from monitor.model.sample import Interval, Sample
    from monitor.presentation.bind_question import BindQuestion
    from monitor.sampling.bind_answers import DecidedBind


class BindScreen(AnswerScreen):
    """Asks the rules; nothing is bound."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.BIND)]
    LABEL = "bind"
    PLACE = Where.BIND

    def __init__(self, text: str, glyphs: Mapping[int, str] | None) -> None:
        """Ask.

        Args:
            text: What stands in the field at first; the first letter takes its place.
            glyphs: A table for str.translate, or None.
        """
        self._attempts: Asker[BindQuestion, BindAttempt, DecidedBind] = Asker(text, _parsed, _resolved, self._ask)
        super().__init__(self._attempts, glyphs)

    @property
    def stop(self) -> Stop:
        """What this screen asks, and how the path names it."""
        text = self._attempts.text
        return Stop(ToBind(text), f"bind {safe_text(text)}".strip())

    def show_decision(self, attempt: BindAttempt, decided: DecidedBind | None, error: str | None) -> None:
        """Show an answer, if it is to the question under way."""
        self._attempts.take_answer(attempt, decided, error)
        self.draw()

    def title_line(self, width: int) -> TextLine:
        """Say which question the screen is for."""
        return rule("Can I bind?", "by the kernel's rules; nothing is bound", width)

    def asked_lines(self, width: int) -> Sequence[TextLine]:
        """Say in two lines which options are in force, and what else can be typed."""
        from monitor.presentation.bind_typing import asked_lines  # noqa: PLC0415 - it brings numpy

        asker, interval = self._attempts, self.app.interval
        user = interval.sample.uid if interval is not None else None
        return asked_lines(asker.text, asker.words, asker.mistake or asker.error, user, width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """Give the last good answer; nothing where there is none."""
        from monitor.presentation.bind_lines import BindAnswer, answer_lines  # noqa: PLC0415 - it brings numpy
        from monitor.presentation.row_text import RowTexts  # noqa: PLC0415 - as above

        decided = self._attempts.decided
        if decided is None:
            return []
        return answer_lines(BindAnswer(decided.decision, RowTexts(decided.interval), decided.facts), width)

    def completed(self, text: str) -> str:
        """Complete an option, or the name of an interface."""
        from monitor.presentation.bind_typing import completed  # noqa: PLC0415 - it brings numpy

        interval = self.app.interval
        return completed(text, interval.sample.network.links if interval is not None else ())

    def _ask(self, attempt: BindAttempt) -> None:
        self.app.questions.ask_bind(attempt)


def _parsed(text: str) -> BindQuestion:
    from monitor.presentation.bind_question import parse_question  # noqa: PLC0415 - it brings numpy

    return parse_question(text)


def _resolved(question: BindQuestion, sample: Sample) -> BindAttempt:
    return question.attempt(sample.network.links, sample.uid)
