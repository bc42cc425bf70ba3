"""What was typed into a field before: kept for the session, and gone through with the arrows."""

from __future__ import annotations

from collections.abc import Sequence

_MOST = 50


class Recent:
    """The last different texts, newest first."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, text: str) -> None:
        """Note a text as the newest; blanks are none."""
        if text.strip():
            self.texts = [text, *(former for former in self.texts if former != text)][:_MOST]


class Recall:
    """Goes through texts, and back to what stood in the field."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._place = -1
        self._draft = ""

    def older(self, now: str) -> str:
        """Give the text before; the oldest stays."""
        if self._place < 0:
            self._draft = now
        # What stands there already would look as if the key did nothing.
        step = 2 if self._place < 0 and self._texts[:1] == [now] else 1
        return self._at(min(self._place + step, len(self._texts) - 1), now)

    def newer(self, now: str) -> str:
        """Give the text after; behind the newest is what was being typed."""
        return self._at(self._place - 1, now) if self._place >= 0 else now

    def _at(self, place: int, now: str) -> str:
        if place >= len(self._texts) or (place < 0 and self._place < 0):
            return now
        self._place = place
        return self._draft if place < 0 else self._texts[place]
