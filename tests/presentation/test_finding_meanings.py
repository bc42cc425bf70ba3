"""Every kind of finding has a sentence that says when it is told, and the host's losses have names."""

from monitor.model.finding import FindingKind
from monitor.model.host_facts import HostFacts
from monitor.presentation.finding_meanings import FINDING_MEANINGS
from monitor.presentation.host_counter_words import host_counter_lines


def test_every_kind_says_when_it_is_told():
    assert set(FINDING_MEANINGS) == set(FindingKind)
    assert all(meaning.startswith("Told ") and meaning.endswith(".") for meaning in FINDING_MEANINGS.values())


def test_a_meaning_quotes_the_threshold_that_is_applied():
    assert "more than its backlog for 2s" in FINDING_MEANINGS[FindingKind.ACCEPT_QUEUE]
    assert "5.0 % of the segments of the last 10s" in FINDING_MEANINGS[FindingKind.RETRANSMITS]


def test_what_was_never_lost_is_not_listed():
    assert host_counter_lines(HostFacts(counters={"TcpExt.ListenOverflows": 0}), {}) == []


def test_what_rose_stands_first_with_its_rise_and_families_are_summed_up():
    facts = HostFacts(counters={"TcpExt.ListenOverflows": 214, "Udp.RcvbufErrors": 1_000, "Udp6.RcvbufErrors": 7})
    before = {"TcpExt.ListenOverflows": 214, "Udp.RcvbufErrors": 990, "Udp6.RcvbufErrors": 7}
    assert host_counter_lines(facts, before) == ["UDP buffers full 1,007 (+10)", "accept queues overflowed 214"]


def test_without_an_earlier_count_no_rise_is_claimed():
    facts = HostFacts(counters={"TcpExt.ListenOverflows": 214})
    assert host_counter_lines(facts, {}) == ["accept queues overflowed 214"]
