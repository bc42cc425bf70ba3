"""A table's columns, rows taken from it, and the kinds of sockets that it tells apart."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.endpoint import Endpoint
from monitor.model.socket_table import (
    COLUMN_TYPES,
    INFO_ENDS,
    INODE_FOR_COOKIE,
    PAIR_FOR_COOKIE,
    SocketTable,
    are_cookies,
)
from tests.scenes import ANY, ANY6, row, table_of

LISTENER = row("tcp", "[::]:443", ANY6, "LISTEN")
PAIR = row("tcp", "192.0.2.10:443", "198.51.100.7:51834", "ESTAB")
BOUND = row("tcp", "192.0.2.10:8080", ANY, "BOUND")
BOUND_INACTIVE = row("tcp", "192.0.2.10:8081", ANY, "BOUND-INACTIVE")
UDP = row("udp", "0.0.0.0:53", ANY, "UNCONN")
UDP_PAIR = row("udp", "192.0.2.10:39112", "192.0.2.53:53", "ESTAB")
LINK_LOCAL = row("tcp", "[fe80::1]:22", "[fe80::7]:60022", "ESTAB", device=2)
ALL = (LISTENER, PAIR, BOUND, BOUND_INACTIVE, UDP, UDP_PAIR, LINK_LOCAL)


def column_values(table):
    return {name: getattr(table, name).tolist() for name in SocketTable.column_names()}


def test_every_socket_is_of_exactly_one_kind():
    table = table_of(ALL)
    kinds = [table.is_listener, table.is_pair, table.is_bound_only, table.is_udp_unconnected]
    assert np.sum(kinds, axis=0).tolist() == [1] * len(ALL)
    assert [np.flatnonzero(kind).tolist() for kind in kinds] == [[0], [1, 5, 6], [2, 3], [4]]


@given(st.lists(st.integers(0, len(ALL) - 1), max_size=10))
def test_taken_rows_are_the_rows_in_that_order(places):
    table = table_of(ALL)
    assert column_values(table.take(np.array(places, np.intp))) == column_values(table_of([ALL[at] for at in places]))


def test_rows_are_taken_by_mask_as_well():
    table = table_of(ALL)
    taken = table.take(table.is_pair)
    assert taken.cookie.tolist() == table.cookie[[1, 5, 6]].tolist()
    assert taken.namespace == table.namespace


@given(st.lists(st.integers(0, len(ALL)), max_size=4))
def test_tables_are_put_one_after_another(cuts):
    edges = [0, *sorted(cuts), len(ALL)]
    parts = [table_of(ALL[start:stop]) for start, stop in pairwise(edges)]
    assert column_values(SocketTable.concatenate(parts)) == column_values(table_of(ALL))


def test_no_tables_make_an_empty_one():
    assert len(SocketTable.concatenate([])) == 0
    assert len(SocketTable.empty()) == 0


@pytest.mark.parametrize(
    "make", [lambda: table_of(ALL), lambda: SocketTable.zeros(3), lambda: SocketTable.concatenate([])]
)
def test_columns_have_their_types(make):
    table = make()
    assert {name: getattr(table, name).dtype for name in COLUMN_TYPES} == COLUMN_TYPES


def test_what_a_short_tcp_info_lacks_is_not_known():
    # struct tcp_info of Linux 3.x ended after tcpi_total_retrans, of 4.6 after tcpi_segs_in, of 6.x much later.
    table = table_of([row("tcp", "192.0.2.10:443", ANY, "ESTAB", info_length=length) for length in (0, 104, 144, 280)])
    assert table.knows("total_retrans").tolist() == [False, True, True, True]
    assert table.knows("bytes_received").tolist() == [False, False, True, True]
    assert table.knows("bytes_retrans").tolist() == [False, False, False, True]


@pytest.mark.parametrize("name", INFO_ENDS)
def test_a_column_is_known_from_its_last_byte_on(name):
    end = INFO_ENDS[name]
    table = table_of([row("tcp", "192.0.2.10:443", ANY, "ESTAB", info_length=length) for length in (end - 1, end)])
    assert table.knows(name).tolist() == [False, True]


def test_a_socket_is_found_by_its_cookie():
    table = table_of(
        [row("tcp", "192.0.2.10:443", ANY, "ESTAB", cookie=cookie) for cookie in (5, 1 << 63, (1 << 64) - 1)]
    )
    assert table.row_of_cookie(1 << 63) == 1
    assert table.row_of_cookie((1 << 64) - 1) == 2
    assert table.row_of_cookie(6) is None


def test_what_stands_for_a_cookie_lies_between_those_that_the_kernel_counts_up_and_down():
    stand_ins = [PAIR_FOR_COOKIE, PAIR_FOR_COOKIE | 5, INODE_FOR_COOKIE | 5]
    assert not are_cookies(np.array(stand_ins, np.uint64)).any()
    assert are_cookies(np.array([1, PAIR_FOR_COOKIE - 1, (1 << 64) - 1, (1 << 64) - 2], np.uint64)).all()


@pytest.mark.parametrize("cookie", [-1, 1 << 64])
def test_a_number_that_no_cookie_can_be_is_not_found(cookie):
    assert table_of(ALL).row_of_cookie(cookie) is None


def test_endpoints_are_made_of_a_row():
    table = table_of(ALL)
    assert table.local(1) == Endpoint.parse("192.0.2.10:443")
    assert table.remote(1) == Endpoint.parse("198.51.100.7:51834")
    assert table.remote(0) == Endpoint.parse("[::]:0")


def test_only_link_local_endpoints_have_a_zone():
    table = table_of(ALL)
    assert str(table.local(6, "eth0")) == "[fe80::1%eth0]:22"
    assert str(table.remote(6, "eth0")) == "[fe80::7%eth0]:60022"
    assert str(table.local(1, "eth0")) == "192.0.2.10:443"
    metadata = table_of([row("tcp", "192.0.2.10:40000", "169.254.169.254:80", "ESTAB")])
    assert str(metadata.remote(0, "eth0")) == "169.254.169.254:80"


def test_idle_times_mean_something_for_pairs_that_were_connected():
    states = ("ESTAB", "SYN-SENT", "CLOSE-WAIT", "TIME-WAIT", "LISTEN")
    table = table_of([row("tcp", "192.0.2.10:443", "198.51.100.7:51834", state) for state in states])
    assert table.has_idle_time.tolist() == [True, False, True, False, False]


def test_masks_are_made_once_and_nobody_changes_them():
    table = table_of(ALL)
    assert table.is_pair is table.is_pair
    with pytest.raises(ValueError, match="read-only"):
        table.is_pair[0] = True


def test_taken_rows_have_masks_of_their_own():
    table = table_of(ALL)
    expected = table.is_pair[::-1].tolist()
    assert table.take(np.arange(len(table))[::-1]).is_pair.tolist() == expected
