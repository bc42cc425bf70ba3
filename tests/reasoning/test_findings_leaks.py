"""Sockets in CLOSE-WAIT that nobody closes."""

from monitor.model.finding import Certainty, FindingKind, Grade, ProcessSubject, UserSubject
from monitor.model.host_facts import DescriptorUse
from monitor.model.process import Process
from monitor.reasoning.finding_conditions import FORGOTTEN_S, LEAK_FOR_S, LEAK_SOCKETS, QUIET_S
from tests.reasoning.watching import Watch, only, troubles
from tests.scenes import row, traffic

KIND = FindingKind.CLOSE_WAIT
PROXY = Process(990, 52, b"proxy", 1001)


def forgotten(count, *, idle_s=7200.0, unread=1, owner=((990, 7),), first=41000, **told):
    counters = traffic(sent=900, idle_s=idle_s) | {"queue": (unread, 0)} | told
    return [
        row("tcp", f"192.0.2.10:{first + n}", "198.51.100.20:5432", "CLOSE-WAIT", owner=owner, **counters)
        for n in range(count)
    ]


def watch_for(seconds, rows, **told):
    return Watch().see_for(seconds, rows, processes=(PROXY,), **told)


def test_many_quiet_ones_of_one_program_are_likely_a_leak():
    found = only(watch_for(LEAK_FOR_S, forgotten(LEAK_SOCKETS)), KIND)
    assert (found.grade, found.certainty, found.subject) == (
        Grade.TROUBLE,
        Certainty.LIKELY,
        ProcessSubject(990, 52),
    )
    numbers = found.numbers
    assert (numbers.sockets, numbers.quiet, numbers.unread_ends, numbers.remotes) == (20, 20, 20, 1)
    assert numbers.oldest_idle_s == 7200
    assert numbers.per_minute is None


def test_one_fewer_is_not():
    assert watch_for(LEAK_FOR_S, forgotten(LEAK_SOCKETS - 1, idle_s=FORGOTTEN_S - 10)) == ()


def test_those_that_were_busy_a_moment_ago_are_not_counted():
    assert watch_for(LEAK_FOR_S, forgotten(50, idle_s=QUIET_S - 10)) == ()


def test_a_peer_that_closed_its_own_direction_and_still_reads_is_not_forgotten():
    assert watch_for(LEAK_FOR_S, forgotten(50, queue=(0, 1))) == ()


def test_one_that_waits_for_accept_is_not_forgotten():
    assert watch_for(LEAK_FOR_S, forgotten(50, owner=(), inode=0)) == ()


def test_a_few_old_ones_are_a_note():
    found = only(watch_for(LEAK_FOR_S, forgotten(3, idle_s=FORGOTTEN_S)), KIND)
    assert found.grade is Grade.NOTE
    assert watch_for(LEAK_FOR_S, forgotten(2, idle_s=FORGOTTEN_S)) == ()


def test_growth_is_certain():
    watch = Watch()
    for tick in range(300):
        found = watch.see_rows(forgotten(8 + tick // 10), processes=(PROXY,))
    one = only(found, KIND)
    assert one.certainty is Certainty.CERTAIN
    assert 5.5 < one.numbers.per_minute < 6.5


def test_a_crowd_that_comes_and_goes_does_not_grow():
    watch = Watch()
    for tick in range(300):
        found = watch.see_rows(forgotten(8 + tick // 15 % 8, idle_s=FORGOTTEN_S - 1000), processes=(PROXY,))
        assert found == ()


def test_it_is_quiet_also_since_it_was_first_seen_so():
    watch = Watch()
    watch.see_rows(forgotten(30, idle_s=0), processes=(PROXY,))
    assert watch.see_for(QUIET_S - 2, forgotten(30, idle_s=0), processes=(PROXY,)) == ()
    assert watch.see_for(LEAK_FOR_S, forgotten(30, idle_s=0), processes=(PROXY,))


def test_one_that_sends_meanwhile_is_quiet_no_longer():
    watch = Watch()
    for tick in range(100):
        found = watch.see_rows(forgotten(30, idle_s=0, bytes_sent=1000 + tick), processes=(PROXY,))
    assert found == ()


def test_it_goes_when_they_are_closed():
    watch = Watch()
    watch.see_for(LEAK_FOR_S, forgotten(40), processes=(PROXY,))
    closed = [described.columns["cookie"] for described in forgotten(40)]
    assert watch.see_rows([], closed=closed, processes=(PROXY,)) == ()


def test_without_a_known_process_it_is_told_of_the_user():
    found = only(watch_for(LEAK_FOR_S, forgotten(30, owner=(), uid=33)), KIND)
    assert found.subject == UserSubject(33)


def test_two_programs_do_not_make_a_leak_together():
    rows = [*forgotten(12, idle_s=600), *forgotten(12, idle_s=600, owner=((812, 7),), first=42000)]
    assert troubles(watch_for(LEAK_FOR_S, rows)) == []


def test_it_tells_how_many_descriptors_are_left():
    found = watch_for(LEAK_FOR_S, forgotten(30), descriptors={990: DescriptorUse(144, 1024)})
    numbers = only(found, KIND).numbers
    assert (numbers.descriptors, numbers.descriptor_limit, numbers.seconds_left) == (144, 1024, None)


def test_a_count_that_fell_meanwhile_has_not_grown_steadily():
    watch = Watch()
    for tick in range(90):
        count = 10 if tick < 25 else 18 if tick < 50 else 13 if tick < 70 else 16
        found = watch.see_rows(forgotten(count, idle_s=FORGOTTEN_S - 1000), processes=(PROXY,))
        assert found == ()


def test_it_goes_when_hardly_any_is_left():
    watch = Watch()
    watch.see_for(LEAK_FOR_S, forgotten(40), processes=(PROXY,))
    closed = [described.columns["cookie"] for described in forgotten(40)]
    few = forgotten(5, idle_s=600)
    assert watch.see_rows(few, closed=closed[5:], processes=(PROXY,))
    assert watch.see_rows(few[:4], closed=closed[4:], processes=(PROXY,)) == ()
