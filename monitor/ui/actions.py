"""Actions: hands what was asked for and confirmed to the sampling thread, and says what became of it.

The saying does not hang on a screen: who leaves before the result comes reads it on the message line and in the log.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from monitor.model.action import Operator, Outcome, Prepared, Result
from monitor.presentation.action_words import STILL_RUNNING_S, outcome_text
from monitor.presentation.view import Role
from monitor.sampling.sampler_events import ActionAnswered, ActionPrepared

if TYPE_CHECKING:
    from monitor.presentation.action_words import Deed
    from monitor.sampling.sampler import Sampler

LOOKS_S = (0.2, 0.5, 1.0, 2.0, STILL_RUNNING_S)
"""When, after a signal, it is looked whether the process has ended."""
_GOOD = frozenset({Result.SENT, Result.EXITED, Result.CLOSED})

Answer = Prepared | Outcome | str
"""A sentence stands for what could not be asked."""


@dataclass(frozen=True, slots=True)
class _Confirmed:
    deed: Deed
    take: Callable[[Outcome | str], None]
    looks: int = 0
    """How often it was looked what became of it."""


class Actions:
    """Each answer goes to whoever asked, once."""

    def __init__(
        self,
        sampler: Sampler,
        operator: Operator,
        tell: Callable[[str, Role], None],
        call_later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        """Have nothing under way.

        Args:
            sampler: Who is asked.
            operator: Who acts.
            tell: Takes what is to be said on the message line and kept in the log.
            call_later: Calls a function after so many seconds.
        """
        self._sampler = sampler
        self._operator = operator
        self._tell = tell
        self._call_later = call_later
        self._preparing: list[tuple[Deed, Callable[[Answer], None]]] = []
        self._confirmed: dict[int, _Confirmed] = {}

    def prepare(self, deed: Deed, take: Callable[[Answer], None]) -> None:
        """Have the target looked at and held; nothing is done to it."""
        self._preparing.append((deed, take))
        self._sampler.prepare(deed.asked, self._operator)

    def confirm(self, deed: Deed, token: int, take: Callable[[Outcome | str], None]) -> None:
        """Have it done; `take` gets the result, and of a signal what became of the process."""
        self._confirmed[token] = _Confirmed(deed, take)
        self._sampler.confirm(token)

    def take(self, event: ActionPrepared | ActionAnswered) -> None:
        """Take an answer of the sampling thread."""
        match event:
            case ActionPrepared(asked, answer, error):
                place = next((n for n, (deed, _) in enumerate(self._preparing) if deed.asked == asked), None)
                if place is not None:
                    _, take = self._preparing.pop(place)
                    take(answer if answer is not None else error or "")
            case ActionAnswered(token, outcome, error) if token in self._confirmed:
                self._take_answer(token, outcome, error)

    def _take_answer(self, token: int, outcome: Outcome | None, error: str | None) -> None:
        confirmed = self._confirmed.pop(token)
        subject = confirmed.deed.subject
        if confirmed.looks and (outcome is None or outcome.result is Result.FORGOTTEN):
            self._say(confirmed, f"what became of {subject} is not known: the collector has ended since")
        elif outcome is None:
            self._say(confirmed, f"{subject}: {error}; whether anything was done is not known")
        elif not self._waits_on(token, confirmed, outcome):
            self._tell(outcome_text(confirmed.deed, outcome), Role.NOTE if outcome.result in _GOOD else Role.TROUBLE)
            confirmed.take(outcome)

    def _say(self, confirmed: _Confirmed, sentence: str) -> None:
        self._tell(sentence, Role.TROUBLE)
        confirmed.take(sentence)

    def _waits_on(self, token: int, confirmed: _Confirmed, outcome: Outcome) -> bool:
        """Look again after a while where a signal was sent; True where there is nothing to say yet."""
        is_running = outcome.result is Result.STILL_RUNNING
        if not (is_running or outcome.result is Result.SENT) or confirmed.looks == len(LOOKS_S):
            return False
        before = LOOKS_S[confirmed.looks - 1] if confirmed.looks else 0.0
        self._confirmed[token] = _Confirmed(confirmed.deed, confirmed.take, confirmed.looks + 1)
        self._call_later(LOOKS_S[confirmed.looks] - before, partial(self._sampler.ask_became, token))
        return is_running
