"""Connections as a screen reads them, on db1 or made up, and their lines as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.model.sample import Interval, Network
from monitor.model.tcp_info import SocketDetails, SocketMemory, TcpInfo
from monitor.presentation.connection_words import connection_lines
from monitor.presentation.fitting import cell_width
from monitor.presentation.linked_line import LinkedLine
from monitor.presentation.routing_text import RouteAnswer
from monitor.presentation.selection import route_question
from monitor.sampling.intervals import advance
from tests import machine_db1 as db1
from tests.agreeing import agreed
from tests.scenes import Row, sample_of

FAST = TcpInfo(
    length_bytes=280,
    options=0x7,
    send_window_scale=7,
    receive_window_scale=9,
    rto_us=224_000,
    send_mss_bytes=1448,
    advertised_mss_bytes=1460,
    path_mtu_bytes=1500,
    unacked_segments=0,
    rtt_us=23_000,
    rtt_variation_us=2_000,
    min_rtt_us=21_000,
    ssthresh_segments=36,
    cwnd_segments=42,
    total_retransmits=1_204,
    segments_out=1_200_000,
    bytes_acked=2_100_000_000,
    bytes_received=18_200_000,
    bytes_sent=2_110_000_000,
    bytes_retransmitted=10_000_000,
    delivery_rate=1_600_000,
    pacing_rate=1_900_000,
    lost_segments=0,
    reorderings_seen=0,
    busy_us=120_000_000,
    receive_window_limited_us=85_000_000,
    send_buffer_limited_us=0,
    unsent_bytes=1_200_000,
    peer_window_bytes=0,
    last_data_sent_ms=4_000,
    last_data_recv_ms=3_000,
    last_ack_recv_ms=2_000,
)
"""A connection whose peer does not read."""


def details(info: TcpInfo | None = FAST, **changed: object) -> SocketDetails:
    """Make what the kernel tells of one socket."""
    told = {"state": 1, "timer": 0, "timer_tries": 0, "timer_ms": 0, "recv_q": 0, "send_q": 0, "inode": 5, "uid": 33}
    told |= {"congestion_control": b"cubic", "memory": SocketMemory(1_000, 131_072, 2_000, 87_040, 3_000, 2)}
    return SocketDetails(**{**told, "info": info, **changed})


def db1_interval() -> Interval:
    """Read db1 twice, and ask for its ways."""
    first, second = db1.samples()
    return agreed(advance(advance(None, first), second), db1.route_to)


def interval_of(rows: Sequence[Row], *, network: Network = db1.NETWORK, **changed: object) -> Interval:
    """Read these rows once."""
    return advance(None, sample_of(rows, network=network, processes=db1.PROCESSES, users=db1.USERS, **changed))


def row_of(interval: Interval, local: str, remote: str) -> int:
    """Find a row by its two endpoints as packets carry them."""
    table = interval.table
    pairs = [(str(table.local(row).on_the_wire), str(table.remote(row).on_the_wire)) for row in range(len(table))]
    return pairs.index((local, remote))


def route_answer(interval: Interval, row: int) -> RouteAnswer:
    """Answer the row's question as db1 does."""
    flow = route_question(interval, row)
    return RouteAnswer(flow, db1.route_to(flow))


def lines_of(
    interval: Interval, row: int, told: SocketDetails | None = None, width: int = 120, **options: object
) -> list[LinkedLine]:
    """Make the lines with the route of db1."""
    return connection_lines(interval, row, told, route_answer(interval, row), width, **options)


def texts(lines: Iterable[LinkedLine]) -> dict[str, str]:
    """Give the text of each labelled line by its label, without what Enter does; lines without a label follow."""
    found: dict[str, str] = {}
    label = ""
    for made in lines:
        cells = made.line.left
        if made.value is not None:
            label = cells[0].text.strip() or f"{label}+"
            found[label] = "".join(cell.text for cell in cells[2:]).rstrip()
    return found


def width_of(made: LinkedLine) -> int:
    """Count the cells of a line, both parts together."""
    return sum(cell_width(cell.text) for cell in (*made.line.left, *made.line.right))
