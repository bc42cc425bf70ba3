"""Asker: what stands typed on a screen that answers questions, the one that is under way, and the last good answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from monitor.errors import InputError

if TYPE_CHECKING:
    from monitor.model.sample import Interval, Sample

ASK_AGAIN_S = 0.9
"""A question that stands is asked again with a sample that is so much newer than its answer."""


class Decided(Protocol):
    """An answer that knows what it was made of."""

    @property
    def interval(self) -> Interval:
        """What its rows are of."""
        ...


WordsT = TypeVar("WordsT")
QuestionT = TypeVar("QuestionT")
DecidedT = TypeVar("DecidedT", bound=Decided)


class Asker(Generic[WordsT, QuestionT, DecidedT]):
    """Has one question under way at most: a newer one takes its place."""

    def __init__(
        self,
        text: str,
        parse: Callable[[str], WordsT],
        resolve: Callable[[WordsT, Sample], QuestionT],
        ask: Callable[[QuestionT], None],
    ) -> None:
        """Ask nothing yet.

        Args:
            text: What stands typed.
            parse: Reads it; raises InputError where it asks nothing.
            resolve: Puts it in the terms of a sample's machine; raises InputError where that cannot be.
            ask: Puts a question; its answer comes to take_answer().
        """
        self.text = text
        self.words: WordsT | None = None
        """What the text asks; None where it asks nothing."""
        self.mistake: str | None = None
        """Why the text asks nothing that can be answered."""
        self.decided: DecidedT | None = None
        """The last good answer."""
        self.answered: WordsT | None = None
        """The words that it answers."""
        self.error: str | None = None
        """Why the last question has no answer."""
        self._parse, self._resolve, self._ask = parse, resolve, ask
        self._interval: Interval | None = None
        self._answered_question: QuestionT | None = None
        self._wanted: QuestionT | None = None
        self._under_way: tuple[QuestionT, WordsT] | None = None

    @property
    def is_current(self) -> bool:
        """Whether the last good answer is to what stands typed."""
        return self._wanted is not None and self._answered_question == self._wanted

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

    def take_answer(self, question: QuestionT, decided: DecidedT | None, error: str | None) -> None:
        """Take the answer to the question under way; any other is to an older one."""
        if self._under_way is None or question != self._under_way[0]:
            return
        words, self._under_way = self._under_way[1], None
        self.error = error
        if decided is not None:
            self.decided, self.answered, self._answered_question = decided, words, question

    def forget_question(self) -> None:
        """Wait no longer for the answer to the question under way: another screen's may have taken its place."""
        self._under_way = None

    def _understand(self) -> None:
        self.words = self.mistake = self._wanted = None
        try:
            self.words = self._parse(self.text)
            if self._interval is not None:
                self._wanted = self._resolve(self.words, self._interval.sample)
        except InputError as mistake:
            self.mistake = str(mistake)

    def _ask_wanted(self) -> None:
        if self._wanted is None or self.words is None:
            self._under_way = None
        elif self._under_way is None or self._under_way[0] != self._wanted:
            self._under_way = self._wanted, self.words
            self._ask(self._wanted)
