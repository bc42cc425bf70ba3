"""Findings of samples that follow one another, with a clock of the test's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.model.event_list import EventList
from monitor.model.finding import Finding, FindingKind, Grade
from monitor.model.sample import Sample
from monitor.reasoning.findings import Findings
from monitor.sampling.agreement import RouteAgreement
from monitor.sampling.intervals import advance
from monitor.sampling.source import Source
from tests.agreeing import answered
from tests.scenes import Row, sample_of


class Watch:
    """Reads samples one after another, as the sampling thread and the doctor do."""

    def __init__(self) -> None:
        self._findings = Findings()
        self._agreement = RouteAgreement()
        self.interval = None
        self.now = 0.0

    def see(self, sample: Sample, routes: Source | None = None, events: EventList | None = None) -> tuple[Finding, ...]:
        """Read one sample; where a source of routes is given, connections are held against them."""
        self.interval = advance(self.interval, sample)
        if routes is not None:
            self._agreement.take(self.interval)
            self.interval = answered(self._agreement, routes)
        return self._findings.advance(self.interval, events)

    def see_rows(self, rows: Sequence[Row], *, after: float = 1.0, **told: object) -> tuple[Finding, ...]:
        """Read one sample that holds these rows, so many seconds after the one before."""
        if self.interval is not None:
            self.now += after
        return self.see(sample_of(rows, self.now, **told))

    def see_for(self, seconds: float, rows: Sequence[Row], **told: object) -> tuple[Finding, ...]:
        """Read the same rows every second for so long, and give what is found in the last."""
        found = self.see_rows(rows, **told)
        for _ in range(round(seconds)):
            found = self.see_rows(rows, **told)
        return found


def only(found: Iterable[Finding], kind: FindingKind) -> Finding:
    """Give the one finding of a kind."""
    (one,) = (finding for finding in found if finding.kind is kind)
    return one


def kinds(found: Iterable[Finding]) -> list[FindingKind]:
    return [finding.kind for finding in found]


def troubles(found: Iterable[Finding]) -> list[FindingKind]:
    return [finding.kind for finding in found if finding.grade is Grade.TROUBLE]
