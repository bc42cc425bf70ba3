"""Lines about findings outside their table: one in full, the sentence for the message line, verdicts over a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain

from monitor.model.finding import Finding, PeerSubject, ProcessSubject, ServiceSubject, SocketSubject
from monitor.model.host_facts import HostFacts
from monitor.model.sample import Interval
from monitor.presentation.finding_rows import rows_of
from monitor.presentation.finding_text import FindingText
from monitor.presentation.finding_words import finding_text
from monitor.presentation.fitting import cell_width
from monitor.presentation.formats import clock_text
from monitor.presentation.host_counter_words import host_counter_lines
from monitor.presentation.text_line import TextLine, wrapped
from monitor.presentation.view import Cell, Role
from monitor.reasoning.holders import pids_of

_LABEL_WIDTH = 8
_MOST_VERDICTS = 3
_WIDE = 100
_BETWEEN = " · "


def detail_lines(finding: Finding, text: FindingText, width: int) -> list[TextLine]:
    """Say a finding in full: what, whose side, how sure and since when, then its reasons.

    Args:
        finding: Which one.
        text: Its words.
        width: Cells; longer lines are broken.
    """
    role = Role.TROUBLE if finding.calls else Role.STRONG
    head = TextLine((Cell(" "), Cell(f"{text.title}: {text.measured}", role)))
    whose = TextLine((Cell(" "), Cell(f"{text.whose}. {text.certainty.capitalize()}, {text.since}.", Role.NAME)))
    lines = (head, whose, *(_labelled(*line) for line in text.lines))
    return [part for line in lines for part in wrapped(line, width)]


def message_line(interval: Interval, width: int) -> TextLine | None:
    """Say what calls in one line, as much as fits; None where nothing does.

    Args:
        interval: What is shown.
        width: Cells.
    """
    calling = [finding for finding in interval.findings if finding.calls]
    if not calling:
        return None
    texts = [finding_text(finding, interval) for finding in calling[:_MOST_VERDICTS]]
    shows = {1: " ! shows ", 2: " ! shows both "}.get(len(calling), f" ! shows all {len(calling)} ")
    room = width - cell_width(shows) - cell_width(" ! ")
    forms = _forms(texts, len(calling))
    said = next((form for form in forms if cell_width(form) <= room), texts[0].title)
    return TextLine((Cell(" ! ", Role.TROUBLE), Cell(said, Role.TROUBLE)), (Cell(shows, Role.HEADING),))


def _forms(texts: Sequence[FindingText], count: int) -> Iterator[str]:
    """Give what may be said of some troubles: longest first, and of more of them before more about each."""
    ways: tuple[Callable[[FindingText], str], ...] = (
        lambda text: f"{text.title} {text.since}: {text.measured}",
        lambda text: f"{text.title}: {text.measured}",
        lambda text: text.title,
    )
    for number in range(len(texts), 0, -1):
        more = [f"{count - number} more"] if count > number else []
        yield from (_BETWEEN.join([*map(way, texts[:number]), *more]) for way in ways)


def verdict_lines(findings: Iterable[Finding], interval: Interval, width: int) -> list[TextLine]:
    """Say at the top of a screen what is found about what it shows: troubles first, a few of them, and notes in short.

    Args:
        findings: About it, trouble first.
        interval: What they were found in.
        width: Cells; longer lines are broken.
    """
    found = list(findings)
    shown = (_verdict(finding, finding_text(finding, interval), width) for finding in found[:_MOST_VERDICTS])
    lines = list(chain.from_iterable(wrapped(line, width) for line in shown))
    more = len(found) - _MOST_VERDICTS
    return [*lines, TextLine((Cell(f"   {more} more in Findings", Role.DIM),))] if more > 0 else lines


def _verdict(finding: Finding, text: FindingText, width: int) -> TextLine:
    whose = f" {text.whose}." if width >= _WIDE else ""
    said = f"{text.title} {text.since}: {text.measured}.{whose} ({text.certainty})"
    if not finding.calls and width < _WIDE:
        said = text.title
    sign, role = ("!", Role.TROUBLE) if finding.calls else ("·", Role.DIM)
    return TextLine((Cell(f" {sign} ", role), Cell(said, role)))


def findings_of_socket(interval: Interval, cookie: int) -> list[Finding]:
    """Give what is found about a socket."""
    return [finding for finding in interval.findings if bool((finding.cookies == cookie).any())]


def findings_of_process(interval: Interval, pid: int) -> list[Finding]:
    """Give what is found about a process, its way to a peer, or a socket of its own."""
    return [finding for finding in interval.findings if _is_about(finding, interval, pid)]


def _is_about(finding: Finding, interval: Interval, pid: int) -> bool:
    match finding.subject:
        case ProcessSubject() as process:
            return process.pid == pid
        case PeerSubject(holder=ProcessSubject() as process):
            return process.pid == pid
        case ServiceSubject() | SocketSubject():
            return pid in pids_of(interval, rows_of(finding, interval))
    return False


def foot_lines(facts: HostFacts, before: Mapping[str, int], since: float, width: int) -> list[TextLine]:
    """Say what the host has lost, and what of it could not be read.

    Args:
        facts: Of the newest sample.
        before: The counters of an earlier one.
        since: Unix time of that one.
        width: Cells; longer lines are broken.
    """
    lost = host_counter_lines(facts, before)
    if lost:
        said = f"{', '.join(lost)}; + since {clock_text(since)}"
    else:
        said = "has counted nothing as lost" if facts.counters else "what it has lost is not known"
    lines = [("host", said), *(("unread", sentence) for sentence in facts.unread)]
    return [part for line in lines for part in wrapped(_labelled(*line, Role.DIM), width)]


def _labelled(label: str, words: str, role: Role = Role.PLAIN) -> TextLine:
    return TextLine((Cell(f" {label:<{_LABEL_WIDTH}} ", Role.HEADING), Cell(words, role)))
