"""FindingRows: the sockets that a finding is about, for narrowing a list to them while samples come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.model.finding import Finding, FindingKind, ProcessSubject, Subject
from monitor.model.places import find_places
from monitor.model.sample import Interval
from monitor.model.socket_table import U64, Bools, Rows
from monitor.model.tcp import PROTOCOL_TCP, TcpState


@dataclass(frozen=True, slots=True)
class FindingRows:
    """Follows a finding from interval to interval; once it is over, its last sockets are those of `cookies`."""

    kind: FindingKind
    subject: Subject
    cookies: U64 = field(compare=False)

    @classmethod
    def of(cls, finding: Finding) -> FindingRows:
        """Follow a finding."""
        return cls(finding.kind, finding.subject, finding.cookies)

    def connections(self, interval: Interval) -> Bools:
        """Choose them among the rows of any interval."""
        now = finding_like(interval.findings, self.kind, self.subject)
        chosen: Bools = find_places(self.cookies if now is None else now.cookies, interval.table.cookie) >= 0
        return chosen


def finding_like(findings: Sequence[Finding], kind: FindingKind, subject: Subject) -> Finding | None:
    """Find the same finding in another interval; None where it is over."""
    return next((finding for finding in findings if (finding.kind, finding.subject) == (kind, subject)), None)


def rows_of(finding: Finding, interval: Interval) -> Rows:
    """Give the rows of the interval's table that a finding is about, in its order, without those that have gone."""
    places = find_places(interval.table.cookie, finding.cookies)
    found: Rows = places[places >= 0]
    return found


def pid_of(finding: Finding) -> int | None:
    """Give the pid of the process that a finding is about; None where it is about something else."""
    return finding.subject.pid if isinstance(finding.subject, ProcessSubject) else None


def is_about_listeners(finding: Finding, interval: Interval) -> bool:
    """Tell whether what a finding is about stands in Listeners rather than in Connections."""
    rows = rows_of(finding, interval)
    table = interval.table
    return bool(len(rows)) and bool((table.is_listener | table.is_udp_unconnected)[rows].all())


def has_time_wait(finding: Finding, interval: Interval) -> bool:
    """Tell whether some of a finding's rows are in TIME-WAIT, which Connections does not always show."""
    table, rows = interval.table, rows_of(finding, interval)
    return bool(((table.protocol == PROTOCOL_TCP) & (table.state == TcpState.TIME_WAIT))[rows].any())
