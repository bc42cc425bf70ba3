"""PastTroubles: what was wrong for a while and no longer is, in the words of when it was seen last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model.finding import Finding, FindingKind, Grade, Subject
from monitor.model.sample import Interval
from monitor.presentation.finding_document import finding_document
from monitor.presentation.finding_rows import finding_like
from monitor.presentation.finding_words import finding_text
from monitor.presentation.formats import clock_text, when_text

_MOST = 100


@dataclass(frozen=True, slots=True)
class PastTrouble:
    """One that is over; its texts are safe."""

    title: str
    line: str
    """All of it, with since when and until when."""
    document: dict[str, object]
    """Like that of a finding, with `until`: when it was seen last."""


class PastTroubles:
    """Remembers the newest of those that ended while one watched; one that has come again is not over."""

    def __init__(self) -> None:
        self._over: dict[tuple[FindingKind, Subject], PastTrouble] = {}

    def see(self, before: tuple[Interval, Sequence[Finding]], now: Sequence[Finding]) -> None:
        """Compare what was found in two samples that follow one another.

        Args:
            before: The former interval with what was found in it.
            now: What is found in the newest one.
        """
        for found in now:
            self._over.pop((found.kind, found.subject), None)
        interval, former = before
        for found in former:
            if found.grade is Grade.TROUBLE and finding_like(now, found.kind, found.subject) is None:
                self._over[found.kind, found.subject] = _past(found, interval)
        for key in list(self._over)[:-_MOST]:
            del self._over[key]

    @property
    def all(self) -> tuple[PastTrouble, ...]:
        """Those that are over, by when they ended."""
        return tuple(self._over.values())


def _past(finding: Finding, interval: Interval) -> PastTrouble:
    text, until = finding_text(finding, interval), interval.sample.taken_at
    return PastTrouble(
        text.title,
        f"{text.heading} {text.since.capitalize()} until {clock_text(until)}.",
        finding_document(finding, interval) | {"until": when_text(until)},
    )
