"""The cells of sockets under the columns of the Connections pane: of all rows of a page at once, in their order.

A number read out of a column by itself costs as much as a page of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from monitor.model.endpoint import LINK_LOCAL_HIGHS, Endpoint, packet_text
from monitor.model.sample import F64, Interval
from monitor.model.socket_table import U16, U32, U64, Rows
from monitor.model.tcp import PROTOCOL_TCP, TROUBLE_ORDER, TcpState, state_name
from monitor.presentation.formats import bytes_text, duration_text, rate_text, rtt_text, share_text
from monitor.presentation.known_cells import known_cell, number_cells
from monitor.presentation.row_text import DIRECTION_MARKS, NO_DIRECTION, UNKNOWN, RowTexts
from monitor.presentation.sorting import where_known
from monitor.presentation.view import Cell, Role

RETRANS_RECENT_S = 10.0
"""A rise of the retransmissions is marked for this long."""

_NO_REMOTE = Cell("*", Role.DIM)
_DIRECTIONS = {direction: Cell(mark, Role.STRONG) for direction, mark in DIRECTION_MARKS.items()}
_NO_DIRECTION = Cell(NO_DIRECTION, Role.STRONG)


def state_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Name the states; trouble stands out."""
    table = texts.interval.table
    return list(map(_state_cell, table.protocol[rows].tolist(), table.state[rows].tolist()))


@cache
def _state_cell(protocol: int, state: int) -> Cell:
    text = state_name(protocol, state)
    if protocol != PROTOCOL_TCP:
        return Cell(f"udp {text}")
    if state == TcpState.ESTABLISHED:
        return Cell(text, Role.GOOD)
    return Cell(text, Role.NOTE if state in TROUBLE_ORDER else Role.DIM)


def local_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the local endpoints as packets carry them."""
    table = texts.interval.table
    written = _packet_texts(table.local_high, table.local_low, table.local_port, rows, texts.local)
    return [Cell(text, Role.LOCAL, keeps_end=True) for text in written]


def remote_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the remote endpoints as packets carry them, or by names that were asked for; "*" where there is none."""
    table = texts.interval.table
    written = _packet_texts(table.remote_high, table.remote_low, table.remote_port, rows, texts.remote)
    if texts.interval.names is not None:
        written = _named(texts, rows, written)
    return [
        Cell(text, Role.REMOTE, keeps_end=True) if is_pair else _NO_REMOTE
        for text, is_pair in zip(written, table.is_pair[rows].tolist(), strict=True)
    ]


def _packet_texts(highs: U64, lows: U64, ports: U16, rows: Rows, endpoint: Callable[[int], Endpoint]) -> Iterator[str]:
    """Write one side's endpoints, those with a zone as `endpoint` makes them of a row."""
    columns = (column.tolist() for column in (rows, highs[rows], lows[rows], ports[rows]))
    for row, high, low, port in zip(*columns, strict=True):
        yield str(endpoint(row)) if high in LINK_LOCAL_HIGHS else packet_text(high, low, port)


def _named(texts: RowTexts, rows: Rows, written: Iterator[str]) -> Iterator[str]:
    """Put names, where there are any, in the place of addresses; ports stay."""
    ports = texts.interval.table.remote_port[rows].tolist()
    for row, port, text in zip(rows.tolist(), ports, written, strict=True):
        name = texts.remote_name(row)
        yield text if name is None else f"{name}:{port}"


def direction_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Say who dialled."""
    directions = texts.interval.direction[rows].tolist()
    return [_DIRECTIONS.get(direction, _NO_DIRECTION) for direction in directions]


def process_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Name the owners with their pids."""
    return [Cell(text, role, keeps_end=True) for text, role in _owners(texts, rows)]


