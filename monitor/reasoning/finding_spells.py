"""Spells: since when each condition has held without a break, and so when it becomes a finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model.finding import Finding, FindingKind, Grade, Subject
from monitor.reasoning.finding_look import Holding, Look

GAP_S = 30.0
"""After a longer silence than this, and than thrice the pause before it (a suspended machine, a paused reader), nothing
is known of the time between: conditions begin anew to hold."""


@dataclass(slots=True)
class _Spell:
    seen_at: float
    since: float | None
    grade: Grade
    is_told: bool = False

    def goes_on(self, holding: Holding) -> bool:
        """Whether it is not over."""
        return holding.opens or (self.is_told and holding.stays)


class Spells:
    """Remembers the conditions that are met; those that no longer are, are forgotten at once."""

    def __init__(self) -> None:
        self._spells: dict[tuple[FindingKind, Subject], _Spell] = {}
        self._now: float | None = None
        self._pause = 0.0

    def tell(self, look: Look, holdings: Iterable[Holding]) -> list[Finding]:
        """Give the findings of a sample: what held for its time, and what was told before and still holds mildly."""
        has_gap, is_first = self._has_gap(look.now), self._now is None
        kept: dict[tuple[FindingKind, Subject], _Spell] = {}
        found = []
        for holding in holdings:
            key = holding.kind, holding.subject
            # One peer may be met on two interfaces: it is one finding, that of the first.
            if key in kept:
                continue
            spell = self._spells.get(key)
            if spell is None or (has_gap and not spell.is_told):
                spell = _Spell(look.now, None if is_first else look.now, holding.grade)
            if not spell.goes_on(holding):
                continue
            kept[key] = spell
            if holding.opens:
                spell.grade = holding.grade
            spell.is_told = spell.is_told or look.now - spell.seen_at >= holding.for_s
            if spell.is_told:
                found.append(_finding(look, holding, spell))
        self._spells, self._now = kept, look.now
        return found

    def _has_gap(self, now: float) -> bool:
        if self._now is None:
            return False
        pause, before = now - self._now, self._pause
        self._pause = pause
        return pause > max(GAP_S, 3 * before)


def _finding(look: Look, holding: Holding, spell: _Spell) -> Finding:
    return Finding(
        kind=holding.kind,
        grade=spell.grade,
        subject=holding.subject,
        since=spell.since,
        side=holding.side,
        certainty=holding.certainty,
        numbers=holding.numbers,
        cookies=look.table.cookie[holding.rows],
    )
