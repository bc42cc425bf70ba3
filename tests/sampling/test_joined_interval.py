"""Joined intervals say of each row what its own interval says, whatever stands in the others."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model.namespace import Namespace
from monitor.model.sample import ROW_COLUMNS, Network
from monitor.model.socket_table import COLUMN_TYPES, INODE_FOR_COOKIE, PAIR_FOR_COOKIE, are_cookies
from monitor.presentation.row_text import RowTexts
from monitor.presentation.socket_document import socket_document
from monitor.sampling.intervals import advance
from monitor.sampling.joined_interval import join
from tests.presentation.random_intervals import NETWORK, intervals
from tests.scenes import ANY, link, row, sample_of

NAMESPACES = tuple(Namespace(number, number == 1, title=b"n%d" % number) for number in (1, 2, 3))
SERVER = "127.0.0.1:8080"


def of_same_machine(parts):
    """Give every part inodes of its own, and all of them one reading of owners."""
    moved = [_with_inodes_from(1_000 * number, part) for number, part in enumerate(parts)]
    read = [part.sample.owners for part in moved]
    owners = reduce(lambda known, more: known.with_former(more, more.inode), read, read[0])
    return [replace(part, sample=replace(part.sample, owners=owners)) for part in moved]


def _with_inodes_from(first, part):
    def moved(table):
        return replace(table, inode=np.where(table.inode == 0, 0, table.inode + first).astype(np.uint32))

    def held(owners):
        return replace(owners, inode=owners.inode + np.uint32(first), hidden_processes=0)

    sample = replace(part.sample, table=moved(part.sample.table), owners=held(part.sample.owners))
    return replace(part, table=moved(part.table), owners=held(part.owners), sample=sample)


@settings(max_examples=25)
@given(st.lists(intervals(), min_size=1, max_size=3))
def test_every_row_is_written_as_in_its_own_namespace_and_stands_before_what_is_only_carried(parts):
    parts = of_same_machine(parts)
    joined = join(list(zip(NAMESPACES, parts, strict=False)))
    table, whole = joined.interval.table, RowTexts(joined.interval)
    assert sorted(np.concatenate(joined.rows).tolist()) == list(range(len(table)))
    assert all(len(getattr(joined.interval, name)) == len(table) for name in ROW_COLUMNS)
    held = joined.interval.sample.table
    assert len(held) == sum(len(part.sample.table) for part in parts)
    assert all(np.array_equal(getattr(held, name), getattr(table, name)[: len(held)]) for name in COLUMN_TYPES)
    for namespace, part, rows in zip(NAMESPACES, parts, joined.rows, strict=False):
        texts = RowTexts(part)
        for inside, row_of_whole in enumerate(rows.tolist()):
            assert joined.interval.namespaces.of_row(row_of_whole) == namespace
            assert socket_document(whole, row_of_whole) == socket_document(texts, inside)
            listener = int(part.listener[inside])
            assert joined.interval.home(row_of_whole) == (part, inside)
            assert joined.interval.table.namespace_of(row_of_whole) == part.table.namespace
            assert joined.interval.listener[row_of_whole] == (-1 if listener < 0 else rows[listener])


def test_interfaces_of_one_index_keep_their_names_and_unknown_ones_have_none_of_them():
    def part(name, *indexes):
        rows = [row("tcp", "192.0.2.10:80", ANY, "LISTEN", cookie=index, device=index) for index in indexes]
        return advance(None, sample_of(rows, network=Network(1, (replace(link(2, name), master=4), link(4, "br0")))))

    joined = join([(NAMESPACES[0], part("eth0", 2, 9)), (NAMESPACES[1], part("veth1", 2, 4, 0))]).interval
    texts = RowTexts(joined)
    assert [texts.interface(index) for index in range(5)] == ["eth0", "if9", "veth1", "br0", "–"]
    masters = {one.name: one.master for one in joined.sample.network.links}
    bridges = [one.index for one in joined.sample.network.links if one.name == b"br0"]
    assert [masters[b"eth0"], masters[b"veth1"]] == bridges
    assert joined.table.device.tolist()[-1] == 0


def test_the_same_pair_in_two_namespaces_keeps_its_own_listener_owner_and_direction():
    def part(pid, *, listens):
        rows = [row("tcp", SERVER, ANY, "LISTEN", owner=(pid, 3), cookie=pid)] if listens else []
        return advance(None, sample_of([*rows, row("tcp", SERVER, "127.0.0.1:5", "ESTAB", inode=0, cookie=pid + 1)]))

    first, second = part(10, listens=False), part(20, listens=True)
    joined = join(list(zip(NAMESPACES, of_same_machine([first, second]), strict=False))).interval
    assert joined.listener.tolist() == [-1, -1, 1]
    assert [RowTexts(joined).process(index) for index in range(3)] == ["–", "process-20[20]", "process-20[20]"]
    assert joined.direction.tolist() == [*first.direction.tolist(), *second.direction.tolist()]


def test_masks_of_the_parts_are_spread_to_where_their_rows_went():
    parts = [advance(None, sample_of([row("tcp", SERVER, ANY, "LISTEN", cookie=number)])) for number in (1, 2)]
    joined = join(list(zip(NAMESPACES, parts, strict=False)))
    assert joined.spread([np.array([False]), np.array([True])]).tolist() == [False, True]


def test_what_one_namespace_counts_is_not_said_of_all():
    parts = [advance(None, replace(sample_of([], network=NETWORK), time_wait=count)) for count in (2, 3)]
    joined = join(list(zip(NAMESPACES, parts, strict=False))).interval.sample
    assert (joined.time_wait, joined.host_facts.counters, joined.network.addresses) == (5, {}, ())
    unknown = [parts[0], advance(None, replace(parts[1].sample, time_wait=None))]
    assert join(list(zip(NAMESPACES, unknown, strict=False))).interval.sample.time_wait is None


def test_what_stands_in_for_cookies_of_the_same_pair_differs_by_namespace_and_is_the_same_every_time():
    pair, inode, cookie = PAIR_FOR_COOKIE | 77, INODE_FOR_COOKIE | 9, 5

    def part(namespace):
        rows = [row("tcp", SERVER, "127.0.0.1:5", "ESTAB", cookie=pair)]
        closed = np.array([pair, inode, cookie], np.uint64)
        sample = sample_of(rows)
        return advance(None, replace(sample, table=replace(sample.table, namespace=namespace), closed_cookies=closed))

    joined = [join([(NAMESPACES[0], part(401)), (NAMESPACES[1], part(402))]).interval for _ in range(2)]
    first, second = joined[0].table.cookie.tolist()
    assert len({first, second, pair}) == 3
    assert not are_cookies(joined[0].table.cookie).any()
    assert joined[1].table.cookie.tolist() == [first, second]
    assert joined[0].sample.closed_cookies.tolist() == [first, inode, cookie, second, inode, cookie]


def test_a_change_in_any_namespace_is_one_of_the_whole():
    def whole(*generations):
        parts = [
            advance(None, sample_of([], network=Network(number, routing_generation=number * 2)))
            for number in generations
        ]
        return join(list(zip(NAMESPACES, parts, strict=False))).interval.sample.network

    assert whole(3, 9).generation < whole(4, 9).generation < whole(4, 10).generation
    assert whole(3, 9).routing_generation < whole(4, 9).routing_generation
