"""BindAsker: what stands typed on the bind screen, the one question that is under way, and the last answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.model.bind import BindAttempt
    from monitor.model.sample import Interval
    from monitor.presentation.bind_question import BindQuestion
    from monitor.sampling.bind_answers import DecidedBind

ASK_AGAIN_S = 0.9
"""A question that stands is asked again with a sample that is so much newer than its answer."""


class BindAsker:
    """Has one question under way at most; of what is typed meanwhile only the newest is asked."""

    def __init__(self, text: str, ask: Callable[[BindAttempt], None]) -> None:
        """Ask nothing yet.

        Args:
            text: What stands typed.
            ask: Puts a question; its answer comes to take_answer().
        """
        self.text = text
        self.question: BindQuestion | None = None
        """What the text asks; None where it asks nothing."""
        self.mistake: str | None = None
        """Why the text asks nothing that can be answered."""
        self.decided: DecidedBind | None = None
        """The last good answer."""
        self.error: str | None = None
        """Why the last question has no answer."""
        self._ask = ask
        self._interval: Interval | None = None
        self._wanted: BindAttempt | None = None
        self._under_way: BindAttempt | None = None

    @property
    def is_current(self) -> bool:
        """Whether the last good answer is to what stands typed."""
        return self.decided is not None and self.decided.decision.attempt == self._wanted

    @property
    def is_asking(self) -> bool:
        """Whether what stands typed can be answered, and is not yet."""
        return self.mistake is None and self.error is None and not self.is_current

    def take_text(self, text: str) -> None:
        """Take what stands typed now."""
        if text != self.text:
            self.error = None
        self.text = text
        self._understand()
        if not self.is_current:
            self._ask_wanted()

    def take_interval(self, interval: Interval) -> None:
        """Ask again if the answer has aged; an interface that is named may have come or gone."""
        self._interval = interval
        self._understand()
        answered_at = self.decided.interval.sample.boot_time if self.decided is not None else 0.0
        if not self.is_current or interval.sample.boot_time - answered_at >= ASK_AGAIN_S:
            self._ask_wanted()

    def take_answer(self, attempt: BindAttempt, decided: DecidedBind | None, error: str | None) -> None:
        """Take the answer to the question under way, and ask what stands typed by now if that is another."""
        if attempt != self._under_way:
            return
        self._under_way = None
        self.decided = decided or self.decided
        if attempt == self._wanted:
            self.error = error
        else:
            self._ask_wanted()

    def forget_question(self) -> None:
        """Wait no longer for the answer to the question under way: another screen's may have taken its place."""
        self._under_way = None

    def _understand(self) -> None:
        from monitor.presentation.bind_question import parse_question  # noqa: PLC0415 - it brings numpy

        self.question = self.mistake = self._wanted = None
        try:
            self.question = parse_question(self.text)
            if self._interval is not None:
                sample = self._interval.sample
                self._wanted = self.question.attempt(sample.network.links, sample.uid)
        except InputError as mistake:
            self.mistake = str(mistake)

    def _ask_wanted(self) -> None:
        if self._wanted is not None and self._under_way is None:
            self._under_way = self._wanted
            self._ask(self._wanted)
