"""TypedWord: whether a word was typed by a hand, before something is done that cannot be taken back.

A held key repeats one letter, so the word must have several. A paste, and keys that queued up behind a slow screen,
come at once.
"""

from __future__ import annotations

import time

LEAST_S = 0.15
"""From the first letter to Enter: a quick hand needs twice as long for four letters."""


class TypedWord:
    """Follows one field from its opening on."""

    def __init__(self, word: str) -> None:
        """Await a word of several different letters."""
        self.word = word
        self._text = ""
        self._is_at_once = False
        self._started_at = 0.0

    def take(self, text: str) -> None:
        """Take what stands in the field now."""
        if not text:
            self._is_at_once = False
        elif len(text) > len(self._text) + 1:
            self._is_at_once = True
        elif not self._text:
            self._started_at = time.monotonic()
        self._text = text

    def mistake(self) -> str | None:
        """Say why what stands in the field is not the word, typed by a hand; None where it is."""
        if self._text.strip() != self.word:
            return f"nothing was done: the word is {self.word}"
        if self._is_at_once or time.monotonic() - self._started_at < LEAST_S:
            return f"nothing was done: {self.word} came at once, as a paste does; type it letter by letter"
        return None
