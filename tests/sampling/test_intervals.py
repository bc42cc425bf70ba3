"""What two samples say together: carried, closed and new rows, and the marks that are never wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from monitor.model.process import Process
from monitor.model.sample import DIRECTION_DIALLED, DIRECTION_UNKNOWN
from monitor.sampling.carried_rows import CLOSED_SHOWN_S
from monitor.sampling.intervals import advance
from tests.scenes import ANY, BOOT_TIME, row, sample_of, table_of, traffic

STAYS = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", owner=(812, 17))
GOES = row("tcp", "192.0.2.10:443", "198.51.100.7:51836", "ESTAB", owner=(812, 18))
COOKIE = GOES.columns["cookie"]
TIME_WAIT = row("tcp", "192.0.2.10:443", "198.51.100.9:40000", "TIME-WAIT")
BOUND = row("tcp", "192.0.2.10:8444", ANY, "BOUND", owner=(812, 19))
UDP = row("udp", "192.0.2.10:39112", "192.0.2.53:53", "ESTAB", owner=(540, 22))


def after(*samples):
    interval = None
    for sample in samples:
        interval = advance(interval, sample)
    return interval


def mark(interval, cookie=COOKIE):
    """Say what the interval says of one socket."""
    place = interval.table.row_of_cookie(cookie)
    if place is None:
        return "gone"
    if not np.isnan(interval.closed_at[place]):
        return "closed"
    return "unseen" if interval.is_unseen[place] else "seen"


def opened_after_s(interval, cookie=COOKIE):
    return float(interval.opened_at[interval.table.row_of_cookie(cookie)]) - BOOT_TIME


def test_fk_10_one_absence_is_no_close():
    interval = after(sample_of([STAYS, GOES]), sample_of([STAYS], 1.0))
    assert mark(interval) == "unseen"
    assert mark(interval, STAYS.columns["cookie"]) == "seen"


def test_two_absences_are_a_close():
    interval = after(sample_of([STAYS, GOES]), sample_of([STAYS], 1.0), sample_of([STAYS], 2.0))
    assert mark(interval) == "closed"
    assert interval.closed_at[interval.table.row_of_cookie(COOKIE)] == BOOT_TIME + 2.0


def test_the_kernels_word_closes_at_once():
    assert mark(after(sample_of([STAYS, GOES]), sample_of([STAYS], 1.0, closed=[COOKIE]))) == "closed"


def test_the_kernels_word_about_an_unseen_row_closes_it():
    samples = [sample_of([GOES]), sample_of([], 1.0), sample_of([], 2.0, closed=[COOKIE])]
    assert mark(after(*samples[:2])) == "unseen"
    assert mark(after(*samples)) == "closed"


def test_a_row_that_comes_back_was_never_closed_and_is_not_new():
    interval = after(sample_of([GOES]), sample_of([], 1.0), sample_of([GOES], 2.0))
    assert mark(interval) == "seen"
    assert np.isnan(opened_after_s(interval))


def test_a_row_that_is_missed_every_other_time_lives():
    samples = [sample_of([GOES] if number % 2 == 0 else [], float(number)) for number in range(8)]
    assert mark(after(*samples)) == "unseen"


def test_a_closed_row_is_shown_for_three_seconds_from_its_first_notice_on():
    samples = [sample_of([GOES]), sample_of([], 1.0, closed=[COOKIE])]
    assert mark(after(*samples, sample_of([], 1.0 + CLOSED_SHOWN_S - 0.1))) == "closed"
    assert mark(after(*samples, sample_of([], 1.0 + CLOSED_SHOWN_S))) == "gone"


def test_a_closed_row_keeps_its_owner_and_has_no_rate():
    moving = row("tcp", "192.0.2.10:443", "198.51.100.7:51836", "ESTAB", owner=(812, 18), **traffic(sent=5_000))
    processes = [Process(812, 1, b"nginx", 33)]
    interval = after(
        sample_of([GOES], processes=processes),
        sample_of([moving], 1.0, processes=processes),
        sample_of([], 2.0, closed=[COOKIE]),
    )
    place = interval.table.row_of_cookie(COOKIE)
    assert interval.owners.pid[interval.owner_first[place] : interval.owner_end[place]].tolist() == [812]
    assert np.isnan(interval.send_rate[place]), "its old counters over the time since would be a false rate"


def test_a_row_of_the_first_sample_was_there_before():
    assert np.isnan(opened_after_s(after(sample_of([GOES]))))
    assert np.isnan(opened_after_s(after(sample_of([GOES]), sample_of([GOES], 1.0))))


def test_a_row_that_a_later_sample_brings_is_new_and_keeps_its_birth():
    interval = after(sample_of([]), sample_of([GOES], 1.0))
    assert opened_after_s(interval) == 1.0
    assert opened_after_s(after(sample_of([]), sample_of([GOES], 1.0), sample_of([GOES], 9.0))) == 1.0


def test_fk_16_the_same_pair_under_a_new_cookie_is_another_socket():
    again = row("tcp", "192.0.2.10:443", "198.51.100.7:51836", "ESTAB", cookie=77, **traffic(sent=9_000_000))
    interval = after(sample_of([GOES]), sample_of([again], 1.0, closed=[COOKIE]))
    assert (mark(interval), mark(interval, 77)) == ("closed", "seen")
    assert opened_after_s(interval, 77) == 1.0
    assert np.isnan(interval.send_rate[interval.table.row_of_cookie(77)])


@pytest.mark.parametrize("hidden_row", [TIME_WAIT, BOUND], ids=["TIME-WAIT", "bound only"])
def test_showing_and_hiding_makes_no_false_marks(hidden_row):
    cookie = hidden_row.columns["cookie"]
    with_it = [sample_of([STAYS, hidden_row], at, has_time_wait=True) for at in (1.0, 3.0)]
    without = [sample_of([STAYS], at) for at in (0.0, 2.0, 4.0)]
    shown = after(without[0], with_it[0])
    assert np.isnan(opened_after_s(shown, cookie)), "it may have been there all the time"
    assert mark(advance(shown, without[1]), cookie) == "gone", "hidden, not closed"
    again = after(without[0], with_it[0], without[1], with_it[1])
    assert np.isnan(opened_after_s(again, cookie))
    assert mark(again, STAYS.columns["cookie"]) == "seen"


def test_a_bucket_that_ends_while_it_is_shown_is_closed_after_two_absences():
    samples = [sample_of([STAYS, TIME_WAIT] if at == 0 else [STAYS], at, has_time_wait=True) for at in (0.0, 1.0, 2.0)]
    assert mark(after(*samples[:2]), TIME_WAIT.columns["cookie"]) == "unseen"
    assert mark(after(*samples), TIME_WAIT.columns["cookie"]) == "closed"


def test_the_bucket_of_a_closed_connection_is_no_new_connection():
    """The kernel leaves the cookie to the TIME-WAIT entry."""
    bucket = row("tcp", "192.0.2.10:443", "198.51.100.7:51836", "TIME-WAIT", cookie=COOKIE)
    interval = after(
        sample_of([GOES]), sample_of([], 1.0, closed=[COOKIE]), sample_of([bucket], 2.0, has_time_wait=True)
    )
    assert mark(interval) == "seen"
    assert np.isnan(opened_after_s(interval))


def test_udp_sockets_are_not_closed_by_a_dump_that_failed():
    cookie = UDP.columns["cookie"]
    failed = [sample_of([STAYS], at, has_udp=False) for at in (1.0, 2.0)]
    assert mark(after(sample_of([STAYS, UDP]), *failed), cookie) == "gone", "out of sight, without a word of closing"
    back = after(sample_of([STAYS, UDP]), *failed, sample_of([STAYS, UDP], 3.0))
    assert (mark(back, cookie), np.isnan(opened_after_s(back, cookie))) == ("seen", True)


def test_another_namespace_starts_anew():
    elsewhere = sample_of([STAYS], 1.0, table=table_of([STAYS], namespace=7))
    interval = after(sample_of([STAYS, GOES]), elsewhere)
    assert len(interval.table) == 1
    assert np.isnan(interval.elapsed_s)
    assert np.isnan(interval.opened_at[0])


def test_fk_23_the_wall_clock_may_jump_without_moving_an_age_or_a_rate():
    grown = row("tcp", "192.0.2.10:443", "198.51.100.7:51836", "ESTAB", **traffic(sent=5_000))
    plain, jumped = (
        after(sample_of([GOES]), replace(sample_of([grown], 5.0), taken_at=taken_at)) for taken_at in (5.0, -86_400.0)
    )
    assert jumped.elapsed_s == plain.elapsed_s == 5.0
    assert jumped.send_rate.tolist() == plain.send_rate.tolist() == [1_000.0]
    assert jumped.opened_at.tolist() == pytest.approx(plain.opened_at.tolist(), nan_ok=True)


def retransmitting(count):
    return row("tcp", "192.0.2.10:443", "198.51.100.7:51836", "ESTAB", total_retrans=count)


@pytest.mark.parametrize(
    ("before", "now", "has_risen"),
    [(3, 3, False), (3, 4, True), (4, 3, False), ((1 << 32) - 1, 3, True), (3, (1 << 32) - 1, False)],
)
def test_fk_14_a_rise_of_the_retransmissions_is_seen_across_the_wrap_and_a_fall_is_none(before, now, has_risen):
    interval = after(sample_of([retransmitting(before)]), sample_of([retransmitting(now)], 1.0))
    assert interval.retrans_rose_at.tolist() == (
        [BOOT_TIME + 1.0] if has_risen else pytest.approx([np.nan], nan_ok=True)
    )


def test_retransmissions_that_could_not_be_read_before_are_no_rise():
    untold = row("tcp", "192.0.2.10:443", "198.51.100.7:51836", "SYN-RECV", cookie=9)
    told = row("tcp", "192.0.2.10:443", "198.51.100.7:51836", "ESTAB", cookie=9, total_retrans=3)
    assert np.isnan(after(sample_of([untold]), sample_of([told], 1.0)).retrans_rose_at[0])


def test_a_socket_that_is_connected_again_is_not_what_its_former_connection_was():
    idle = {"bytes_sent": 100, "bytes_acked": 101}
    busy = {"bytes_sent": 500, "bytes_acked": 400, "send_q": 100, "unacked": 1}
    dialled = row("tcp", "192.0.2.10:50000", "198.51.100.7:443", "ESTAB", cookie=9, **idle)
    same = row("tcp", "192.0.2.10:50000", "198.51.100.7:443", "ESTAB", cookie=9, **busy)
    again = row("tcp", "192.0.2.10:50001", "198.51.100.8:443", "ESTAB", cookie=9, **busy)
    assert after(sample_of([dialled]), sample_of([same], 1.0)).direction.tolist() == [DIRECTION_DIALLED]
    assert after(sample_of([dialled]), sample_of([again], 1.0)).direction.tolist() == [DIRECTION_UNKNOWN]


def test_the_last_rise_of_the_retransmissions_is_remembered():
    counts = ((0.0, 3), (1.0, 4), (2.0, 4), (9.0, 4))
    interval = after(*(sample_of([retransmitting(count)], at) for at, count in counts))
    assert interval.retrans_rose_at.tolist() == [BOOT_TIME + 1.0]


def test_the_listener_of_a_carried_row_is_its_own_row_number():
    listener = row("tcp", "0.0.0.0:443", ANY, "LISTEN", owner=(812, 6))
    interval = after(sample_of([listener, GOES, STAYS]), sample_of([STAYS, listener], 1.0))
    place = interval.table.row_of_cookie(COOKIE)
    assert interval.table.cookie[interval.listener[place]] == listener.columns["cookie"]


def test_every_array_has_an_entry_for_every_row():
    interval = after(sample_of([STAYS, GOES]), sample_of([STAYS], 1.0))
    for name in ("is_unseen", "opened_at", "closed_at", "receive_rate", "send_rate", "retrans_rose_at", "listener"):
        assert len(getattr(interval, name)) == len(interval.table) == 2
    for name in ("direction", "interface", "owner_first", "owner_end", "is_carried"):
        assert len(getattr(interval, name)) == 2


def test_samples_without_rows_are_samples():
    assert len(after(sample_of([]), sample_of([], 1.0)).table) == 0
