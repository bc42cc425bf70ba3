"""Which connections have the same local endpoint, or lead to the same remote address."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.reasoning.sharing import LocalEndpoint, RemoteAddress, is_open
from monitor.sampling.intervals import advance
from tests.scenes import ANY, ANY6, row, sample_of

WEB = "192.0.2.10:443"
ROWS = [
    row("tcp", "0.0.0.0:443", ANY, "LISTEN"),
    row("tcp", WEB, "198.51.100.7:1001", "ESTAB"),
    row("tcp", WEB, "198.51.100.7:1002", "CLOSE-WAIT"),
    row("tcp", WEB, "198.51.100.7:1003", "TIME-WAIT"),
    row("tcp", WEB, "198.51.100.8:1001", "ESTAB"),
    row("tcp", "[::ffff:192.0.2.10]:443", "[::ffff:198.51.100.7]:1004", "ESTAB"),
    row("tcp", "192.0.2.10:444", "198.51.100.7:1005", "ESTAB"),
    row("tcp", "192.0.2.11:443", "198.51.100.9:1001", "ESTAB"),
    row("udp", WEB, "198.51.100.7:1001", "ESTAB"),
    row("udp", WEB, ANY, "UNCONN"),
    row("tcp", "[fe80::1]:443", "[fe80::7]:1001", "ESTAB", device=2),
    row("tcp", "[fe80::1]:443", "[fe80::7]:1002", "ESTAB", device=3),
    row("tcp", "[::]:444", ANY6, "LISTEN"),
]


@pytest.fixture
def interval():
    return advance(None, sample_of(ROWS, has_time_wait=True))


def rows(chosen) -> list[int]:
    return np.flatnonzero(chosen).tolist()


def test_a_local_endpoint_is_shared_by_pairs_of_both_families(interval):
    assert rows(LocalEndpoint.of(interval, 1).connections(interval)) == [1, 2, 3, 4, 5]


def test_a_remote_address_is_shared_whatever_the_ports(interval):
    assert rows(RemoteAddress.of(interval, 1).connections(interval)) == [1, 2, 3, 5, 6]


def test_protocols_share_nothing(interval):
    assert rows(LocalEndpoint.of(interval, 8).connections(interval)) == [8]
    assert rows(RemoteAddress.of(interval, 8).connections(interval)) == [8]


def test_link_local_addresses_are_of_their_link(interval):
    assert rows(LocalEndpoint.of(interval, 10).connections(interval)) == [10]
    assert rows(RemoteAddress.of(interval, 11).connections(interval)) == [11]


def test_buckets_and_what_closed_a_moment_ago_are_not_open(interval):
    assert rows(~is_open(interval)) == [3]
    later = advance(interval, sample_of(ROWS[:1], 1, has_time_wait=True, closed={ROWS[1].columns["cookie"]}))
    closed = later.table.row_of_cookie(ROWS[1].columns["cookie"])
    assert not is_open(later)[closed]


def test_a_place_finds_its_rows_in_a_later_interval(interval):
    place = LocalEndpoint.of(interval, 1)
    later = advance(None, sample_of([*reversed(ROWS)], 9, has_time_wait=True))
    found = {int(later.table.remote_port[number]) for number in rows(place.connections(later))}
    assert found == {1001, 1002, 1003, 1004}
    assert place == LocalEndpoint.of(later, len(ROWS) - 2)
