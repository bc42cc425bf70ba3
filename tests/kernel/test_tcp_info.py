"""TcpInfo of structures of every length, and beside ss for a connection that rests."""

from __future__ import annotations

import re
import socket
import struct
import subprocess
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.kernel.sock_diag import SockDiag
from monitor.kernel.tcp_info import _FIELDS, read_tcp_info
from monitor.model.socket_table import COLUMN_TYPES, INFO_ENDS, INFO_OFFSETS
from monitor.model.sockets import SocketId
from monitor.model.tcp_info import OPTION_ECN, OPTION_SACK, OPTION_TIMESTAMPS, OPTION_WINDOW_SCALE, TcpInfo

LENGTHS = [0, 8, 104, 160, 232, 248, 280, 600]
OTHER_FIELDS = {"length_bytes", "is_app_limited", "send_window_scale", "receive_window_scale"}
COLUMNS = {
    "unacked": "unacked_segments",
    "total_retrans": "total_retransmits",
    "segs_out": "segments_out",
    "bytes_retrans": "bytes_retransmitted",
    "peer_window_us": "receive_window_limited_us",
    "send_buffer_us": "send_buffer_limited_us",
}
"""Columns of the table whose TcpInfo field has another name."""


STRUCTURE = """
8B rto ato snd_mss rcv_mss unacked sacked lost retrans fackets last_data_sent last_ack_sent last_data_recv last_ack_recv
pmtu rcv_ssthresh rtt rttvar snd_ssthresh snd_cwnd advmss reordering rcv_rtt rcv_space total_retrans
Q:pacing_rate Q:max_pacing_rate Q:bytes_acked Q:bytes_received segs_out segs_in notsent_bytes min_rtt data_segs_in
data_segs_out Q:delivery_rate Q:busy_time Q:rwnd_limited Q:sndbuf_limited delivered delivered_ce Q:bytes_sent
Q:bytes_retrans dsack_dups reord_seen rcv_ooopack snd_wnd rcv_wnd rehash H:total_rto H:total_rto_recoveries
total_rto_time
"""
"""struct tcp_info from its first 32-bit field on, in the header's order and words; 32 bits where nothing is said."""
BYTES = ["congestion_state", "timeouts_in_a_row", "probes", "backoff", "options"]
UNREAD = {"fackets", "last_ack_sent"}
"""Fields that the kernel no longer fills."""


def test_fields_stand_in_the_order_of_the_header():
    offset, expected = 8, [(number, 1) for number in range(1, 6)]
    for word in STRUCTURE.split()[1:]:
        size = struct.calcsize(word[:2].partition(":")[0] if ":" in word else "I")
        assert offset % size == 0, word
        expected += [] if word in UNREAD else [(offset, size)]
        offset += size
    assert [(at, form.size) for form, at in _FIELDS.values()] == expected
    assert list(_FIELDS)[:5] == BYTES
    names = [word.rpartition(":")[2] for word in STRUCTURE.split()[1:] if word not in UNREAD]
    assert len(names) == len(_FIELDS) - len(BYTES)
    same = {name for name in names if name in _FIELDS}
    assert all(list(_FIELDS).index(name) == names.index(name) + len(BYTES) for name in same)


def numbered() -> bytes:
    """A structure in which every byte is its offset plus one, so that no value is special."""
    return bytes(offset % 255 + 1 for offset in range(600))


def test_every_field_is_read_from_the_kernels_structure():
    assert {field.name for field in fields(TcpInfo)} == {*_FIELDS, *OTHER_FIELDS}


@pytest.mark.parametrize("length", LENGTHS)
def test_fields_are_known_as_far_as_the_structure_reaches(length):
    info = read_tcp_info(numbered()[:length])
    assert info.length_bytes == length
    for name, (form, offset) in _FIELDS.items():
        expected = form.unpack_from(numbered(), offset)[0] if offset + form.size <= length else None
        assert getattr(info, name) == expected, name


@given(data=st.binary(max_size=640))
def test_no_bytes_are_too_few_or_too_many(data):
    info = read_tcp_info(data)
    unset = {name for name, (form, offset) in _FIELDS.items() if offset + form.size > len(data)}
    assert all(getattr(info, name) is None for name in unset)


@pytest.mark.parametrize("column", INFO_OFFSETS)
def test_the_list_and_the_look_up_read_the_same_places(column):
    form, offset = _FIELDS[COLUMNS.get(column, column)]
    assert (offset, offset + form.size) == (INFO_OFFSETS[column], INFO_ENDS[column])
    assert form.size == COLUMN_TYPES[column].itemsize


