"""Bytes of a dump into columns: every field, every length, and whatever is wrong with them."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import KernelError, WireError
from monitor.kernel.inet_diag import decode, without_duplicates
from monitor.kernel.netlink import NetlinkSocket
from monitor.model.endpoint import Endpoint
from monitor.model.socket_table import COLUMN_TYPES, INFO_OFFSETS, V6ONLY_UNKNOWN, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, TcpState, state_name
from tests.kernel import socket_world as world
from tests.kernel.inet_diag_bytes import (
    CGROUP_ID,
    MARK,
    SHUTDOWN,
    SKV6ONLY,
    SOCKOPT,
    attribute,
    info,
    messages,
    row,
)
from tests.kernel.netlink_bytes import ScriptedKernel, datagrams_of, done, message

CAPTURED = Path(__file__).parent / "captured"
FILES = {"tcp.bin": 18, "tcp_unprivileged.bin": 18, "udp6.bin": 20}
"""Each captured dump with the message type that was asked for."""

BUSY_TIMES = ("busy_us", "peer_window_us", "send_buffer_us")
USUAL = attribute(SHUTDOWN, b"\0") + attribute(CGROUP_ID, bytes(8)) + attribute(SOCKOPT, bytes(2))


def table_of(*parts: bytes, protocol: int = PROTOCOL_TCP) -> SocketTable:
    decoded = decode(messages(*parts), protocol, 4)
    assert decoded.malformed == 0
    return decoded.table


def rows_of(table: SocketTable) -> list[tuple[object, ...]]:
    return list(zip(*(getattr(table, name).tolist() for name in COLUMN_TYPES), strict=True))


def replay(data: bytes, kind: int, *, datagram: int = 4096) -> SocketTable:
    """Decode a dump as it comes through a conversation."""
    conversation = NetlinkSocket(ScriptedKernel(*datagrams_of(data, datagram)))
    protocol = PROTOCOL_UDP if kind == 20 else PROTOCOL_TCP
    return SocketTable.concatenate(
        [decode(batch, protocol, 4).table for batch in conversation.dump(kind, b"", "list sockets")]
    )


def captured(name: str) -> SocketTable:
    return replay((CAPTURED / name).read_bytes(), FILES[name])


def test_every_field_of_a_row_comes_to_its_column():
    fields = {"timer": 2, "tries": 1, "timer_ms": 7000, "device": 9, "recv_q": 10, "send_q": 20, "uid": 1000}
    attributes = (USUAL, attribute(MARK, b"\7\0\0\0"), info(280, at_24=3, at_68=150, at_120=1 << 40))
    table = table_of(row(*attributes, cookie=1 << 33, state=1, inode=4242, **fields))
    assert table.namespace == 4
    assert table.local(0) == Endpoint.parse("192.0.2.1:443")
    assert table.remote(0) == Endpoint.parse("198.51.100.7:50000")
    names = ("protocol", "family", "state", "timer", "timer_tries", "timer_ms", "device", "cookie")
    assert [int(getattr(table, name)[0]) for name in names] == [6, socket.AF_INET, 1, 2, 1, 7000, 9, 1 << 33]
    names = ("recv_q", "send_q", "uid", "inode", "mark", "has_mark", "unacked", "rtt_us", "bytes_acked", "info_length")
    assert [int(getattr(table, name)[0]) for name in names] == [10, 20, 1000, 4242, 7, 1, 3, 150, 1 << 40, 280]
    assert table.v6only[0] == V6ONLY_UNKNOWN


@pytest.mark.parametrize("name", INFO_OFFSETS)
def test_every_column_of_tcp_info_is_read_at_its_offset(name):
    table = table_of(row(info(280, **{f"at_{INFO_OFFSETS[name]}": 123456})))
    assert {other: int(getattr(table, other)[0]) for other in INFO_OFFSETS} == {
        other: 123456 if other == name else 0 for other in INFO_OFFSETS
    }


@pytest.mark.parametrize(
    ("length", "unknown"),
    [
        (0, set(INFO_OFFSETS)),
        (104, {"bytes_acked", "bytes_received", "segs_out", *BUSY_TIMES, "bytes_sent", "bytes_retrans"}),
        (160, {*BUSY_TIMES, "bytes_sent", "bytes_retrans"}),
        (191, {"send_buffer_us", "bytes_sent", "bytes_retrans"}),
        (207, {"bytes_sent", "bytes_retrans"}),
        (208, {"bytes_retrans"}),
        (232, set()),
        (280, set()),
        (600, set()),
    ],
)
def test_fk_08_tcp_info_of_any_length_tells_what_it_holds(length, unknown):
    fields = {f"at_{offset}": 5 for offset in INFO_OFFSETS.values()}
    table = table_of(row(info(length, **fields)))
    assert table.info_length[0] == length
    assert {name for name in INFO_OFFSETS if not table.knows(name)[0]} == unknown
    assert {name for name in INFO_OFFSETS if getattr(table, name)[0] == 0} == unknown


def test_row_without_attributes_knows_nothing_more():
    table = table_of(row(state=TcpState.TIME_WAIT, timer=3))
    assert (table.info_length[0], table.has_mark[0], table.v6only[0]) == (0, False, V6ONLY_UNKNOWN)


@pytest.mark.parametrize(("length", "known"), [(8, True), (12, True), (4, False), (0, False)])
def test_the_control_group_is_a_number_of_64_bits_or_unknown(length, known):
    number = (7 << 33) + 1
    table = table_of(row(attribute(CGROUP_ID, (number.to_bytes(8, sys.byteorder) + bytes(4))[:length])), row())
    assert table.cgroup.tolist() == [number if known else 0, 0]


def test_ipv6_and_mapped_addresses_stay_ipv6():
    table = table_of(row(local=("2001:db8::1", 80), remote=("::ffff:192.0.2.9", 1)), row())
    assert str(table.local(0)) == "[2001:db8::1]:80"
    assert str(table.remote(0)) == "[::ffff:192.0.2.9]:1"
    assert str(table.remote(1)) == "198.51.100.7:50000"


def test_mapped_ipv4_and_plain_ipv4_have_equal_words():
    table = table_of(row(remote=("192.0.2.9", 1)), row(local=("::1", 1), remote=("::ffff:192.0.2.9", 1)))
    assert table.remote_low[0] == table.remote_low[1] == 0xFFFF_C000_0209
    assert table.remote_high.tolist() == [0, 0]


def test_a_listeners_accept_queue_is_not_called_unacknowledged():
    table = table_of(row(info(280, at_24=5), state=TcpState.LISTEN, recv_q=5), row(info(280, at_24=6)))
    assert table.unacked.tolist() == [0, 6]


@pytest.mark.parametrize("value", [0, 1])
def test_v6only_is_what_the_attribute_says(value):
    table = table_of(
        row(attribute(SKV6ONLY, bytes([value])), local=("::", 80), remote=("::", 0), state=TcpState.LISTEN)
    )
    assert table.v6only[0] == value


def test_fk_09_unknown_numbers_are_kept_as_they_are():
    table = table_of(row(state=14, timer=9), row(local=("::1", 1), remote=("::2", 2), family=99))
    assert (table.state[0], table.timer[0], table.family[1]) == (14, 9, 99)
    assert state_name(PROTOCOL_TCP, int(table.state[0])) == "state-14"
    assert str(table.remote(1)) == "[::2]:2"


def test_fk_07_unknown_attributes_are_skipped_and_the_last_of_two_counts():
    first, second = info(280, at_68=1), info(280, at_68=2)
    table = table_of(
        row(attribute(99, b"what?"), first, attribute(MARK, b"\1\0\0\0"), attribute(MARK, b"\2\0\0\0"), second)
    )
    assert (table.rtt_us[0], table.mark[0]) == (2, 2)


def test_fk_07_nested_flag_does_not_hide_an_attribute():
    assert table_of(row(attribute(MARK | 0x8000, b"\7\0\0\0"))).mark[0] == 7


def test_attribute_too_short_for_its_value_tells_nothing():
    table = table_of(row(attribute(MARK, b"\7\0"), attribute(SKV6ONLY, b"")))
    assert (table.has_mark[0], table.v6only[0]) == (False, V6ONLY_UNKNOWN)


@pytest.mark.parametrize(
    "broken",
    [
        b"\0\0\2\0" + bytes(8),  # nla_len 0
        b"\3\0\2\0" + bytes(8),  # nla_len 3
        b"\xff\0\2\0" + bytes(8),  # nla_len beyond the message
    ],
)
def test_fk_06_attribute_that_breaks_its_bounds_costs_its_rows_only(broken):
    whole = row(attribute(MARK, b"\7\0\0\0") + bytes([4, 0, 99, 0]), cookie=2)
    parts = [row(broken, cookie=1), whole, row(broken, cookie=3)]
    assert {len(part) for part in parts} == {len(whole)}
    decoded = decode(messages(*parts), PROTOCOL_TCP, 4)
    assert decoded.malformed == 2
    assert (decoded.table.cookie.tolist(), decoded.table.mark.tolist()) == ([2], [7])


def test_message_too_short_for_a_socket_is_left_out():
    decoded = decode(messages(row(cookie=1), message(bytes(71)), message(b""), row(cookie=2)), PROTOCOL_TCP, 4)
    assert (decoded.table.cookie.tolist(), decoded.malformed) == ([1, 2], 2)


def test_rows_of_one_length_may_differ_in_their_layout():
    marked = [row(USUAL, attribute(MARK, b"\7\0\0\0"), info(104, at_68=5), cookie=number) for number in range(600)]
    swapped = row(attribute(SKV6ONLY, b"\1"), USUAL, info(104, at_68=6), cookie=9000)
    shifted = row(info(104, at_68=7), USUAL, attribute(MARK, b"\x08\0\0\0"), cookie=9001)
    assert len(swapped) == len(shifted) == len(marked[0])
    table = table_of(*marked[:300], swapped, *marked[300:], shifted)
    assert table.cookie.tolist() == [*range(300), 9000, *range(300, 600), 9001]
    assert table.rtt_us.tolist() == [5] * 300 + [6] + [5] * 300 + [7]
    assert table.v6only.tolist() == [255] * 300 + [1] + [255] * 301
    assert table.mark.tolist() == [7] * 300 + [0] + [7] * 300 + [8]


def test_messages_left_out_of_a_long_run_leave_no_trace():
    found = messages(*(row(USUAL, cookie=number) for number in range(600)))
    rest = found.take(np.arange(600) % 300 != 7)
    expected = [number for number in range(600) if number not in {7, 307}]
    assert decode(rest, PROTOCOL_TCP, 4).table.cookie.tolist() == expected


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1, 2, 40, 300])), max_size=8), st.data())
def test_any_mixture_of_lengths_decodes_as_each_row_alone(runs, data):
    shapes = [
        (USUAL, info(280, at_68=11)),
        (USUAL, attribute(SKV6ONLY, b"\1"), info(280, at_68=12)),
        (USUAL,),
        (attribute(SKV6ONLY, b"\0"), USUAL, info(280, at_68=13)),
    ]
    mixture = [shape for shape, count in runs for _ in range(count)]
    parts = [row(*shapes[shape], cookie=number + 1) for number, shape in enumerate(mixture)]
    together = rows_of(table_of(*parts))
    assert len(together) == len(parts)
    if parts:
        picked = data.draw(st.lists(st.integers(0, len(parts) - 1), max_size=10))
        assert [together[at] for at in picked] == [rows_of(table_of(parts[at]))[0] for at in picked]


def test_fk_11_of_one_cookie_only_the_last_row_stays():
    twice = table_of(row(cookie=5, recv_q=1), row(cookie=6), row(cookie=5, recv_q=2), row(cookie=7))
    table = without_duplicates(twice)
    assert (table.cookie.tolist(), table.recv_q.tolist()) == ([6, 5, 7], [0, 2, 0])
    assert without_duplicates(table) is table


def test_columns_have_their_types_and_do_not_refer_to_the_buffer():
    data = np.frombuffer(row(USUAL, info(280, at_68=1)), np.uint8).copy()
    table = table_of(data.tobytes())
    data[:] = 0
    assert table.rtt_us[0] == 1
    assert {name: getattr(table, name).dtype for name in COLUMN_TYPES} == COLUMN_TYPES


def test_captured_dump_holds_the_world_that_it_was_drawn_from():
    table = captured("tcp.bin")
    listeners = {int(port) for port in table.local_port[table.is_listener]}
    assert listeners == {*range(world.LISTENER, world.BOUND)}
    states = {TcpState(int(state)) for state in table.state}
    assert states >= {
        TcpState.ESTABLISHED, TcpState.SYN_SENT, TcpState.SYN_RECEIVED, TcpState.FIN_WAIT_2, TcpState.TIME_WAIT,
        TcpState.CLOSED, TcpState.CLOSE_WAIT, TcpState.LISTEN,
    }  # fmt: skip
    assert table.has_mark.all()
    assert {int(mark) for mark in table.mark} == {0, world.MARK}
    (bound_only,) = np.flatnonzero(table.is_bound_only)
    assert table.local_port[bound_only] == world.BOUND
    (device_bound,) = np.flatnonzero(table.is_listener & (table.local_port == world.DEVICE))
    assert (table.uid[device_bound], table.device[device_bound]) == (world.OTHER_USER, 1)
    v6only = {int(table.local_port[row]): int(table.v6only[row]) for row in np.flatnonzero(table.is_listener)}
    assert (v6only[world.DUAL], v6only[world.V6_ONLY], v6only[world.WILDCARD]) == (0, 1, V6ONLY_UNKNOWN)
    assert set(table.info_length[table.state == TcpState.TIME_WAIT].tolist()) == {0}
    assert set(table.info_length[table.state == TcpState.SYN_RECEIVED].tolist()) == {0}


def test_unprivileged_dump_tells_the_same_without_marks():
    privileged, table = captured("tcp.bin"), captured("tcp_unprivileged.bin")
    assert not table.has_mark.any()
    for name in (
        "cookie",
        "state",
        "local_low",
        "local_port",
        "remote_low",
        "remote_port",
        "inode",
        "cgroup",
        "info_length",
    ):
        assert getattr(table, name).tolist() == getattr(privileged, name).tolist()


def test_captured_udp_sockets_are_connected_or_take_from_anybody():
    table = captured("udp6.bin")
    assert sorted(map(str, map(table.local, range(len(table)))))[-1] == f"[::]:{world.UDP_DUAL}"
    assert sorted(table.state.tolist()) == [1, 7]
    assert table.is_udp_unconnected.sum() == 1


@pytest.mark.parametrize("name", FILES)
def test_size_of_datagrams_changes_nothing(name):
    data = (CAPTURED / name).read_bytes()
    assert rows_of(replay(data, FILES[name], datagram=1)) == rows_of(replay(data, FILES[name], datagram=1 << 20))


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_mutated_dump_ends_and_raises_nothing_but_our_own_errors(name, data):
    original = bytearray((CAPTURED / name).read_bytes())
    changes = st.tuples(
        st.integers(0, len(original) - 1),
        st.binary(min_size=1, max_size=4) | st.sampled_from([b"\0\0\0\0", b"\xff" * 4]),
    )
    for at, value in data.draw(st.lists(changes, min_size=1, max_size=8)):
        original[at : at + len(value)] = value
    cut = data.draw(st.integers(0, len(original)) | st.just(len(original)))
    conversation = NetlinkSocket(
        ScriptedKernel(*(bytes(original[at : at + 4096]) for at in range(0, cut, 4096)), done())
    )
    try:
        batches = [
            decode(batch, PROTOCOL_TCP, 4).table for batch in conversation.dump(FILES[name], b"", "list sockets")
        ]
    except (WireError, KernelError):
        return
    assert all(len(getattr(table, column)) == len(table) for table in batches for column in COLUMN_TYPES)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=40) | st.builds(info, st.integers(0, 300)), max_size=6), st.integers(1, 3))
def test_any_bytes_as_attributes_give_a_row_or_are_counted(attributes, times):
    decoded = decode(messages(*[row(*attributes)] * times), PROTOCOL_TCP, 4)
    assert (len(decoded.table), decoded.malformed) in {(times, 0), (0, times)}
