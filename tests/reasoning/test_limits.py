"""Shares of a time, from counters read twice; what fell or is too close together tells nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.tcp_info import SocketDetails, TcpInfo
from monitor.reasoning.limits import LEAST_S, BusyTimes, Limits, limits_over, limits_since_opened

S = 1_000_000


def told(info, read_at=1.0):
    return SocketDetails(
        state=1, timer=0, timer_tries=0, timer_ms=0, recv_q=0, send_q=0, inode=1, uid=0, info=info, read_at=read_at
    )


def shares(limits):
    return [round(share, 3) for share in (limits.program, limits.peer_window, limits.send_buffer, limits.network)]


def test_the_program_has_the_time_in_which_nothing_was_to_be_sent():
    readings = [BusyTimes(10.0, 5 * S, S, 0), BusyTimes(20.0, 9 * S, 3 * S, S)]
    limits = limits_over(readings, 5.0)
    assert (limits.seconds, shares(limits)) == (10.0, [0.6, 0.2, 0.1, 0.1])


def test_it_begins_with_the_youngest_reading_that_is_old_enough():
    readings = [BusyTimes(float(at), at * at * 10_000, 0, 0) for at in range(11)]
    assert limits_over(readings, 4.0).seconds == 4.0
    assert limits_over(readings, 4.5).seconds == 5.0
    assert limits_over(readings, 99.0).seconds == 10.0


@pytest.mark.parametrize(
    "readings",
    [
        [],
        [BusyTimes(1.0, 5, 0, 0)],
        [BusyTimes(1.0, 5, 0, 0), BusyTimes(1.0 + LEAST_S / 2, 5, 0, 0)],
        [BusyTimes(1.0, 5, 0, 0), BusyTimes(2.0, 9, 7, 0), BusyTimes(3.0, 9, 6, 0)],
        [BusyTimes(3.0, 5, 0, 0), BusyTimes(1.0, 9, 0, 0)],
    ],
    ids=["nothing", "one reading", "too close", "a counter fell", "a clock went back"],
)
def test_nothing_is_said_of(readings):
    assert limits_over(readings, 5.0) is None


@given(st.lists(st.tuples(*[st.integers(0, 10**7)] * 3, st.floats(0.1, 9.0)), min_size=2, max_size=9))
def test_shares_are_parts_of_one_whatever_the_kernel_counts(steps):
    at, busy, window, buffer, readings = 0.0, 0, 0, 0, []
    for more_busy, more_window, more_buffer, pause in steps:
        at, busy, window, buffer = at + pause, busy + more_busy, window + more_window, buffer + more_buffer
        readings.append(BusyTimes(at, busy, window, buffer))
    limits = limits_over(readings, 5.0)
    if limits is not None:
        parts = [limits.program, limits.peer_window, limits.send_buffer, limits.network]
        assert sum(parts) == pytest.approx(1.0)
        assert min(parts) >= -1e-9


def test_since_the_opening_only_busy_time_is_known():
    info = TcpInfo(length_bytes=280, busy_us=4 * S, receive_window_limited_us=S, send_buffer_limited_us=2 * S)
    assert limits_since_opened(info) == Limits(4.0, 0.0, 0.25, 0.5, 0.25)
    assert limits_since_opened(TcpInfo(length_bytes=280, busy_us=0)) is None
    assert limits_since_opened(TcpInfo(length_bytes=104)) is None


def test_what_the_kernel_does_not_tell_is_no_reading():
    assert BusyTimes.of(told(TcpInfo(length_bytes=280, busy_us=7))) == BusyTimes(1.0, 7, 0, 0)
    assert BusyTimes.of(told(TcpInfo(length_bytes=104))) is None
    assert BusyTimes.of(told(None)) is None
    assert BusyTimes.of(told(TcpInfo(length_bytes=280, busy_us=7), read_at=None)) is None
