"""Lines about findings: one in full, the message line, verdicts over a screen, the foot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.finding import FindingKind, Grade
from monitor.model.host_facts import HostFacts
from monitor.presentation.finding_lines import (
    detail_lines,
    findings_of_process,
    findings_of_socket,
    foot_lines,
    message_line,
    verdict_lines,
)
from monitor.presentation.finding_words import finding_text
from monitor.presentation.fitting import cell_width
from tests import machine_db1
from tests.found import found_in
from tests.presentation.finding_examples import EXAMPLES, INTERVAL
from tests.scenes import TAKEN_AT

DB1 = found_in(machine_db1.samples())


def words(line):
    return "".join(cell.text for cell in (*line.left, *line.right))


def only_troubles(count):
    troubles = [found for found in DB1.findings if found.grade is Grade.TROUBLE]
    return replace(DB1, findings=tuple(troubles * count)[:count])


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("found", [found for found, _ in EXAMPLES], ids=lambda found: found.kind)
def test_a_finding_in_full_fits_the_width_and_leaves_nothing_out(found, width):
    text = finding_text(found, INTERVAL)
    lines = detail_lines(found, text, width)
    assert all(cell_width(words(line)) <= width or len(words(line).split()) <= 3 for line in lines)
    said = " ".join(" ".join(words(line).split()) for line in lines)
    for part in (text.title, text.measured, text.whose, text.since, *(reason for _, reason in text.lines)):
        assert " ".join(part.split()) in said


def test_the_message_line_says_as_many_troubles_as_fit_and_that_there_are_more():
    wide, narrow = (words(message_line(DB1, width)) for width in (200, 80))
    assert "192.0.2.10:6432 drops new clients" in wide
    assert "java[1313] gets no answer from 203.0.113.77:443" in wide
    assert wide.endswith("! shows both ")
    assert narrow.startswith(" ! 192.0.2.10:6432 drops new clients · 1 more")
    assert words(message_line(only_troubles(1), 80)).endswith("! shows ")
    assert words(message_line(only_troubles(7), 120)).endswith("more ! shows all 7 ")


def test_it_says_nothing_of_notes_and_of_what_is_acknowledged():
    known = tuple(replace(found, is_acknowledged=True) for found in DB1.findings)
    assert message_line(replace(DB1, findings=known), 120) is None
    notes = tuple(found for found in DB1.findings if found.grade is Grade.NOTE)
    assert notes
    assert message_line(replace(DB1, findings=notes), 120) is None


def test_the_verdicts_of_a_socket_and_of_a_process_are_those_about_them():
    syn = next(found for found in DB1.findings if found.kind is FindingKind.SYN_UNANSWERED)
    assert findings_of_socket(DB1, int(syn.cookies[0])) == [syn]
    assert findings_of_socket(DB1, 1) == []
    assert [found.kind for found in findings_of_process(DB1, 990)] == [FindingKind.ACCEPT_QUEUE, FindingKind.CLOSE_WAIT]
    assert [found.kind for found in findings_of_process(DB1, 1313)] == [FindingKind.SYN_UNANSWERED]
    assert findings_of_process(DB1, 540) == []


def test_trouble_has_a_mark_of_its_own_among_verdicts_and_many_are_counted():
    trouble, note = (words(line) for line in verdict_lines(findings_of_process(DB1, 990), DB1, 200))
    assert trouble.startswith(" ! 192.0.2.10:6432 drops new clients since before the first sample: accept queue full")
    assert trouble.endswith("This host, proxy. (certain)")
    assert note.startswith(" · proxy[990] does not close connections")
    *_, short = verdict_lines(findings_of_process(DB1, 990), DB1, 80)
    assert words(short) == " · proxy[990] does not close connections"
    many = verdict_lines(DB1.findings, DB1, 300)
    assert words(many[-1]) == f"   {len(DB1.findings) - 3} more in Findings"
    assert verdict_lines([], DB1, 80) == []


def test_the_foot_says_what_was_lost_since_when_or_that_it_is_not_known():
    facts = HostFacts(counters={"TcpExt.ListenOverflows": 1204})
    (line,) = foot_lines(facts, {"TcpExt.ListenOverflows": 1192}, TAKEN_AT, 120)
    assert words(line).split(maxsplit=1) == ["host", "accept queues overflowed 1,204 (+12); + since 03:12:41Z"]
    (quiet,) = foot_lines(HostFacts(counters={"Tcp.OutSegs": 7}), {}, TAKEN_AT, 120)
    assert words(quiet).endswith("has counted nothing as lost")
    unknown, why = foot_lines(HostFacts(unread=("netstat: no",)), {}, TAKEN_AT, 120)
    assert words(unknown).endswith("what it has lost is not known")
    assert words(why).split(maxsplit=1) == ["unread", "netstat: no"]