def structure(**values: int) -> bytes:
    """280 bytes that hold these fields and are 0 else."""
    data = bytearray(280)
    for name, value in values.items():
        form, offset = _FIELDS[name]
        form.pack_into(data, offset, value)
    return bytes(data)


@pytest.mark.parametrize(
    ("name", "unset"),
    [
        ("rtt_us", 0),
        ("ssthresh_segments", 0x7FFF_FFFF),
        ("min_rtt_us", 0xFFFF_FFFF),
        ("pacing_rate", (1 << 64) - 1),
        ("max_pacing_rate", (1 << 64) - 1),
    ],
)
def test_what_the_kernel_has_not_set_is_not_known(name, unset):
    assert getattr(read_tcp_info(structure(**{name: unset})), name) is None
    assert getattr(read_tcp_info(structure(**{name: 7})), name) == 7


def test_variation_means_nothing_before_the_first_measurement():
    assert read_tcp_info(structure(rtt_us=0, rtt_variation_us=250_000)).rtt_variation_us is None


def test_window_scales_are_known_only_where_they_were_agreed_on():
    data = bytearray(structure(options=OPTION_WINDOW_SCALE | OPTION_SACK))
    data[6], data[7] = 0x97, 0x01
    info = read_tcp_info(bytes(data))
    assert (info.send_window_scale, info.receive_window_scale, info.is_app_limited) == (7, 9, True)
    assert (info.has_option(OPTION_SACK), info.has_option(OPTION_ECN)) == (True, False)
    data[5] = 0
    assert read_tcp_info(bytes(data)).send_window_scale is None
    assert read_tcp_info(b"").has_option(OPTION_SACK) is None


@pytest.fixture
def resting(namespace):
    """A connection over which 300,000 bytes went one way and 5 the other: (client, server) sockets."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), timeout=5) as client,
        listener.accept()[0] as server,
    ):
        for _ in range(30):
            client.sendall(bytes(10_000))
            server.recv(10_000, socket.MSG_WAITALL)
        # With the end of the stream, and what comes back, everything is acknowledged: no timer runs.
        client.shutdown(socket.SHUT_WR)
        assert server.recv(1) == b""
        server.sendall(b"hello")
        client.recv(5, socket.MSG_WAITALL)
        yield client, server


def details_of(diag: SockDiag, made: socket.socket):
    table = diag.dump_tcp()
    (cookie,) = struct.unpack("=Q", made.getsockopt(socket.SOL_SOCKET, 57, 8))
    return diag.details(SocketId.of(table, table.row_of_cookie(cookie)))


def ss_words(ss: str, made: socket.socket) -> str:
    port = made.getsockname()[1]
    command = [ss, "-HntioO", f"sport = :{port}"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


@pytest.mark.kernel
@pytest.mark.parametrize("side", [0, 1], ids=["dialled", "accepted"])
def test_values_that_rest_are_those_of_ss(resting, program, side):
    with SockDiag() as diag:
        details = details_of(diag, resting[side])
    info, words = details.info, ss_words(program("ss"), resting[side])
    said = {
        "wscale": f"{info.send_window_scale},{info.receive_window_scale}",
        "mss": info.send_mss_bytes,
        "pmtu": info.path_mtu_bytes,
        "rcvmss": info.receive_mss_bytes,
        "advmss": info.advertised_mss_bytes,
        "cwnd": info.cwnd_segments,
        "bytes_sent": info.bytes_sent or None,
        "bytes_acked": info.bytes_acked or None,
        "bytes_received": info.bytes_received or None,
        "segs_out": info.segments_out,
        "segs_in": info.segments_in,
        "data_segs_out": info.data_segments_out,
        "data_segs_in": info.data_segments_in,
        "rcv_space": info.receive_space_bytes,
        "rcv_ssthresh": info.receive_ssthresh_bytes,
        "snd_wnd": info.peer_window_bytes,
        "delivered": info.delivered_segments,
        "ssthresh": info.ssthresh_segments,
    }
    theirs = dict(re.findall(r"\b([a-z_]+):(\S+)", words))
    for name, ours in said.items():
        if name in theirs or ours is not None:
            assert theirs.get(name) == str(ours), (name, words)
    assert theirs["minrtt"] == f"{info.min_rtt_us / 1000:g}"
    assert len(set(said) & set(theirs)) >= 14
    assert f" {details.congestion_control.decode()} " in words
    assert info.has_option(OPTION_TIMESTAMPS) == (" ts " in words)
    assert info.has_option(OPTION_SACK) == (" sack " in words)
