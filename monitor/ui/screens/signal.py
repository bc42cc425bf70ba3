"""The signal screen: what a process is and holds, who else holds it, and once its pid was typed what became of it.

─ Signal nginx[812] ──────────────────────────────────────────────── SIGTERM ─
   sends      SIGTERM, which asks it to end; it may clean up before, or ignore it
   process    /usr/sbin/nginx · www-data (uid 33) · up 3d 4h · sleeping
   listens    tcp 0.0.0.0:443 · shared with nginx[813]: ending one does not free the port
 Type 812, then Enter: ▏
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from monitor.model.action import Outcome, Prepared, Result, Signal, SignalAsked
from monitor.presentation.action_words import Deed, confirming_word, outcome_text
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.text_line import TextLine, rule
from monitor.presentation.view import Role
from monitor.ui.keys import By, Where, bindings
from monitor.ui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from monitor.model.sample import Interval
    from monitor.ui.actions import Answer


class SignalScreen(ConfirmScreen):
    """Looks at the process anew whenever it asks; TERM first, KILL only after that did not help."""

    PLACE = Where.SIGNAL
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(By.SCREEN, Where.SIGNAL)]
    again = "K"

    def __init__(self, asked: SignalAsked, subject: str, glyphs: Mapping[int, str] | None) -> None:
        """Ask about one process.

        Args:
            asked: As the row named it.
            subject: Its name, made safe.
            glyphs: A table for str.translate, or None.
        """
        super().__init__(glyphs)
        self._asked = asked
        self._subject = subject
        self._prepared: Prepared | None = None
        self._results: list[str] = []
        """In words, as they were when each came: KILL may be asked for since."""
        self._is_running = False
        """Whether the last of them is that the process still runs."""
        self._is_waiting = False
        """Whether an answer is still to come."""

    def on_mount(self) -> None:
        """Have the process looked at."""
        self._prepare()

    def title_line(self, width: int) -> TextLine:
        """Say who is signalled, with what."""
        return rule(f"Signal {self._subject}", f"SIG{self._asked.signal.name}", width)

    def linked_lines(self, interval: Interval, width: int) -> Sequence[LinkedLine]:
        """Say what it is, and what became of it."""
        from monitor.presentation.signal_lines import labelled, signal_lines  # noqa: PLC0415 - on demand

        lines = list(signal_lines(self._prepared, interval, width)) if self._prepared is not None else []
        if not lines and not self._results:
            lines = list(labelled("", "looking at the process …", Role.DIM, width))
        return [*lines, *self._result_lines(width)]

    def confirmed(self) -> None:
        """Send the signal."""
        if self._prepared is not None and not self._is_waiting:
            self._is_waiting = True
            self.app.actions.confirm(self._deed, self._prepared.token, self._take_outcome)

    def action_signal_again(self) -> None:
        """Look at the process anew, and ask: for KILL where TERM did not help."""
        if self._is_waiting:
            return
        if self._is_running:
            self._asked = replace(self._asked, signal=Signal.KILL)
        self._prepare()

    @property
    def _deed(self) -> Deed:
        return Deed(self._asked, self._subject)

    def _prepare(self) -> None:
        self._is_waiting = True
        self.app.actions.prepare(self._deed, self._take_prepared)

    def _take_prepared(self, answer: Answer) -> None:
        self._is_waiting = False
        if isinstance(answer, Prepared):
            self._prepared = answer
            self.ask_word(confirming_word(answer, str(self._asked.process.pid)))
        else:
            self._add_result(answer)
        self._show()

    def _take_outcome(self, outcome: Outcome | str) -> None:
        self._add_result(outcome)
        result = outcome.result if isinstance(outcome, Outcome) else None
        self._is_waiting = result is Result.SENT
        if result is Result.CHANGED:
            self._prepare()
        self._show()

    def _add_result(self, outcome: Outcome | str) -> None:
        self._results.append(outcome if isinstance(outcome, str) else outcome_text(self._deed, outcome))
        self._is_running = isinstance(outcome, Outcome) and outcome.result is Result.STILL_RUNNING

    def _show(self) -> None:
        if self.is_attached:
            self.draw()

    def _result_lines(self, width: int) -> Iterator[LinkedLine]:
        from monitor.presentation.signal_lines import labelled  # noqa: PLC0415 - on demand

        if self._results:
            yield LinkedLine(TextLine())
        for text in self._results:
            yield from labelled("result", text, Role.STRONG, width)
        if self._is_running:
            yield from labelled("", "K asks whether to send KILL, which it cannot ignore", Role.NOTE, width)
