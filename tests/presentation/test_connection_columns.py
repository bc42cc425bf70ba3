from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from monitor.model.sample import Interval
from monitor.presentation.connection_cells import idle_seconds, retransmit_shares
from monitor.presentation.connection_columns import CONNECTION_COLUMNS
from monitor.presentation.connections_view import ConnectionsView, columns_for
from monitor.presentation.ordered_view import shown_column
from monitor.presentation.row_marks import CLOSED, NEW, row_marks
from monitor.presentation.row_text import RowTexts
from monitor.presentation.sorting import Sort
from monitor.presentation.view import Cell, Role
from monitor.sampling.intervals import advance
from tests import machine_db1
from tests.presentation.random_intervals import intervals
from tests.scenes import ANY, row, sample_of, traffic

# The widths of the page that the screen was designed on, at 80, 120 and 200 cells; endpoints are that wide at least.
WIDTHS = {
    "state": (10, 10, 10),
    "local": (21, 21, 28),
    "direction": (1, 1, 1),
    "remote": (21, 21, 28),
    "via": (None, 6, 10),
    "receive": (None, 5, 5),
    "send": (None, 5, 5),
    "received": (None, None, 5),
    "acknowledged": (None, None, 5),
    "limited": (None, None, 7),
    "age": (None, None, 5),
    "rtt": (None, 5, 5),
    "retransmits": (None, 4, 5),
    "recv_q": (None, 4, 5),
    "send_q": (None, 4, 5),
    "idle": (4, 4, 4),
}


@pytest.fixture(scope="module")
def db1() -> Interval:
    first, second = machine_db1.samples()
    return advance(advance(None, first), second)


def one(*rows: object) -> Interval:
    return advance(None, sample_of(list(rows)))


def cell(interval: Interval, column_id: str, number: int = 0) -> Cell:
    shown = next(shown for shown in CONNECTION_COLUMNS if shown.column.id == column_id)
    return shown.cells(RowTexts(interval), np.array([number]))[0]


def row_of(interval: Interval, remote: str) -> int:
    texts = RowTexts(interval)
    return next(number for number in range(len(interval.table)) if str(texts.remote(number)) == remote)


@pytest.mark.parametrize(("place", "width"), [(0, 80), (1, 120), (2, 200)])
def test_columns_have_their_width(place: int, width: int):
    shown = {shown.column.id: shown.column.width for shown in columns_for(width)}
    for column_id, widths in WIDTHS.items():
        if widths[place] is None:
            assert column_id not in shown
        else:
            assert shown[column_id] >= widths[place]


@pytest.mark.parametrize("width", [80, 100, 120, 150, 200, 300])
def test_all_columns_fit(width: int):
    assert 3 + sum(shown.column.width + 1 for shown in columns_for(width)) <= width


@pytest.mark.parametrize("width", [80, 120])
def test_without_room_to_spare_endpoints_have_just_their_width(width: int):
    assert {shown.column.width for shown in columns_for(width) if shown.column.id in ("local", "remote")} == {21}


def test_a_wide_screen_shows_whole_ipv6_endpoints():
    assert {shown.column.width for shown in columns_for(300) if shown.column.id in ("local", "remote")} == {47}


def test_mapped_addresses_are_shown_as_packets_carry_them(db1: Interval):
    number = row_of(db1, "[::ffff:198.51.100.9]:49152")
    assert cell(db1, "remote", number).text == "198.51.100.9:49152"
    assert cell(db1, "local", number).text == "192.0.2.10:443"


@given(intervals())
def test_endpoints_and_owners_of_many_rows_are_written_as_of_one(interval: Interval):
    rows, texts = np.arange(len(interval.table)), RowTexts(interval)
    local, remote, process = (
        [made.text for made in shown.cells(texts, rows)]
        for column_id in ("local", "remote", "process")
        for shown in CONNECTION_COLUMNS
        if shown.column.id == column_id
    )
    assert local == [str(texts.local(row).on_the_wire) for row in rows.tolist()]
    assert process == [texts.process(row) for row in rows.tolist()]
    is_pair = interval.table.is_pair.tolist()
    assert remote == [str(texts.remote(row).on_the_wire) if is_pair[row] else "*" for row in rows.tolist()]


@pytest.mark.parametrize(
    ("remote", "sign"),
    [("198.51.100.7:51834", "←"), ("203.0.113.77:443", "→"), ("192.0.2.53:53", "·")],
)
def test_the_direction_has_a_sign(db1: Interval, remote: str, sign: str):
    assert cell(db1, "direction", row_of(db1, remote)).text == sign


def test_zero_is_zero_and_unknown_is_a_dash(db1: Interval):
    idle = row_of(db1, "[2001:db8:1::7]:40112")
    assert cell(db1, "send", idle) == Cell("0", Role.DIM)
    udp = row_of(db1, "192.0.2.53:53")
    for column_id in ("receive", "send", "rtt", "retransmits", "idle"):
        assert cell(db1, column_id, udp).text == "–", column_id


