"""TellingApp: what is said to the user. The sentence of the message line, for a while, and the log, for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from monitor.presentation.view import Role
from monitor.ui.contracts import ActingScreen, ShowsLog
from monitor.ui.keyed_app import KeyedApp
from monitor.ui.themed_app import Look

if TYPE_CHECKING:
    from monitor.model.sample import Sample
    from monitor.presentation.log import Log

_NEWS_S = 8.0
"""How long a sentence stays on the message line, whatever samples come meanwhile."""


class TellingApp(KeyedApp):
    """Says it to whichever screens there are."""

    def __init__(self, look: Look, boot_clock: Callable[[], float]) -> None:
        """Have nothing to say; the clock gives CLOCK_BOOTTIME in seconds."""
        super().__init__(look)
        self.news = ""
        """The sentence of the message line."""
        self._boot_clock = boot_clock
        self._news_until = 0.0

    @cached_property
    def journal(self) -> Log:
        """What was done and what became of it, what could not be read, what became of the collector."""
        from monitor.presentation.log import Log  # noqa: PLC0415 - after the first paint

        return Log(self._boot_clock)

    @property
    def is_news_fresh(self) -> bool:
        """Whether the message line's sentence was said just now, and is not merely what every sample says again."""
        return self._boot_clock() < self._news_until

    def tell(self, text: str, role: Role = Role.TROUBLE) -> None:
        """Say a sentence on the message line, and keep it there for a while; it is made safe here."""
        self._set_news([text])
        self._news_until = self._boot_clock() + _NEWS_S
        for screen in self.screen_stack:
            if isinstance(screen, ActingScreen):
                screen.say(self.news, role)

    def tell_action(self, text: str, role: Role = Role.NOTE) -> None:
        """Say what became of something done outside the program, and keep it in the log."""
        from monitor.presentation.log import LogKind  # noqa: PLC0415 - on demand

        self.journal.add(LogKind.ACTION, text)
        self.show_log()
        self.tell(text, role)

    def take_notices(self, sample: Sample) -> None:
        """Take what a sample could not read for the message line, once what was said last has stood for its while."""
        if sample.boot_time >= self._news_until:
            self._set_news(sample.notices)

    def show_log(self) -> None:
        """Show the log where it is listed."""
        for screen in self.screen_stack:
            if isinstance(screen, ShowsLog):
                screen.show_log(self.journal)

    def _set_news(self, sentences: Iterable[str]) -> None:
        """Take the sentences of the message line, made safe: they may carry what another process has said."""
        from monitor.presentation.safe_text import safe_text  # noqa: PLC0415 - on demand

        self.news = "; ".join(safe_text(sentence) for sentence in sentences)
