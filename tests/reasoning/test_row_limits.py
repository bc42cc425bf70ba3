"""Who held back the sending of many rows, from the counters of samples; as limits_over() says it of one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.fresh_rows import FreshRows
from monitor.reasoning.limits import LEAST_S, BusyTimes, limits_over
from monitor.reasoning.row_limits import NETWORK, PEER_WINDOW, PROGRAM, SEND_BUFFER, limit_shares
from monitor.sampling.fresh_rows import with_fresh_rows
from monitor.sampling.intervals import advance
from tests.scenes import BOOT_TIME, row, sample_of, table_of

S = 1_000_000


def client(port, times, state="ESTAB", **columns):
    busy, window, buffer = times
    told = {"busy_us": busy, "peer_window_us": window, "send_buffer_us": buffer}
    return row("tcp", "192.0.2.10:443", f"198.51.100.7:{port}", state, cookie=port, **told | columns)


def watched(*samples, apart_s=1.0, **told):
    """Read lists of rows one after another; give the last interval."""
    interval = None
    for place, rows in enumerate(samples):
        interval = advance(interval, sample_of(rows, place * apart_s, **told))
    return interval


def shares(interval, cookie):
    row_number = interval.table.row_of_cookie(cookie)
    return limit_shares(interval, np.array([row_number]))[:, 0]


def test_shares_are_of_the_time_between_the_samples():
    interval = watched([client(1, (5 * S, S, 0))], [client(1, (6 * S, S + 500_000, 200_000))], apart_s=2.0)
    told = shares(interval, 1)
    assert [told[limit] for limit in (PROGRAM, PEER_WINDOW, SEND_BUFFER, NETWORK)] == pytest.approx(
        [0.5, 0.25, 0.1, 0.15]
    )


def test_rows_that_moved_in_the_list_are_compared_with_themselves():
    first = [client(number, (0, 0, 0)) for number in range(1, 5)]
    then = [client(4, (S, 0, 0)), client(2, (0, 0, 0))]
    interval = watched(first, then)
    assert shares(interval, 4)[NETWORK] == pytest.approx(1.0)
    assert shares(interval, 2)[PROGRAM] == pytest.approx(1.0)


def test_the_last_row_of_before_is_found_behind_one_that_came():
    last = client(2, (0, 0, 0))
    interval = watched([client(1, (0, 0, 0)), last], [client(1, (0, 0, 0)), client(3, (0, 0, 0)), last])
    assert shares(interval, 2)[PROGRAM] == pytest.approx(1.0)


def test_a_row_that_is_younger_than_the_window_is_compared_with_its_own_first_sample():
    old = client(1, (0, 0, 0))
    interval = watched([old], [old], [old, client(2, (0, 0, 0))], [old, client(2, (S, S, 0))])
    assert shares(interval, 2)[PEER_WINDOW] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("first", "then", "apart_s"),
    [
        ([], [client(1, (S, 0, 0))], 1.0),
        ([client(1, (S, 0, 0))], [client(1, (0, 0, 0))], 1.0),
        ([client(1, (0, 0, 0))], [client(1, (S, 0, 0))], LEAST_S / 2),
        ([client(1, (0, 0, 0), info_length=160)], [client(1, (S, 0, 0), info_length=160)], 1.0),
        ([client(1, (0, 0, 0), "SYN-SENT")], [client(1, (0, 0, 0), "SYN-SENT")], 1.0),
        ([client(1, (0, 0, 0))], [client(1, (0, 0, 0), "TIME-WAIT")], 1.0),
        ([client(1, (0, 0, 0))], [], 1.0),
    ],
    ids=["new", "a counter fell", "too close", "an older kernel", "not set up", "a bucket", "carried"],
)
def test_nothing_is_said_of(first, then, apart_s):
    assert np.isnan(shares(watched(first, then, apart_s=apart_s), 1)).all()


def test_nothing_is_said_over_a_sleep():
    first = advance(None, sample_of([client(1, (0, 0, 0))]))
    assert np.isnan(shares(advance(first, sample_of([client(1, (S, 0, 0))], 5.0, asleep_s=4.0)), 1)).all()


def test_a_row_that_was_read_again_keeps_the_shares_of_the_samples_time():
    interval = watched([client(1, (0, 0, 0))], [client(1, (S, 0, 0))], apart_s=2.0)
    fresh = FreshRows(BOOT_TIME + 3.0, table_of([client(1, (2 * S, 0, 0))]), np.zeros(0, np.uint64))
    assert shares(with_fresh_rows(interval, fresh), 1)[NETWORK] == shares(interval, 1)[NETWORK] == pytest.approx(0.5)


@given(st.lists(st.tuples(*[st.integers(0, 10**7)] * 6), min_size=1, max_size=9))
def test_many_rows_have_the_shares_that_each_has_alone(times):
    before = [client(number, one[:3]) for number, one in enumerate(times, 1)]
    after = [client(number, one[3:]) for number, one in enumerate(times, 1)]
    interval = watched(before, after)
    made = limit_shares(interval, np.arange(len(times)))
    for place, one in enumerate(times):
        alone = limits_over([BusyTimes(0.0, *one[:3]), BusyTimes(1.0, *one[3:])], 1.0)
        if alone is None:
            assert np.isnan(made[:, place]).all()
        else:
            told = [alone.program, alone.peer_window, alone.send_buffer, alone.network]
            assert made[:, place] == pytest.approx(told)
