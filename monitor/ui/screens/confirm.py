"""ConfirmScreen: does something that cannot be taken back, once a word was typed by a hand."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from monitor.ui.screens.lines import LinesScreen
from monitor.ui.typed_word import TypedWord

_MORE = "PgDn, PgUp: there is more"


class ConfirmScreen(LinesScreen):
    """A subclass says what is done, and asks for a word when that stands on the screen."""

    QUIET_S: ClassVar[float] = 0.3
    """How long the question stands before the field opens: keys that come meanwhile were meant for another screen."""
    again: ClassVar[str]
    """The key by which the word is asked for anew."""

    @abstractmethod
    def confirmed(self) -> None:
        """Do it."""

    def ask_word(self, word: str) -> None:
        """Open the field after a while, unless the screen was left or the field is open."""
        self.set_timer(self.QUIET_S, lambda: self._open_field(word))

    def _open_field(self, word: str) -> None:
        if self.prompt.is_asking or self.app.screen is not self:
            return
        typed = TypedWord(word)

        def done(text: str | None) -> None:
            self.set_focus(self.lines)
            if text is None:
                self.action_leave()
            elif (mistake := typed.mistake()) is not None:
                self.app.tell(f"{mistake}; Esc goes back, {self.again} asks again")
            else:
                self.confirmed()

        note = _MORE if len(self.lines.linked) > self.lines.size.height else ""
        label = f"Type {word}, then Enter:"
        self.prompt.ask(label, "", lambda _: note, done, note=note, key_taken=typed.take, beside=self.lines)
