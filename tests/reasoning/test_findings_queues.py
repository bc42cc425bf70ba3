"""Accept queues that take no more: what is told, when, and what is not worth a word."""

import pytest

from monitor.model.finding import Certainty, FindingKind, Grade, Side
from monitor.model.host_facts import HostFacts
from monitor.model.socket_table import DROPS_UNKNOWN
from monitor.reasoning.counter_window import CounterWindow
from monitor.reasoning.finding_conditions import QUEUE_FULL_FOR_S, QUEUE_NEAR_FOR_S
from tests.reasoning.watching import Watch, kinds, only
from tests.scenes import ANY, BOOT_TIME, row

KIND = FindingKind.ACCEPT_QUEUE


def listener(queued, limit=511, **told):
    return row("tcp", "192.0.2.10:443", ANY, "LISTEN", owner=(812, 6), queue=(queued, limit), **told)


def test_a_queue_above_its_limit_is_trouble_once_it_was_for_its_time():
    watch = Watch()
    watch.see_rows([listener(0)])
    assert watch.see_rows([listener(512)]) == ()
    assert watch.see_rows([listener(512)], after=QUEUE_FULL_FOR_S - 0.1) == ()
    found = only(watch.see_rows([listener(512)], after=0.1), KIND)
    assert (found.grade, found.side, found.certainty) == (Grade.TROUBLE, Side.PROGRAM, Certainty.CERTAIN)
    assert found.since == BOOT_TIME + 1.0
    assert (found.numbers.queued, found.numbers.limit, found.numbers.is_dropping) == (512, 511, True)


def test_what_was_so_in_the_first_sample_has_an_unknown_beginning():
    found = only(Watch().see_for(QUEUE_FULL_FOR_S, [listener(512)]), KIND)
    assert found.since is None


def test_a_queue_that_just_holds_its_limit_drops_nobody():
    found = Watch().see_for(QUEUE_NEAR_FOR_S, [listener(511)])
    assert not only(found, KIND).numbers.is_dropping


def test_a_burst_is_not_told():
    watch = Watch()
    for queued in (512, 0) * 10:
        assert watch.see_rows([listener(queued)]) == ()


def test_a_small_queue_that_is_nearly_full_is_no_sign():
    assert Watch().see_for(60, [listener(4, limit=5)]) == ()


def test_a_queue_that_is_nearly_full_is_told_later_than_a_full_one():
    watch = Watch()
    assert watch.see_for(QUEUE_NEAR_FOR_S - 1, [listener(420)]) == ()
    assert watch.see_rows([listener(420)])


def test_it_stays_above_half_and_goes_below():
    watch = Watch()
    watch.see_for(QUEUE_FULL_FOR_S, [listener(512)])
    assert watch.see_rows([listener(260)])
    assert watch.see_rows([listener(255)]) == ()
    assert watch.see_rows([listener(260)]) == ()


def test_one_full_queue_of_a_group_is_told_with_the_group():
    group = [listener(0, cookie=1), listener(512, cookie=2), listener(3, cookie=3)]
    found = only(Watch().see_for(2, group), KIND)
    assert (found.numbers.sockets, found.numbers.full_sockets) == (3, 1)
    assert found.cookies.tolist() == [2]


def test_it_tells_what_the_whole_host_dropped_meanwhile_and_whether_another_queue_may_have():
    other = row("tcp", "192.0.2.10:80", ANY, "LISTEN", queue=(6, 5))
    watch = Watch()
    for overflows in (100, 103, 118):
        facts = HostFacts(counters={"TcpExt.ListenOverflows": overflows}, somaxconn=4096)
        found = watch.see_rows([listener(512), other], host_facts=facts)
    numbers = found[0].numbers
    assert (numbers.overflows, numbers.over_s, numbers.somaxconn, numbers.is_only_full) == (18, 2.0, 4096, False)


@pytest.mark.parametrize(("setting", "has_resets"), [(1, True), (0, False), (None, False)])
def test_it_knows_whether_clients_are_reset(setting, has_resets):
    facts = HostFacts(abort_on_overflow=setting)
    found = only(Watch().see_for(QUEUE_FULL_FOR_S, [listener(512)], host_facts=facts), KIND)
    assert found.numbers.has_resets is has_resets


@pytest.mark.parametrize("pause", [31.0, 3600.0])
def test_after_a_gap_a_condition_has_to_hold_anew(pause):
    watch = Watch()
    watch.see_rows([listener(512)])
    assert watch.see_rows([listener(512)], after=pause) == ()
    assert watch.see_rows([listener(512)], after=QUEUE_FULL_FOR_S)


