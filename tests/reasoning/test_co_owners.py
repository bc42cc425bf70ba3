from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitor.model.namespace import Namespace
from monitor.model.process import ProcessIdentity
from monitor.model.sample import Interval
from monitor.reasoning.co_owners import co_owners_of, holdings_of
from monitor.reasoning.holders import pids_of
from monitor.sampling.intervals import advance
from monitor.sampling.joined_interval import join
from tests.scenes import ANY, ANY6, Row, row, sample_of

FIRST = ProcessIdentity(10, 10, None)


def interval_of(*rows: Row) -> Interval:
    return advance(None, sample_of(rows))


def test_what_waits_and_what_is_connected_is_told_apart():
    interval = interval_of(
        row("tcp", "0.0.0.0:80", ANY, "LISTEN", owner=(10, 3)),
        row("udp", "0.0.0.0:53", ANY, "UNCONN", owner=(10, 4)),
        row("tcp", "192.0.2.10:80", "198.51.100.7:5", "ESTAB", owner=((10, 5), (11, 5))),
        row("tcp", "192.0.2.10:81", "198.51.100.7:6", "ESTAB", owner=(11, 6)),
        row("tcp", "192.0.2.10:9000", ANY, "BOUND", owner=(10, 7)),
    )
    held = holdings_of(interval, FIRST)
    assert (held.listening.tolist(), held.connected.tolist()) == ([0, 1], [2])


def test_another_process_that_got_the_pid_holds_nothing_of_it():
    interval = interval_of(row("tcp", "0.0.0.0:80", ANY, "LISTEN", owner=(10, 3)))
    assert not len(holdings_of(interval, ProcessIdentity(10, 999, None)).listening)


def test_a_closed_row_is_held_no_longer():
    interval = interval_of(row("tcp", "192.0.2.10:80", "198.51.100.7:5", "ESTAB", owner=(10, 5)))
    interval.closed_at[0] = 1.0
    assert not len(holdings_of(interval, FIRST).connected)


def test_who_shares_the_socket_and_who_shares_the_port_by_reuseport_are_co_owners():
    interval = interval_of(
        row("tcp", "0.0.0.0:80", ANY, "LISTEN", owner=((10, 3), (11, 3)), cookie=1),
        row("tcp", "0.0.0.0:80", ANY, "LISTEN", owner=(12, 3), cookie=2),
        row("tcp", "127.0.0.1:80", ANY, "LISTEN", owner=(13, 3)),
        row("tcp", "[::]:80", ANY6, "LISTEN", owner=(14, 3)),
        row("udp", "0.0.0.0:80", ANY, "UNCONN", owner=(15, 3)),
        row("tcp", "192.0.2.10:80", "198.51.100.7:5", "ESTAB", owner=(16, 3)),
    )
    assert co_owners_of(interval, FIRST, 0) == [11, 12]


def test_who_listens_there_in_another_network_namespace_shares_nothing():
    parts = [interval_of(row("tcp", "0.0.0.0:80", ANY, "LISTEN", owner=(pid, 3), cookie=pid)) for pid in (10, 11)]
    parts = [within(part, number) for number, part in enumerate(parts, 1)]
    owners = parts[0].sample.owners.with_former(parts[1].sample.owners, parts[1].sample.owners.inode)
    parts = [replace(part, sample=replace(part.sample, owners=owners)) for part in parts]
    joined = join([(Namespace(number), part) for number, part in enumerate(parts, 1)]).interval
    assert [pids_of(joined, np.array([row])) for row in (0, 1)] == [[10], [11]]
    assert co_owners_of(joined, FIRST, 0) == []


def within(part, number):
    table = replace(part.table, namespace=number)
    return replace(part, table=table, sample=replace(part.sample, table=table))
