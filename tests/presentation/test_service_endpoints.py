"""Sockets that wait at one endpoint are one entry: how many, how full, for whom, and how many connections they have."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.sample import Network
from monitor.model.socket_table import BACKLOG_UNKNOWN
from monitor.presentation.service_endpoints import ServiceEndpoints, queue_fill
from monitor.sampling.intervals import advance
from tests.scenes import ANY, ANY6, link, row, sample_of, traffic

NETWORK = Network(1, (link(1, "lo"), link(2, "eth0")))


def listens(local, protocol="tcp", **more):
    state = "LISTEN" if protocol == "tcp" else "UNCONN"
    return row(protocol, local, ANY6 if local.startswith("[") else ANY, state, **more)


def estab(local, remote="198.51.100.7:51834", **more):
    remote = "[2001:db8:1::7]:51834" if local.startswith("[2001") else remote
    return row("tcp", local, remote, "ESTAB", **more)


def endpoints(*rows, later=None):
    interval = advance(None, sample_of(rows, network=NETWORK))
    if later is not None:
        interval = advance(interval, sample_of(later, 1.0, network=NETWORK))
    return ServiceEndpoints.of(interval)


def only(*rows, **more):
    found = endpoints(*rows, **more)
    assert len(found) == 1
    return found


def test_a_reuseport_group_is_one_entry_with_its_sockets():
    group = [listens("192.0.2.10:8443", cookie=number) for number in range(8)]
    found = only(*group)
    assert found.sockets.tolist() == [8]
    assert found.members(0).tolist() == list(range(8))


@pytest.mark.parametrize(
    "other",
    [
        listens("192.0.2.10:444"),
        listens("192.0.2.11:443"),
        listens("192.0.2.10:443", device=2),
        listens("192.0.2.10:443", "udp"),
        listens("[::ffff:192.0.2.10]:443"),
    ],
    ids=["port", "address", "device", "protocol", "family"],
)
def test_whatever_names_an_endpoint_parts_entries(other):
    assert len(endpoints(listens("192.0.2.10:443"), other)) == 2


def test_v6only_parts_two_wildcards():
    assert len(endpoints(listens("[::]:443", cookie=1), listens("[::]:443", v6only=1, cookie=2))) == 2


def test_only_waiting_sockets_are_entries():
    rows = [row("udp", "192.0.2.10:1", "192.0.2.53:53", "ESTAB"), row("tcp", "192.0.2.10:2", ANY, "BOUND")]
    assert len(endpoints(*rows, estab("192.0.2.10:443"))) == 0
    assert len(endpoints()) == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 9)), max_size=12))
def test_entries_and_their_fullest_sockets_are_those_of_a_dictionary(described):
    rows = [
        listens(f"192.0.2.{host}:{port}", cookie=place, queue=(used, 5))
        for place, (host, port, used) in enumerate(described)
    ]
    groups = {}
    for place, (host, port, _) in enumerate(described):
        groups.setdefault((host, port), []).append(place)
    found = endpoints(*rows)
    assert sorted(found.members(entry).tolist() for entry in range(len(found))) == sorted(groups.values())
    for entry in range(len(found)):
        members = found.members(entry).tolist()
        assert int(found.first[entry]) == members[0]
        assert described[int(found.fullest[entry])][2] == max(described[place][2] for place in members)
        assert bool(found.is_overflowing[entry]) == any(described[place][2] > 5 for place in members)


def test_a_queue_overflows_above_its_limit_not_at_it():
    assert [only(listens("192.0.2.10:443", queue=(used, 5))).is_overflowing.tolist() for used in (5, 6)] == [
        [False],
        [True],
    ]


def test_where_no_limit_is_known_the_fill_is_not_and_the_fullest_holds_most():
    listening = [listens("192.0.2.10:443", queue=(waiting, BACKLOG_UNKNOWN)) for waiting in (0, 3, 1)]
    datagrams = listens("192.0.2.10:53", "udp", queue=(512, 0), receive_buffer=0)
    found = endpoints(*listening, datagrams)
    assert found.interval.table.recv_q[found.fullest].tolist() == [3, 512]
    assert np.isnan(queue_fill(found.interval.table, found.rows)).all()


def test_a_backlog_of_zero_holds_one():
    assert only(listens("192.0.2.10:443", queue=(1, 0))).is_overflowing.tolist() == [True]


def test_the_fullest_socket_is_the_one_nearest_its_own_limit():
    near, far = listens("192.0.2.10:443", cookie=1, queue=(4, 5)), listens("192.0.2.10:443", cookie=2, queue=(9, 4096))
    assert only(far, near).fullest.tolist() == [1]


def test_bytes_that_wait_at_a_udp_socket_overflow_nothing():
    assert only(listens("192.0.2.10:53", "udp", queue=(4096, 0))).is_overflowing.tolist() == [False]


def test_connections_are_counted_for_the_listener_that_has_them():
    rows = [
        listens("0.0.0.0:443"),
        listens("192.0.2.10:443"),
        estab("192.0.2.10:443"),
        estab("192.0.2.10:443", "198.51.100.7:51836"),
        estab("203.0.113.10:443"),
        estab("203.0.113.10:80"),
    ]
    found = endpoints(*rows)
    assert {int(found.first[entry]): int(found.connections[entry]) for entry in range(2)} == {0: 1, 1: 2}


def test_a_dual_stack_listener_has_both_kinds_of_connections():
    rows = [
        listens("[::]:443"),
        estab("[::ffff:192.0.2.10]:443", "[::ffff:198.51.100.7]:1"),
        estab("[2001:db8::10]:443"),
    ]
    assert only(*rows).connections.tolist() == [2]


def test_all_connections_of_a_reuseport_group_count_for_its_entry():
    group = [listens("192.0.2.10:8443", cookie=number) for number in range(3)]
    assert only(*group, estab("192.0.2.10:8443")).connections.tolist() == [1]


def test_a_connection_that_was_dialled_from_a_listening_port_is_not_counted():
    assert only(
        listens("0.0.0.0:443"), estab("192.0.2.10:443", **traffic(sent=1, is_dialled=True))
    ).connections.tolist() == [0]


def test_a_closed_connection_is_not_counted_but_one_that_was_missed_is():
    rows = [listens("0.0.0.0:443"), estab("192.0.2.10:443")]
    assert only(*rows, later=rows[:1]).connections.tolist() == [1]
    interval = advance(None, sample_of(rows))
    closed = advance(interval, sample_of(rows[:1], 1.0, closed=[rows[1].columns["cookie"]]))
    assert ServiceEndpoints.of(closed).connections.tolist() == [0]


def test_udp_has_no_connections_to_count():
    assert only(listens("0.0.0.0:53", "udp")).connections.tolist() == [-1]


@pytest.mark.parametrize(
    ("local", "more", "reach", "serves"),
    [
        ("127.0.0.1:80", {}, 0, "4"),
        ("127.5.5.5:80", {}, 0, "4"),
        ("[::1]:80", {}, 0, "6"),
        ("[::ffff:127.0.0.1]:80", {}, 0, "4"),
        ("0.0.0.0:80", {"device": 1}, 0, "4"),
        ("192.0.2.10:80", {}, 1, "4"),
        ("[2001:db8::10]:80", {}, 1, "6"),
        ("0.0.0.0:80", {}, 2, "4"),
        ("[::]:80", {}, 2, "46"),
        ("[::]:80", {"v6only": 1}, 2, "6"),
        ("[::]:80", {"v6only": 255}, 2, "46"),
        ("[::ffff:0.0.0.0]:80", {}, 2, "4"),
    ],
)
def test_reach_and_packets_follow_from_the_endpoint(local, more, reach, serves):
    found = only(listens(local, **more))
    assert (found.reach.tolist(), found.serves(np.arange(1))) == ([reach], [serves])


def test_without_a_list_of_interfaces_no_device_is_taken_for_lo():
    interval = advance(None, sample_of([listens("0.0.0.0:80")]))
    assert ServiceEndpoints.of(interval).reach.tolist() == [2]


def test_arrays_have_one_entry_each():
    found = endpoints(listens("0.0.0.0:80"), listens("0.0.0.0:81"), estab("192.0.2.10:80"))
    for name in ("first", "sockets", "connections", "fullest", "is_overflowing", "reach"):
        assert len(getattr(found, name)) == len(found) == 2
    assert len(found.rows) == len(found.group) == 2
    assert found.sockets.dtype == np.int64
