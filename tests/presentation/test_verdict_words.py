"""The verdict: the one thing that decides, with its number, whose side, and nothing where nothing is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.model.series import Series
from monitor.model.tcp import TcpState
from monitor.model.tcp_info import TIMER_RETRANSMIT, SocketMemory
from monitor.reasoning.limits import BusyTimes
from monitor.sampling.history import RowHistory
from tests.presentation.connection_scene import FAST, details, interval_of, lines_of, texts
from tests.scenes import row, traffic

S = 1_000_000
PAIR = ("192.0.2.10:8080", "198.51.100.7:51834")
WATCHED = 120


def verdict(told=None, *, busy=(), state="ESTAB", **columns):
    """Give the first line's words, and the label, of a connection of which this is known."""
    described = row("tcp", *PAIR, state, owner=(812, 17), **{**traffic(sent=10), **columns})
    lines = lines_of(interval_of([described]), 0, told, 200, history=RowHistory(*[Series.empty()] * 6, tuple(busy)))
    return texts(lines[:1]).get("Verdict")


def watched(busy=0.0, window=0.0, buffer=0.0):
    """Readings over two minutes, in which the counters rose by these shares of them."""
    return [
        BusyTimes(at, int(share * busy * S), int(share * window * S), int(share * buffer * S))
        for at, share in ((10.0, 0), (10.0 + WATCHED, WATCHED))
    ]


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        (
            {"busy": 0.02},
            "our program sets the pace · 98 % of the last 2m it had nothing to send · not the peer, not the path",
        ),
        (
            {"busy": 0.9, "window": 0.71},
            "the peer does not read · 71 % of the last 2m its window was full · not this host, not the path · certain",
        ),
        (
            {"busy": 0.9, "window": 0.1, "buffer": 0.6},
            "our send buffer is too small · 60 % of the last 2m it held data back · this host · certain",
        ),
        (
            {"busy": 0.9, "window": 0.1, "buffer": 0.1},
            "the path sets the pace · 70 % of the last 2m data was on its way",
        ),
    ],
)
def test_whoever_has_the_largest_share_of_the_last_two_minutes_decides(shares, words):
    assert verdict(details(), busy=watched(**shares)).startswith(words)


def test_a_window_that_is_open_is_not_said_to_be_unread():
    told = details(replace(FAST, peer_window_bytes=9_000))
    assert verdict(told, busy=watched(busy=0.9, window=0.71)).startswith("the peer's window sets the pace · 71 %")


def test_before_there_are_two_readings_all_the_time_since_the_opening_decides():
    assert verdict(details()).startswith("the peer does not read · 71 % of the 2m that it was busy its window was full")


def test_of_what_never_sent_nothing_is_said():
    assert verdict(details(replace(FAST, busy_us=0))) is None
    assert verdict() is None


@pytest.mark.parametrize(
    ("told", "state", "words"),
    [
        (
            {"timer": TIMER_RETRANSMIT, "timer_tries": 3, "timer_ms": 4_000, "info": None, "state": TcpState.SYN_SENT},
            "SYN-SENT",
            "nobody answers · SYN sent again 3 times, timer in 4.0s · filtered or dead, not refused",
        ),
        (
            {"timer": TIMER_RETRANSMIT, "timer_tries": 2, "timer_ms": 4_000, "send_q": 500},
            "ESTAB",
            "the peer does not answer · 500 not acknowledged, sent again 2 times, next in 4.0s",
        ),
        (
            {"state": TcpState.CLOSE_WAIT},
            "CLOSE-WAIT",
            "our program has not called close() · the peer closed 2s to 3s ago",
        ),
        (
            {"recv_q": 9_000, "memory": SocketMemory(60_000, 100_000, 0, 0, 0)},
            "ESTAB",
            "our program does not read · 9.0K wait, the receive buffer is 60 % full · this host, not the path",
        ),
    ],
    ids=["no answer to a SYN", "no answer to data", "not closed", "not read"],
)
def test_what_stands_still_decides_before_any_share(told, state, words):
    assert verdict(details(**told), busy=watched(busy=0.9, window=0.8), state=state).startswith(words)


@pytest.mark.parametrize(
    "told",
    [
        {"timer": TIMER_RETRANSMIT, "timer_tries": 0, "info": None, "state": TcpState.SYN_SENT},
        {"state": TcpState.TIME_WAIT, "info": None},
        {"state": TcpState.FIN_WAIT_2},
    ],
)
def test_a_state_that_its_own_lines_tell_all_about_has_no_verdict(told):
    assert verdict(details(**told)) is None


def test_one_timeout_is_a_lost_segment_and_not_a_silent_peer():
    told = details(timer=TIMER_RETRANSMIT, timer_tries=1, timer_ms=200)
    assert verdict(told).startswith("the peer does not read")


def test_the_shares_of_the_last_seconds_stand_before_those_of_all_time():
    described = row("tcp", *PAIR, "ESTAB", **traffic(sent=10))
    readings = (BusyTimes(0.0, 0, 0, 0), BusyTimes(95.0, 0, 0, 0), BusyTimes(100.0, 2 * S, S, 0))
    lines = lines_of(interval_of([described]), 0, details(), 200, history=RowHistory(*[Series.empty()] * 6, readings))
    told = texts(lines)
    assert (
        told["limited by"]
        == "our program 60 % · peer's window 20 % · network 20 % · send buffer 0 % · of the last 5.0s"
    )
    assert told["ever"].startswith("peer's window 71 % · network 29 % · send buffer 0 % · of the 2m in which it had")
