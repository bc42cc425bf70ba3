"""The close screen: which sockets would be closed, and once a word was typed what became of each.

─ Close 2 sockets ────────────────────────────────────────────────────────────
   socket     tcp 192.0.2.10:443 ← 198.51.100.7:51834 · ESTAB · nginx[812]
   closed     it was closed
   socket     tcp 192.0.2.10:443 ← 198.51.100.9:51901 · CLOSE-WAIT · nginx[812]
   not closed it is already gone; nothing was closed
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.model.action import CloseAsked, Outcome, Prepared, Result
from monitor.presentation.action_words import Deed, confirming_word
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.text_line import TextLine, rule
from monitor.presentation.view import Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.presentation.close_lines import CloseStep
    from monitor.ui.actions import Answer


class CloseScreen(ConfirmScreen):
    """Asks once for all of them. A socket that has moved to another state is shown again in that."""

    PLACE = Where.CLOSE
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.CLOSE)]
    again = "X"

    def __init__(self, deeds: Sequence[Deed], confirmed: Callable[[], None], glyphs: Mapping[int, str] | None) -> None:
        """Ask about sockets, at least one.

        Args:
            deeds: As the rows showed them.
            confirmed: Called when it was confirmed.
            glyphs: A table for str.translate, or None.
        """
        from monitor.presentation.close_lines import CloseStep  # noqa: PLC0415 - it brings numpy

        super().__init__(glyphs)
        self._steps: list[CloseStep] = [CloseStep(deed) for deed in deeds]
        self._tell_confirmed = confirmed
        self._open = 0
        """Answers that are still to come."""

    def on_mount(self) -> None:
        """Have the sockets looked at."""
        self._prepare(range(len(self._steps)))

    def title_line(self, width: int) -> TextLine:
        """Say how many sockets this is about."""
        return rule("Close 1 socket" if len(self._steps) == 1 else f"Close {len(self._steps)} sockets", "", width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """Say what they are, and what became of them."""
        from monitor.presentation.close_lines import close_lines  # noqa: PLC0415 - it brings numpy

        return list(close_lines(self._steps, interval, width))

    def confirmed(self) -> None:
        """Have all that were prepared closed."""
        if self._open:
            return
        ready = [(place, step.answer) for place, step in enumerate(self._steps) if isinstance(step.answer, Prepared)]
        self._open = len(ready)
        self._tell_confirmed()
        for place, prepared in ready:
            self.app.actions.confirm(self._steps[place].deed, prepared.token, partial(self._take_outcome, place))

    def action_close_again(self) -> None:
        """Look anew at what was not closed, and ask."""
        left = [place for place, step in enumerate(self._steps) if not _is_closed(step)]
        if not self._open and left:
            self._prepare(left)

    def _prepare(self, places: Sequence[int]) -> None:
        self._open += len(places)
        for place in places:
            self._steps[place] = replace(self._steps[place], answer=None)
            self.app.actions.prepare(self._steps[place].deed, partial(self._take_prepared, place))

    def _take_prepared(self, place: int, answer: Answer) -> None:
        self._take(place, answer)
        ready = [step for step in self._steps if isinstance(step.answer, Prepared)]
        if not self._open and ready:
            self.ask_word(self._word(ready))

    def _take_outcome(self, place: int, outcome: Outcome | str) -> None:
        self._take(place, outcome)
        if not self._open and len(self._steps) > 1:
            closed = sum(map(_is_closed, self._steps))
            self.app.tell(f"{closed} of {len(self._steps)} closed; 6 lists what became of each", Role.NOTE)

    def _take(self, place: int, answer: Answer) -> None:
        self._open -= 1
        step = replace(self._steps[place], answer=answer)
        asked = step.deed.asked
        if isinstance(answer, Outcome) and answer.state is not None and isinstance(asked, CloseAsked):
            # In the state that it has now it may be confirmed once more.
            step = replace(step, deed=replace(step.deed, asked=replace(asked, state=answer.state)))
        self._steps[place] = step
        if self.is_attached:
            self.draw()

    def _word(self, ready: Sequence[CloseStep]) -> str:
        """Choose what is typed: of one socket its remote port, of several yes; and more where that is called for."""
        plain = "yes"
        asked = ready[0].deed.asked
        if len(self._steps) == 1 and isinstance(asked, CloseAsked):
            plain = str(asked.socket.remote.port or asked.socket.local.port)
        words = [confirming_word(step.answer, plain) for step in ready if isinstance(step.answer, Prepared)]
        return max(words, key=len)


def _is_closed(step: CloseStep) -> bool:
    return isinstance(step.answer, Outcome) and step.answer.result is Result.CLOSED
