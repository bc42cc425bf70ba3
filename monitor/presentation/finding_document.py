"""Findings as a JSON document. A field's type never varies; null is "not known"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from monitor.model.finding import Finding, Grade, ProcessSubject, ServiceSubject, SocketSubject, UserSubject
from monitor.model.finding_numbers import FindingNumbers
from monitor.model.sample import Interval, Sample
from monitor.model.socket_table import are_cookies
from monitor.presentation.finding_names import FindingNames
from monitor.presentation.finding_words import finding_text
from monitor.presentation.formats import when_text
from monitor.presentation.netns_words import netns_document
from monitor.presentation.safe_text import json_name, safe_text

SCHEMA = "fourtuple.doctor/1"


def doctor_document(findings: Sequence[Finding], interval: Interval, first: Sample) -> dict[str, object]:
    """Make the document.

    Args:
        findings: Of the last interval, trouble first.
        interval: That interval.
        first: The sample with which watching began.
    """
    sample = interval.sample
    return {
        "schema": SCHEMA,
        "host": safe_text(sample.host),
        **netns_document(sample.named),
        "taken_at": when_text(sample.taken_at),
        "namespace": sample.table.namespace,
        "uid": sample.uid,
        "hidden_processes": sample.owners.hidden_processes,
        "watched_s": round(sample.boot_time - first.boot_time, 3),
        "troubles": sum(finding.grade is Grade.TROUBLE for finding in findings),
        "findings": [finding_document(finding, interval) for finding in findings],
        "counters": dict(sample.host_facts.counters),
        "counters_before": dict(first.host_facts.counters),
        "notices": [*sample.notices, *sample.host_facts.unread],
    }


def finding_document(finding: Finding, interval: Interval) -> dict[str, object]:
    """Describe one finding; `since` is null where it was so before the first sample, as is what it is not about."""
    text, sample = finding_text(finding, interval), interval.sample
    names = FindingNames(finding, interval)
    whose = names.whose()
    since = None if finding.since is None else when_text(sample.taken_at - (sample.boot_time - finding.since))
    return {
        "kind": str(finding.kind),
        "grade": str(finding.grade),
        "title": text.title,
        "measured": text.measured,
        "since": since,
        "pid": whose.pid if isinstance(whose, ProcessSubject) else None,
        "user": whose.uid if isinstance(whose, UserSubject) else None,
        "service": names.service() if isinstance(finding.subject, ServiceSubject | SocketSubject) else None,
        "remote": names.peer() or None,
        "interface": names.link() or None,
        "side": str(finding.side),
        "certainty": str(finding.certainty),
        "numbers": _numbers(finding.numbers),
        "reasons": [{"label": label, "text": words} for label, words in text.lines],
        "cookies": [str(cookie) for cookie in finding.cookies[are_cookies(finding.cookies)].tolist()],
    }


def _numbers(numbers: FindingNumbers) -> dict[str, object]:
    """Give the fields of a finding's numbers; a name with its bytes where it is not clean."""
    fields: dict[str, object] = {}
    for key, value in asdict(numbers).items():
        fields |= json_name(key, value) if isinstance(value, bytes) else {key: value}
    return fields
