import socket

import pytest
from hypothesis import given

from monitor.model.tcp import TcpState
from monitor.presentation.filter_description import describe
from monitor.presentation.filter_parser import parse
from monitor.presentation.filter_tree import ProtocolIs, Text
from monitor.presentation.filters import mask
from tests.presentation.filter_trees import NEEDLES, TREES
from tests.presentation.slow_filter import SlowReader
from tests.presentation.socket_rows import a_row, interval_of, intervals


@given(TREES, intervals())
def test_a_mask_equals_the_slow_reading_of_every_row(tree, made):
    described, interval = made
    assert mask(tree, interval).tolist() == SlowReader(described, interval).mask(tree)


@given(NEEDLES, intervals())
def test_a_text_is_found_in_the_words_of_a_row_and_nowhere_else(needle, made):
    described, interval = made
    assert mask(Text(needle), interval).tolist() == SlowReader(described, interval).mask(Text(needle))


def test_fu_05_the_deepest_allowed_filter_is_read_and_applied():
    tree = parse("(" * 100 + "tcp" + ")" * 100)
    assert tree == ProtocolIs(6)
    negated = parse("!" * 100 + "tcp")
    assert parse(describe(negated)) == negated
    assert mask(negated, interval_of([a_row()])).tolist() == [True]


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        ("proc nginx", {"inode": 104}),
        ("pid 812", {"inode": 104}),
        ("user root", {"inode": 0, "uid": 0}),
        ("iface eth0", {"interface": -1}),
        ("in", {"direction": 0}),
    ],
)
def test_what_is_not_known_is_chosen_neither_by_a_condition_nor_by_its_opposite(line, unknown):
    interval = interval_of([a_row(**unknown)], hidden=1)
    assert not mask(parse(line), interval).any()
    assert not mask(parse(f"not {line}"), interval).any()


def test_a_row_of_the_kernel_is_known_to_have_no_process():
    interval = interval_of([a_row(state=int(TcpState.TIME_WAIT), inode=0)], hidden=1)
    assert mask(parse("not proc nginx"), interval).all()


def test_a_search_always_has_an_answer():
    interval = interval_of([a_row(inode=104)], hidden=1)
    assert mask(parse("not proxy"), interval).all()


def test_a_waiting_connection_whose_listeners_owner_is_hidden_may_be_anybodys():
    interval = interval_of([a_row(inode=0, listener=0)], hidden=1)
    assert not mask(parse("not proc nginx"), interval).any()


def test_fk_24_an_entry_of_the_kernel_has_no_user_whatever_its_columns_say():
    interval = interval_of([a_row(state=int(TcpState.TIME_WAIT), inode=101, uid=0)])
    assert not mask(parse("user root"), interval).any()
    assert not mask(parse("not user root"), interval).any()


def test_ipv4_networks_take_mapped_addresses_and_ipv6_networks_only_ipv6_sockets():
    plain = a_row()
    mapped = a_row(family=socket.AF_INET6, local=("::ffff:192.0.2.10", 443), remote=("::ffff:198.51.100.7", 51834))
    interval = interval_of([plain, mapped])
    assert mask(parse("192.0.2.0/24"), interval).tolist() == [True, True]
    assert mask(parse("::ffff:0:0/96"), interval).tolist() == [False, True]
    assert mask(parse("[::ffff:192.0.2.10]:443"), interval).tolist() == [False, True]


def test_a_zone_asks_for_the_bound_interface_as_well():
    ends = {"family": socket.AF_INET6, "local": ("fe80::1", 443), "remote": ("fe80::2", 51834)}
    interval = interval_of([a_row(**ends, device=1), a_row(**ends, device=2)])
    assert mask(parse("[fe80::1%eth0]:443"), interval).tolist() == [False, True]
    assert mask(parse("[fe80::1%eth9]:443"), interval).tolist() == [False, False]


@pytest.mark.parametrize(
    ("needle", "is_found"), [("::1]:44", True), ("1]:443", True), ("]:4430", False), ("::1:443", False), (":443", True)]
)
def test_a_search_may_span_the_colon_between_address_and_port(needle, is_found):
    interval = interval_of([a_row(family=socket.AF_INET6, local=("::1", 443), remote=("::1", 51834))])
    assert mask(Text(needle), interval).all() == is_found


def test_a_listener_has_no_remote_endpoint():
    interval = interval_of([a_row(state=int(TcpState.LISTEN), local=("127.0.0.1", 22), remote=("0.0.0.0", 0))])
    assert not mask(parse('0.0.0.0 or remote 0.0.0.0 or "0.0.0.0:0"'), interval).any()


def test_every_owner_of_a_shared_socket_is_asked():
    interval = interval_of([a_row()])
    assert mask(parse("pid 812"), interval).all()
    assert mask(parse("pid 813"), interval).all()


def test_an_empty_table_gives_an_empty_mask():
    interval = interval_of([])
    assert mask(parse("a or :443 or not pid 1 or 192.0.2.0/24"), interval).shape == (0,)


@pytest.mark.parametrize(("text", "mark"), [("fwmark 010", 10), ("fwmark = 0x10", 16)])
def test_a_mark_with_a_zero_before_it_is_decimal(text, mark):
    assert parse(text).mark == mark