def process_name_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Name the owners without their pids, where there is no room."""
    return [Cell(text, role) for text, role in _owners(texts, rows, with_pid=False)]


def _owners(texts: RowTexts, rows: Rows, *, with_pid: bool = True) -> Iterator[tuple[str, Role]]:
    for text, is_known in texts.processes(rows, with_pid=with_pid):
        yield text, Role.NAME if is_known else Role.DIM


def interface_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Name the interfaces that the rows belong to."""
    return [known_cell(texts.interface_name(index)) for index in texts.interval.interface[rows].tolist()]


def user_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Name the users that made the sockets."""
    table = texts.interval.table
    columns = zip(table.uid[rows].tolist(), table.has_user[rows].tolist(), strict=True)
    return [known_cell(texts.user_name(uid) if has_user else UNKNOWN) for uid, has_user in columns]


def unit_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Name the containers or systemd units that the sockets were made in."""
    return [known_cell(texts.unit_name(number), Role.NAME) for number in texts.interval.table.cgroup[rows].tolist()]


def receive_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the bytes per second received."""
    return number_cells(texts.interval.receive_rate[rows], rate_text, Role.RATE)


def send_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the bytes per second acknowledged by the peers."""
    return number_cells(texts.interval.send_rate[rows], rate_text, Role.RATE)


def rate_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write both rates together."""
    interval = texts.interval
    return number_cells(interval.receive_rate[rows] + interval.send_rate[rows], rate_text, Role.RATE)


def rtt_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the round trip times."""
    return number_cells(round_trips_us(texts.interval, rows), rtt_text)


def retransmits_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the shares sent again, "+" where one has just risen; of a SYN how often it was repeated."""
    interval, table = texts.interval, texts.interval.table
    has_risen = interval.sample.boot_time - interval.retrans_rose_at[rows] <= RETRANS_RECENT_S
    columns = (table.state[rows], table.timer_tries[rows], has_risen, retransmit_shares(interval, rows))
    return list(map(_retransmits_cell, *(column.tolist() for column in columns)))


def _retransmits_cell(state: int, tries: int, has_risen: bool, share: float) -> Cell:  # noqa: FBT001 - one per column
    if state == TcpState.SYN_SENT:
        return Cell(f"×{tries}", Role.NOTE)
    text = share_text(share)
    return Cell(f"{text[:3]}+", Role.TROUBLE) if has_risen else known_cell(text, Role.NOTE)


def recv_q_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the bytes that the programs have not read."""
    return _queue_cells(texts, rows, texts.interval.table.recv_q)


def send_q_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write the bytes that the peers have not acknowledged."""
    return _queue_cells(texts, rows, texts.interval.table.send_q)


def _queue_cells(texts: RowTexts, rows: Rows, waiting: U32) -> list[Cell]:
    # A listener has its accept queue and backlog in these fields: other things under the same titles.
    return number_cells(where_known(waiting[rows], ~texts.interval.table.is_listener[rows]), bytes_text)


def idle_cells(texts: RowTexts, rows: Rows) -> list[Cell]:
    """Write how long no data has passed."""
    return number_cells(idle_seconds(texts.interval, rows), duration_text)


def round_trips_us(interval: Interval, rows: Rows) -> F64:
    """Give the smoothed round trip times in microseconds; NaN where unknown."""
    measured = interval.table.rtt_us[rows]
    # The kernel says 0 before it has measured one.
    return where_known(measured, interval.table.knows("rtt_us")[rows] & (measured > 0))


def retransmit_shares(interval: Interval, rows: Rows) -> F64:
    """Give the share of segments that were sent again since the connection opened, 0 to 1; NaN where unknown."""
    table = interval.table
    shares = table.total_retrans[rows] / np.maximum(table.segs_out[rows], 1)
    return where_known(shares, table.knows("segs_out")[rows] & table.is_pair[rows])


def idle_seconds(interval: Interval, rows: Rows) -> F64:
    """Give the seconds since data last passed, either way; NaN where unknown."""
    table = interval.table
    idle = np.minimum(table.last_data_sent_ms[rows], table.last_data_recv_ms[rows]) / 1000.0
    return where_known(idle, table.has_idle_time[rows])
