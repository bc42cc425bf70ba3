"""Rows that are read again between two samples: which may be asked for, and what the answer changes and leaves."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.errors import WireError
from monitor.model.fresh_rows import FreshRows
from monitor.model.sample import Interval
from monitor.model.socket_table import COLUMN_TYPES, SocketTable
from monitor.model.tcp import TcpState
from monitor.sampling.fresh_rows import MOST_ROWS, rows_to_ask, with_fresh_rows
from monitor.sampling.intervals import advance
from monitor.sampling.row_records import cookies_in, table_in, to_records
from tests.scenes import ANY, BOOT_TIME, Row, row, sample_of, table_of

NOBODY: list[int] = []


def listener(**columns: object) -> Row:
    return row("tcp", "192.0.2.10:443", ANY, "LISTEN", cookie=1, **columns)


def busy(received: int, sent: int, state: str = "ESTAB", **columns: int) -> Row:
    counters = {"bytes_received": received, "bytes_acked": sent, **columns}
    return row("tcp", "192.0.2.10:443", "198.51.100.7:51834", state, cookie=2, **counters)


def idle() -> Row:
    return row("tcp", "192.0.2.10:443", "198.51.100.8:40000", "ESTAB", cookie=3, bytes_received=7)


OTHERS = [
    row("udp", "192.0.2.10:39112", "192.0.2.53:53", "ESTAB", cookie=4),
    row("tcp", "192.0.2.10:443", "198.51.100.9:40000", "TIME-WAIT", cookie=5),
]


def second() -> Interval:
    """A machine after two samples, three seconds apart."""
    first = advance(None, sample_of([listener(), busy(1_000, 0), idle(), *OTHERS], has_time_wait=True))
    return advance(first, sample_of([listener(), busy(4_000, 300), idle(), *OTHERS], 3.0, has_time_wait=True))


def fresh(rows: list[Row], seconds: float = 4.0, gone: list[int] = NOBODY) -> FreshRows:
    return FreshRows(BOOT_TIME + seconds, table_of(rows), np.array(gone, np.uint64))


def at(interval: Interval, cookie: int) -> int:
    found = interval.table.row_of_cookie(cookie)
    assert found is not None
    return found


def test_listeners_and_connected_tcp_sockets_can_be_asked_for():
    interval = second()
    assert sorted(rows_to_ask(interval, [1, 2, 3, 4, 5, 99]).cookie.tolist()) == [1, 2, 3]
    assert rows_to_ask(interval, [2]).cookie.tolist() == [2]
    assert not len(rows_to_ask(interval, []))


def test_what_is_closed_or_only_carried_is_not_asked_for():
    interval = with_fresh_rows(second(), fresh([], gone=[3]))
    assert rows_to_ask(interval, [2, 3]).cookie.tolist() == [2]
    unseen = advance(second(), sample_of([listener(), busy(4_000, 300), *OTHERS], 6.0, has_time_wait=True))
    assert unseen.is_unseen[at(unseen, 3)]
    assert rows_to_ask(unseen, [2, 3]).cookie.tolist() == [2]


def test_no_more_are_asked_for_than_go_in_one_conversation():
    many = [row("tcp", f"192.0.2.10:{port}", "198.51.100.7:1", "ESTAB") for port in range(1, MOST_ROWS + 9)]
    interval = advance(None, sample_of(many))
    assert len(rows_to_ask(interval, interval.table.cookie.tolist())) == MOST_ROWS


def test_numbers_and_state_are_new_and_the_rate_is_of_their_own_time():
    interval = second()
    now = with_fresh_rows(interval, fresh([busy(9_000, 300, "CLOSE-WAIT", recv_q=5, send_q=6, rtt_us=900)]))
    place = at(now, 2)
    table = now.table
    assert (table.recv_q[place], table.send_q[place], table.rtt_us[place]) == (5, 6, 900)
    assert table.state[place] == TcpState.CLOSE_WAIT
    assert now.receive_rate[place] == pytest.approx((9_000 - 1_000) / 4)
    assert now.send_rate[place] == pytest.approx(300 / 4)
    assert interval.table.recv_q[place] == 0, "the interval before stays as it was"


def test_a_listeners_queue_is_new_too():
    now = with_fresh_rows(second(), fresh([listener(queue=(512, 511))]))
    assert now.table.recv_q[at(now, 1)] == 512


def test_other_rows_the_sample_and_its_counters_are_as_before():
    interval = second()
    now = with_fresh_rows(interval, fresh([busy(9_000, 300)], gone=[3]))
    assert now.sample is interval.sample
    assert now.counters is interval.counters
    assert now.has_rows_of(interval)
    others = [at(interval, cookie) for cookie in (1, 4, 5)]
    for name in COLUMN_TYPES:
        assert (getattr(now.table, name)[others] == getattr(interval.table, name)[others]).all()
    assert np.array_equal(now.receive_rate[others], interval.receive_rate[others], equal_nan=True)


def test_what_has_gone_is_closed_from_then_on_and_has_no_rate():
    now = with_fresh_rows(second(), fresh([], gone=[3, 99]))
    place = at(now, 3)
    assert now.closed_at[place] == BOOT_TIME + 4
    assert np.isnan(now.receive_rate[place])
    again = with_fresh_rows(now, fresh([], 5.0, gone=[3]))
    assert again.closed_at[place] == BOOT_TIME + 4
    assert np.count_nonzero(~np.isnan(now.closed_at)) == 1


def test_whose_a_socket_is_stays_with_the_sample():
    waiting = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB", cookie=2, inode=0)
    interval = advance(None, sample_of([listener(), waiting]))
    now = with_fresh_rows(interval, fresh([busy(1, 1, inode=77)]))
    assert now.table.inode[at(now, 2)] == 0


def test_retransmissions_that_rose_are_seen():
    interval = second()
    assert np.isnan(interval.retrans_rose_at[at(interval, 2)])
    now = with_fresh_rows(interval, fresh([busy(4_000, 300, total_retrans=1)]))
    assert now.retrans_rose_at[at(now, 2)] == BOOT_TIME + 4


def test_retransmissions_that_the_sample_could_not_tell_are_no_rise():
    interval = advance(None, sample_of([listener(), busy(0, 0, "SYN-RECV")]))
    now = with_fresh_rows(interval, fresh([busy(0, 0, total_retrans=3)]))
    assert np.isnan(now.retrans_rose_at[at(now, 2)])


def test_rows_of_another_namespace_change_nothing():
    interval = second()
    foreign = SocketTable(9, **{name: getattr(interval.table, name) for name in COLUMN_TYPES})
    assert with_fresh_rows(interval, FreshRows(BOOT_TIME + 4, foreign, np.array([3], np.uint64))) is interval


def test_rows_cross_a_wire_unchanged():
    table = second().table
    back = table_in(to_records(table), table.namespace)
    for name, dtype in COLUMN_TYPES.items():
        column = getattr(back, name)
        assert column.dtype == dtype
        assert (column == getattr(table, name)).all()
    assert cookies_in(table.cookie.tobytes()).tolist() == table.cookie.tolist()


@pytest.mark.parametrize("read", [cookies_in, lambda data: table_in(data, 0)])
def test_cut_records_are_refused(read):
    with pytest.raises(WireError):
        read(bytes(13))