def test_a_first_sample_has_no_rates():
    interval = one(row("tcp", "192.0.2.1:1", "192.0.2.2:2", "ESTAB", **traffic(sent=1000)))
    assert cell(interval, "send").text == "–"
    assert cell(interval, "rate").text == "–"


def test_totals_are_to_the_byte():
    told = traffic(received=18_200_000, sent=930, is_dialled=True)
    interval = one(row("tcp", "192.0.2.1:1", "192.0.2.2:2", "ESTAB", **told), row("udp", ANY, ANY, "UNCONN"))
    assert (cell(interval, "received").text, cell(interval, "acknowledged").text) == ("18M", "930")
    for column_id in ("received", "acknowledged", "limited", "age"):
        assert cell(interval, column_id, 1) == Cell("–", Role.DIM)


def test_without_the_counters_of_what_was_sent_no_total_is_said_of_it():
    told = {"bytes_received": 7, "bytes_acked": 9, "info_length": 160}
    interval = one(row("tcp", "192.0.2.1:1", "192.0.2.2:2", "ESTAB", **told))
    assert (cell(interval, "received").text, cell(interval, "acknowledged").text) == ("7", "–")


@pytest.mark.parametrize(
    ("remote", "word", "role"),
    [
        ("198.51.100.7:51834", "window", Role.NOTE),
        ("[2001:db8:1::9]:52710", "buffer", Role.NOTE),
        ("198.51.100.44:33010", "network", Role.PLAIN),
        ("[2001:db8:1::7]:40112", "program", Role.DIM),
        ("192.0.2.53:53", "–", Role.DIM),
    ],
)
def test_a_word_says_who_holds_the_sending_back(db1: Interval, remote: str, word: str, role: Role):
    assert cell(db1, "limited", row_of(db1, remote)) == Cell(word, role)


def test_those_that_others_hold_back_stand_first_and_the_unknown_last(db1: Interval):
    view = ConnectionsView.make(db1, db1.table.is_pair, Sort("limited"), 200)
    words = [made.text for made in view.cells(shown_column(CONNECTION_COLUMNS, "limited"), view.order)]
    rank = {"window": 0, "buffer": 1, "network": 2, "program": 3, "–": 4}
    assert words == sorted(words, key=rank.__getitem__)
    assert set(words) == set(rank)


def test_syn_tries_stand_where_the_share_would():
    interval = one(row("tcp", "192.0.2.1:1", "192.0.2.2:2", "SYN-SENT", timer_tries=3))
    assert cell(interval, "retransmits") == Cell("×3", Role.NOTE)


def test_a_share_that_has_just_risen_is_marked(db1: Interval):
    shown = cell(db1, "retransmits", row_of(db1, "198.51.100.40:5044"))
    assert shown.text.endswith("+")
    assert shown.role is Role.TROUBLE


def test_a_listener_has_no_queues_of_bytes():
    interval = one(row("tcp", "192.0.2.1:1", ANY, "LISTEN", queue=(3, 128)))
    assert cell(interval, "recv_q").text == cell(interval, "send_q").text == "–"
    assert cell(interval, "remote") == Cell("*", Role.DIM)


def test_idle_is_the_shorter_of_both_ways():
    told = traffic(sent=10, idle_s=50) | {"last_data_recv_ms": 7_000}
    interval = one(row("tcp", "192.0.2.1:1", "192.0.2.2:2", "ESTAB", **told))
    assert idle_seconds(interval, np.array([0])).tolist() == [7.0]
    assert cell(interval, "idle").text == "7s"


def test_before_the_handshake_ends_nothing_is_idle():
    interval = one(row("tcp", "192.0.2.1:1", "192.0.2.2:2", "SYN-SENT", last_data_sent_ms=5, last_data_recv_ms=5))
    assert np.isnan(idle_seconds(interval, np.array([0]))).all()


def test_shares_are_of_all_segments_sent():
    interval = one(row("tcp", "192.0.2.1:1", "192.0.2.2:2", "ESTAB", segs_out=200, total_retrans=3))
    assert retransmit_shares(interval, np.array([0])).tolist() == [0.015]
    assert cell(interval, "retransmits").text == "1.5"


def test_a_kernel_that_tells_less_is_believed_less():
    interval = one(row("tcp", "192.0.2.1:1", "192.0.2.2:2", "ESTAB", info_length=60, rtt_us=5, segs_out=0))
    assert cell(interval, "rtt").text == "–"
    assert cell(interval, "retransmits").text == "–"


def test_new_and_closed_rows_are_marked(db1: Interval):
    marks = row_marks(db1, np.arange(len(db1.table)))
    new, closed = ([n for n, mark in enumerate(marks) if mark == looked_for] for looked_for in (NEW, CLOSED))
    assert [int(db1.table.local_port[n]) for n in new] == [52110]
    assert [int(db1.table.remote_port[n]) for n in closed] == [40110]


def test_an_unconnected_name_of_the_state_says_udp(db1: Interval):
    assert cell(db1, "state", row_of(db1, "192.0.2.53:53")).text == "udp ESTAB"