def test_a_clock_that_went_back_is_another_machine():
    watch = Watch()
    watch.see_for(3, [listener(512)])
    assert watch.see_rows([listener(512)], after=-2.0) == ()


def overflowing(count):
    return HostFacts(counters={"TcpExt.ListenOverflows": count, "Udp.RcvbufErrors": 0})


def test_a_queue_that_is_full_between_samples_is_told_by_what_it_drops():
    watch = Watch()
    for tick in range(4):
        found = watch.see_rows([listener(3, drops=tick)], host_facts=overflowing(tick))
    one = only(found, KIND)
    assert (one.certainty, one.numbers.full_sockets, one.numbers.is_dropping) == (Certainty.LIKELY, 0, True)
    assert one.numbers.drops == 3


def test_what_a_listener_drops_for_other_reasons_is_no_full_queue():
    watch = Watch()
    for tick in range(20):
        found = watch.see_rows([listener(3, drops=tick)], host_facts=overflowing(7))
    assert found == ()


def test_unknown_drops_are_not_none():
    found = only(Watch().see_for(QUEUE_FULL_FOR_S, [listener(512, drops=DROPS_UNKNOWN)]), KIND)
    assert found.numbers.drops is None


def udp(drops, waiting=0):
    return row("udp", "127.0.0.1:514", ANY, "UNCONN", owner=(77, 3), queue=(waiting, 0), drops=drops)


def errors(count):
    return HostFacts(counters={"Udp.RcvbufErrors": count, "Udp6.RcvbufErrors": 0})


def test_a_udp_socket_that_drops_again_and_again_is_trouble():
    watch = Watch()
    watch.see_rows([udp(100)], host_facts=errors(0))
    assert watch.see_rows([udp(107)], host_facts=errors(7)) == ()
    assert watch.see_rows([udp(109)], host_facts=errors(9)) == ()
    one = only(watch.see_rows([udp(110, waiting=212_000)], host_facts=errors(10)), FindingKind.UDP_DROPS)
    assert (one.grade, one.certainty) == (Grade.TROUBLE, Certainty.CERTAIN)
    assert (one.numbers.recent, one.numbers.drops, one.numbers.host_drops) == (10, 110, 10)


def test_a_udp_socket_whose_filter_refuses_datagrams_is_not():
    watch = Watch()
    for tick in range(20):
        assert watch.see_rows([udp(tick)], host_facts=errors(5)) == ()


def test_old_udp_drops_are_forgotten():
    watch = Watch()
    for drops in (0, 7, 8, 9):
        watch.see_rows([udp(drops)], host_facts=errors(drops))
    assert kinds(watch.see_for(6, [udp(9)], host_facts=errors(9))) == [FindingKind.UDP_DROPS]
    assert watch.see_for(2, [udp(9)], host_facts=errors(9)) == ()


@pytest.mark.parametrize("period_s", [4.0, 7.0, 60.0])
def test_samples_that_are_far_apart_tell_of_drops_too(period_s):
    watch = Watch()
    for tick in range(4):
        found = watch.see_rows([udp(10 * tick)], after=period_s, host_facts=errors(10 * tick))
    one = only(found, FindingKind.UDP_DROPS)
    assert (one.numbers.recent, one.numbers.over_s) == (30, 3 * period_s)


def test_what_was_dropped_before_a_long_pause_says_nothing():
    watch = Watch()
    for drops in (0, 7, 8):
        watch.see_rows([udp(drops)], host_facts=errors(drops))
    assert watch.see_rows([udp(9)], after=600.0, host_facts=errors(9)) == ()
    assert watch.see_rows([udp(10)], host_facts=errors(10)) == ()


def test_a_socket_that_drops_no_longer_is_over_though_others_drop():
    watch = Watch()
    for drops in (0, 7, 8, 9):
        watch.see_rows([udp(drops)], host_facts=errors(drops))
    for tick in range(10, 22):
        found = watch.see_rows([udp(9)], host_facts=errors(tick))
    assert found == ()


def test_a_counter_that_fell_or_is_new_has_not_risen():
    window = CounterWindow()
    window.add(0.0, {"a": 5, "b": 5})
    assert (window.seconds, window.rise("a")) == (None, None)
    window.add(1.0, {"a": 4, "b": 7, "c": 9})
    assert (window.seconds, window.rise("a"), window.rise("b"), window.rise("c")) == (1.0, None, 2, None)
