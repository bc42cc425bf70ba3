"""Rates over five seconds; what is not known has none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sampling.intervals import advance
from monitor.sampling.rates import WINDOW_S
from tests.scenes import ANY, row, sample_of, traffic

LOCAL, REMOTE = "192.0.2.10:443", "198.51.100.7:51834"


def moved(received, sent=0, **columns):
    return row("tcp", LOCAL, REMOTE, "ESTAB", **{**traffic(received=received, sent=sent), **columns})


def rates(*readings):
    """Give both rates after readings of (seconds, row or None)."""
    interval = None
    for seconds, described in readings:
        interval = advance(interval, sample_of([described] if described else [], seconds))
    return float(interval.receive_rate[0]), float(interval.send_rate[0])


def test_a_rate_is_bytes_over_the_time_between():
    assert rates((0.0, moved(0)), (2.0, moved(3_000, 500))) == (1_500.0, 250.0)


def test_the_first_sample_knows_no_rate():
    assert np.isnan(rates((0.0, moved(9)))).all()


def test_what_did_not_move_has_the_rate_zero():
    assert rates((0.0, moved(9)), (1.0, moved(9))) == (0.0, 0.0)


def test_rates_are_averages_over_five_seconds():
    readings = [(float(second), moved(1_000 * min(second, 5))) for second in range(9)]
    assert rates(*readings)[0] == pytest.approx(1_000 * 2 / WINDOW_S)


@given(st.lists(st.floats(0.05, 3.0), min_size=1, max_size=40), st.integers(1, 1_000_000))
def test_a_steady_stream_has_its_rate_at_every_period(pauses, bytes_per_second):
    times = np.cumsum([0.0, *pauses]).tolist()
    steady = [(at, moved(round(at * bytes_per_second))) for at in times]
    # Whole bytes and times near 1.2 million seconds: the rounding of both.
    assert rates(*steady)[0] == pytest.approx(bytes_per_second, rel=1e-3, abs=2 / min(times[-1], 0.05))


def test_a_new_row_has_a_rate_from_its_second_sample_on():
    other = row("tcp", LOCAL, "198.51.100.9:1", "ESTAB")
    interval = None
    for seconds, rows in ((0.0, [other]), (1.0, [moved(5_000), other]), (2.0, [moved(7_000), other])):
        last, interval = interval, advance(interval, sample_of(rows, seconds))
    assert np.isnan(last.receive_rate[0])
    assert interval.receive_rate[0] == 2_000.0


def test_fk_15_a_counter_that_fell_has_no_rate_until_the_window_has_passed_it():
    fell = [(0.0, moved(9_000, 100)), (1.0, moved(10, 200))]
    receive, send = rates(*fell)
    assert np.isnan(receive)
    assert send == 100.0
    assert rates(*fell, (6.0, moved(5_010, 200)), (7.0, moved(6_010, 200)))[0] == 1_000.0


def test_time_that_did_not_pass_gives_no_rate():
    assert np.isnan(rates((1.0, moved(0)), (1.0, moved(9)))).all()
    assert np.isnan(rates((1.0, moved(0)), (0.5, moved(9)))).all()


def test_what_the_kernel_does_not_count_has_no_rate():
    assert np.isnan(rates((0.0, moved(0, info_length=104)), (1.0, moved(9, info_length=104)))).all()
    udp = row("udp", LOCAL, REMOTE, "ESTAB")
    assert np.isnan(rates((0.0, udp), (1.0, udp))).all()


def test_a_listener_has_no_rate():
    listener = row("tcp", LOCAL, ANY, "LISTEN")
    assert np.isnan(rates((0.0, listener), (1.0, listener))).all()


def test_counters_near_their_end_lose_nothing():
    top = (1 << 64) - 1
    assert rates((0.0, moved(top - 1_000)), (1.0, moved(top)))[0] == 1_000.0


def test_close_samples_share_an_entry_of_the_window_and_old_ones_leave_it():
    interval = None
    for tick in range(200):
        interval = advance(interval, sample_of([moved(tick)], tick * 0.1))
    ages = [interval.sample.boot_time - counters.boot_time for counters in interval.counters]
    assert len(ages) <= WINDOW_S / 0.8 + 2
    assert sum(age >= WINDOW_S for age in ages) == 1, "one entry to start from"


HOURS = 8 * 3_600.0


def slept(*readings):
    """Give the interval after readings of (seconds, seconds of them asleep, row)."""
    interval = None
    for seconds, asleep_s, described in readings:
        interval = advance(interval, sample_of([described], seconds, asleep_s=asleep_s))
    return interval


def test_fk_23_a_sleep_is_a_gap_and_no_time_over_which_a_rate_is_spread():
    before = [(0.0, 0.0, moved(0)), (1.0, 0.0, moved(1_000))]
    woken = slept(*before, (2.0 + HOURS, HOURS, moved(2_000)))
    assert np.isnan(woken.receive_rate[0])
    assert (woken.slept_s, woken.elapsed_s) == (HOURS, HOURS + 1)
    after = slept(*before, (2.0 + HOURS, HOURS, moved(2_000)), (3.0 + HOURS, HOURS, moved(5_000)))
    assert (float(after.receive_rate[0]), after.slept_s) == (3_000.0, 0.0)


def test_two_clocks_that_were_read_with_a_delay_between_are_no_sleep():
    interval = slept((0.0, 0.0, moved(0)), (1.0, 0.4, moved(1_000)), (2.0, 0.0, moved(2_000)))
    assert (float(interval.receive_rate[0]), interval.slept_s) == (1_000.0, 0.0)
