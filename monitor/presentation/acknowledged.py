"""Acknowledged: the findings that the user knows of. Each calls again once it has ended, or has become worse."""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitor.model.finding import Finding, FindingKind, Grade, Side, Subject
from monitor.model.sample import Interval

_WORSE = 2.0
"""So many times the sockets of then make it another finding."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A finding as it was when it was acknowledged."""

    since: float | None
    grade: Grade
    side: Side
    sockets: int

    @classmethod
    def of(cls, finding: Finding) -> _Known:
        return cls(finding.since, finding.grade, finding.side, len(finding.cookies))

    def is_still(self, finding: Finding) -> bool:
        now = self.of(finding)
        same = (now.since, now.grade, now.side) == (self.since, self.grade, self.side)
        return same and now.sockets < _WORSE * max(1, self.sockets)


class Acknowledged:
    """Remembers what was acknowledged, for as long as it is found."""

    def __init__(self) -> None:
        self._known: dict[tuple[FindingKind, Subject], _Known] = {}

    def toggle(self, finding: Finding) -> None:
        """Take a finding for known, or no longer."""
        key = finding.kind, finding.subject
        if self._known.pop(key, None) is None:
            self._known[key] = _Known.of(finding)

    def mark(self, interval: Interval) -> Interval:
        """Give an interval in whose findings it stands which are known; forget those that are found no more."""
        found = {(finding.kind, finding.subject): finding for finding in interval.findings}
        self._known = {key: known for key, known in self._known.items() if key in found and known.is_still(found[key])}
        if all(finding.is_acknowledged == (key in self._known) for key, finding in found.items()):
            return interval
        return replace(
            interval,
            findings=tuple(replace(finding, is_acknowledged=key in self._known) for key, finding in found.items()),
        )
