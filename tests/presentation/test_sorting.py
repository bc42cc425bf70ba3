"""Orders of rows: what is not known stands last, equal rows stay where they are, known rows keep their places."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.process import Process
from monitor.model.tcp import TROUBLE_ORDER, TcpState
from monitor.presentation.connection_columns import CONNECTION_COLUMNS
from monitor.presentation.connections_view import ConnectionsView
from monitor.presentation.sorting import (
    TROUBLE_RANKS,
    Sort,
    busy_rate,
    interface_ranks,
    keep_order,
    order_rows,
    process_ranks,
    where_known,
)
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.scenes import link, row, sample_of

AMOUNTS = st.one_of(st.floats(-1e9, 1e9, width=32), st.just(math.nan))
ROWS = st.lists(st.tuples(AMOUNTS, st.integers(0, 255), st.booleans()), max_size=12)


def u64(values):
    return np.array(values, np.uint64)


def as_keys(rows):
    kinds = (np.float32, np.uint8, np.bool_)
    return tuple(np.array([row[place] for row in rows], kind) for place, kind in enumerate(kinds))


def slow_key(described, identity, *, is_descending):
    sign = -1 if is_descending else 1
    amount, number, flag = described
    is_unknown = math.isnan(amount)
    return is_unknown, 0 if is_unknown else sign * amount, sign * number, sign * flag, identity


@given(ROWS, st.booleans(), st.randoms(use_true_random=False))
def test_rows_are_ordered_as_a_slow_sort_orders_them_with_the_unknown_last(rows, is_descending, random):
    identity = random.sample(range(100), len(rows))
    expected = sorted(
        range(len(rows)), key=lambda place: slow_key(rows[place], identity[place], is_descending=is_descending)
    )
    assert order_rows(as_keys(rows), u64(identity), is_descending=is_descending).tolist() == expected


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.uint64, np.int8, np.int32, np.bool_, np.float32])
def test_every_type_of_key_is_turned_round(dtype):
    kind = np.dtype(dtype)
    extremes = (0, 1) if kind.kind in "bf" else (np.iinfo(kind).min, np.iinfo(kind).max)
    order = order_rows((np.array(extremes, kind),), u64([1, 2]), is_descending=True)
    assert order.tolist() == [1, 0]


def test_all_keys_are_turned_round_so_that_ipv4_addresses_are():
    """The high words of all IPv4 addresses are equal: the second key decides."""
    keys = (u64([0, 0, 0]), u64([5, 9, 7]), np.array([1, 1, 1], np.uint16))
    assert order_rows(keys, u64([1, 2, 3]), is_descending=True).tolist() == [1, 2, 0]


@given(st.lists(st.integers(0, 9), unique=True), st.lists(st.integers(0, 9), unique=True))
def test_known_rows_keep_their_order_and_new_ones_follow(former, identity):
    order = keep_order(u64(former), u64(identity), lambda new: np.argsort(u64(identity)[new]))
    kept = [identity[place] for place in order.tolist()]
    stays = [number for number in former if number in identity]
    assert kept == stays + sorted(set(identity) - set(former))


def test_what_is_not_known_is_no_number():
    assert where_known(np.array([3, 0], np.uint32), np.array([True, False])).tolist() == pytest.approx(
        [3, math.nan], nan_ok=True
    )


def test_trouble_stands_before_everything_else():
    assert [int(TROUBLE_RANKS[state]) for state in TROUBLE_ORDER] == list(range(len(TROUBLE_ORDER)))
    assert int(TROUBLE_RANKS[TcpState.ESTABLISHED]) == int(TROUBLE_RANKS[255]) == len(TROUBLE_ORDER)


def interval_of(*rows, **more):
    return advance(None, sample_of(rows, **more))


def owned(port, *owners):
    return row("tcp", "192.0.2.10:443", f"198.51.100.7:{port}", "ESTAB", owner=owners)


def test_processes_are_ranked_by_name_then_pid_whatever_its_case():
    processes = [Process(pid, 1, name, 0) for pid, name in ((9, b"nginx"), (8, b"Nginx"), (7, b"envoy"), (5, b"\xff"))]
    rows = [owned(pid, (pid, 3)) for pid in (9, 8, 7, 5)]
    ranks = process_ranks(interval_of(*rows, owned(1), processes=processes), np.arange(5))
    assert ranks.tolist() == pytest.approx([2, 1, 0, 3, math.nan], nan_ok=True)


def test_several_owners_are_ranked_by_the_first():
    processes = [Process(8, 1, b"zz", 0), Process(9, 1, b"aa", 0)]
    interval = interval_of(owned(1, (9, 3), (8, 3)), owned(2, (9, 4)), processes=processes)
    assert process_ranks(interval, np.arange(2)).tolist() == [1, 0], "pid 8 comes first"


def test_interfaces_are_ranked_by_name():
    network = machine_db1.NETWORK
    links = (link(1, "lo"), link(2, "zz0"), link(3, "eth1"))
    hosts = ("127.0.0.1", "192.0.2.10", "203.0.113.10", "198.51.100.1")
    rows = [row("tcp", f"{host}:443", "198.51.100.7:1", "ESTAB") for host in hosts]
    interval = interval_of(*rows, network=type(network)(1, links, network.addresses))
    assert interface_ranks(interval, np.arange(4)).tolist() == pytest.approx([1, 2, 0, math.nan], nan_ok=True)


def test_an_unknown_rate_counts_as_nothing():
    assert busy_rate(interval_of(owned(1)), np.array([0])).tolist() == [0.0]


def db1():
    interval = None
    for sample in machine_db1.samples():
        interval = advance(interval, sample)
    return interval


@pytest.mark.parametrize("column", [shown.column.id for shown in CONNECTION_COLUMNS])
def test_of_every_column_dashes_stand_below_in_both_directions(column):
    """A dash means not known, or nothing to know; rows that show a dash for a zero rate of SYN-SENT are no numbers."""
    interval = db1()
    chosen = interval.table.is_pair
    for is_descending in (False, True):
        view = ConnectionsView.make(
            interval, chosen, Sort(column, is_descending), 80 if column in ("name", "rate") else 200
        )
        place = next(at for at, shown in enumerate(view.columns) if shown.id == column)
        texts = [line.cells[place].text for line in view.lines(0, view.count)]
        dashes = [text in ("–", "·") for text in texts]
        assert dashes == sorted(dashes) or column in ("rate", "process", "name")
        assert sorted(view.cookies.tolist()) == sorted(interval.table.cookie[chosen].tolist())
