"""The socket at the other end has the swapped pair, and only that."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.reasoning.other_ends import other_ends
from tests.scenes import ANY, row, table_of

ADDRESSES = ("127.0.0.1", "127.0.0.2", "[::1]", "[::ffff:127.0.0.1]")


def ends(*rows):
    return other_ends(table_of(rows), np.arange(len(rows))).tolist()


def test_both_sides_of_a_loopback_connection_find_each_other():
    client = row("tcp", "127.0.0.1:41880", "127.0.0.1:5432", "ESTAB")
    server = row("tcp", "127.0.0.1:5432", "127.0.0.1:41880", "ESTAB")
    assert ends(client, row("tcp", "127.0.0.1:5432", ANY, "LISTEN"), server) == [2, -1, 0]


def test_a_dual_stack_server_is_found_from_its_ipv4_client():
    client = row("tcp", "127.0.0.1:41880", "127.0.0.1:443", "ESTAB")
    server = row("tcp", "[::ffff:127.0.0.1]:443", "[::ffff:127.0.0.1]:41880", "ESTAB")
    assert ends(client, server) == [1, 0]


def test_a_socket_connected_to_itself_is_its_own_other_end():
    assert ends(row("tcp", "127.0.0.1:41880", "127.0.0.1:41880", "ESTAB")) == [0]


def test_udp_is_not_the_other_end_of_tcp():
    tcp = row("tcp", "127.0.0.1:1000", "127.0.0.1:2000", "ESTAB")
    assert ends(tcp, row("udp", "127.0.0.1:2000", "127.0.0.1:1000", "ESTAB")) == [-1, -1]


def test_an_unconnected_socket_has_no_other_end():
    assert ends(row("udp", "0.0.0.0:0", ANY, "UNCONN"), row("tcp", "0.0.0.0:0", ANY, "BOUND")) == [-1, -1]


def test_no_rows_have_no_other_ends():
    assert ends() == []


@st.composite
def tables(draw):
    endpoint = st.builds("{}:{}".format, st.sampled_from(ADDRESSES), st.integers(1, 3))
    made = []
    for number in range(draw(st.integers(0, 8))):
        protocol, local, remote = draw(st.sampled_from(("tcp", "udp"))), draw(endpoint), draw(endpoint)
        made.append(row(protocol, local, remote, "ESTAB", cookie=number + 1))
    return made


@given(tables(), st.data())
def test_other_ends_equal_a_search_row_by_row(rows, data):
    table = table_of(rows)
    asked = data.draw(st.lists(st.integers(0, len(rows) - 1), unique=True)) if rows else []

    def pair(place, near, far):
        names = [f"{side}_{part}" for side in (near, far) for part in ("high", "low", "port")]
        return [table.protocol[place], *(getattr(table, name)[place] for name in names)]

    def end(place):
        mine = pair(place, "remote", "local")
        return next((other for other in range(len(rows)) if pair(other, "local", "remote") == mine), -1)

    assert other_ends(table, np.array(asked, np.intp)).tolist() == [end(place) for place in asked]
