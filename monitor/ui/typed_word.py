"""TypedWord: whether a word was typed by a hand, before something is done that cannot be taken back.

A held key repeats one letter, so the word must have several. The keys of a paste, and keys that queued up while the
screen stood still, come together. What counts is when they came from the terminal, not when the screen got to them.
"""

from __future__ import annotations

LEAST_S = 0.15
"""From the first letter to Enter: a quick hand needs twice as long for four letters."""
APART_S = 0.005
"""Keys that were read from the terminal together are closer than this, those of a hand are not."""
LEAST_READS = 3
"""A paste is read together; if the screen stands still in the middle of it, in two parts."""


class TypedWord:
    """Follows one field from its opening on."""

    def __init__(self, word: str) -> None:
        """Await a word of several different letters."""
        self.word = word
        self._text = ""
        self._is_at_once = False
        self._first_at = 0.0
        self._last_at = 0.0
        self._reads = 0

    def take(self, text: str, came_at: float) -> None:
        """Take what stands in the field after a key, and the second at which the key came from the terminal."""
        if not self._text:
            self._is_at_once, self._reads, self._first_at = False, 0, came_at
        if len(text) > len(self._text) + 1:
            self._is_at_once = True
        if not self._reads or came_at - self._last_at >= APART_S:
            self._reads += 1
        self._text, self._last_at = text, came_at

    def mistake(self) -> str | None:
        """Say why what stands in the field is not the word, typed by a hand; None where it is."""
        if self._text.strip() != self.word:
            return f"nothing was done: the word is {self.word}"
        if self._is_at_once or self._reads < LEAST_READS or self._last_at - self._first_at < LEAST_S:
            return f"nothing was done: {self.word} came at once, as a paste does; type it letter by letter"
        return None
