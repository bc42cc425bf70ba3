from __future__ import annotations

from monitor.presentation.evidence_words import evidence_line, last_lines, origin_line
from tests.scenes import sample_of


def test_evidence_says_host_time_and_rights():
    assert origin_line("db1", 1_795_403_561.0, 0) == "db1 2026-11-23T03:12:41Z, as root"
    assert origin_line("d\x1b1", 1_795_403_561.0, 1001) == "d\\x1b1 2026-11-23T03:12:41Z, uid 1001"


def test_owners_that_could_not_be_read_are_counted():
    sample = sample_of([])
    plain = evidence_line(sample)
    assert plain == origin_line(sample.host, sample.taken_at, sample.uid)
    assert evidence_line(sample_of([], uid=7, hidden=1)).endswith(", uid 7, owners of 1 process hidden")
    assert evidence_line(sample_of([], uid=7, hidden=3)).endswith(", uid 7, owners of 3 processes hidden")


def test_fm_02_who_does_not_see_all_is_not_called_root():
    assert evidence_line(sample_of([], uid=0, hidden=0)).endswith(", as root")
    assert evidence_line(sample_of([], uid=0, hidden=2)).endswith(", uid 0, owners of 2 processes hidden")


def test_what_could_not_be_read_stands_under_its_label_before_the_evidence():
    sample = sample_of([], notices=("no UDP",))
    assert list(last_lines(sample, width=8, notices=["no rules"])) == [
        "  unread   no UDP",
        "  unread   no rules",
        evidence_line(sample),
    ]
