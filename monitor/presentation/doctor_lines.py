"""What `fourtuple doctor` prints: how many, each with its reasons, the notes in a line each, and the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.model.finding import Finding, Grade
from monitor.model.sample import Interval, Sample
from monitor.presentation.evidence_words import last_lines
from monitor.presentation.finding_words import finding_text
from monitor.presentation.formats import count_text, long_duration_text
from monitor.presentation.host_counter_words import host_counter_lines
from monitor.presentation.past_troubles import PastTrouble

_LABEL_WIDTH = 8
_MOST_TITLES = 3


def doctor_lines(
    findings: Sequence[Finding], interval: Interval, first: Sample, past: Sequence[PastTrouble] = ()
) -> Iterator[str]:
    """Say what was found; the first line is the whole answer.

    Args:
        findings: Of the last interval, trouble first.
        interval: That interval.
        first: The sample with which watching began.
        past: What came, or was there, and went meanwhile.
    """
    sample = interval.sample
    watched_s = sample.boot_time - first.boot_time
    texts = [(finding.grade, finding_text(finding, interval)) for finding in findings]
    troubles = [text for grade, text in texts if grade is Grade.TROUBLE]
    notes = [text for grade, text in texts if grade is Grade.NOTE]
    counted = _count_words(len(troubles), len(past), len(notes))
    titles = [*(text.title for text in troubles), *(one.title for one in past)]
    yield f"{counted} in {long_duration_text(round(watched_s))} of watching{_titles(titles)}."
    for number, text in enumerate(troubles, 1):
        yield ""
        yield f"{number:<3}{text.heading}"
        yield from (f"   {label:<{_LABEL_WIDTH}} {words}" for label, words in text.lines)
    if past:
        yield ""
        yield from (f"over  {one.line}" for one in past)
    if notes:
        yield ""
        yield from (f"note  {text.heading}" for text in notes)
    lost = host_counter_lines(sample.host_facts, first.host_facts.counters)
    if lost:
        yield ""
        yield f"  {'host':<{_LABEL_WIDTH}} {', '.join(lost)}"
    yield from last_lines(sample, width=_LABEL_WIDTH, notices=sample.host_facts.unread)


def _count_words(troubles: int, past: int, notes: int) -> str:
    none = "Nothing wrong now" if past else "Nothing wrong found"
    found = f"{count_text(troubles)} found" if troubles else none
    gone = f", {count_text(past)} found and over" if past else ""
    noted = f", and {count_text(notes)} note{'s' * (notes != 1)}" if notes else ""
    return f"{found}{gone}{noted}"


def _titles(titles: Sequence[str]) -> str:
    if not titles:
        return ""
    more = len(titles) - _MOST_TITLES
    return f": {'; '.join(titles[:_MOST_TITLES])}" + (f"; and {count_text(more)} more" if more > 0 else "")
