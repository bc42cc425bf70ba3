"""The cells of one socket under the columns of the Connections pane."""

from __future__ import annotations

import numpy as np

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Rows
from monitor.model.tcp import PROTOCOL_TCP, TROUBLE_ORDER, TcpState
from monitor.presentation.formats import bytes_text, duration_text, rate_text, rtt_text, share_text
from monitor.presentation.row_text import UNKNOWN, RowTexts
from monitor.presentation.view import Cell, Role

RETRANS_RECENT_S = 10.0
"""A rise of the retransmissions is marked for this long."""


def _known(text: str, role: Role = Role.PLAIN) -> Cell:
    return Cell(text, Role.DIM if text in (UNKNOWN, "0") else role)


def state_cell(texts: RowTexts, row: int) -> Cell:
    """Name the state; trouble stands out."""
    text = texts.state(row)
    if int(texts.interval.table.protocol[row]) != PROTOCOL_TCP:
        return Cell(f"udp {text}", Role.PLAIN)
    state = int(texts.interval.table.state[row])
    if state == TcpState.ESTABLISHED:
        return Cell(text, Role.GOOD)
    return Cell(text, Role.NOTE if state in TROUBLE_ORDER else Role.DIM)


def local_cell(texts: RowTexts, row: int) -> Cell:
    """Write the local endpoint as packets carry it."""
    return Cell(str(texts.local(row).on_the_wire), Role.LOCAL, keeps_end=True)


def remote_cell(texts: RowTexts, row: int) -> Cell:
    """Write the remote endpoint as packets carry it; "*" where there is none."""
    if not bool(texts.interval.table.is_pair[row]):
        return Cell("*", Role.DIM)
    return Cell(str(texts.remote(row).on_the_wire), Role.REMOTE, keeps_end=True)


def direction_cell(texts: RowTexts, row: int) -> Cell:
    """Say who dialled."""
    return _known(texts.direction(row), Role.STRONG)


def process_cell(texts: RowTexts, row: int) -> Cell:
    """Name the owner with its pid."""
    return Cell(texts.process(row), Role.NAME if texts.owners(row) else Role.DIM, keeps_end=True)


def process_name_cell(texts: RowTexts, row: int) -> Cell:
    """Name the owner without its pid, where there is no room."""
    return Cell(texts.process(row, with_pid=False), Role.NAME if texts.owners(row) else Role.DIM)


def interface_cell(texts: RowTexts, row: int) -> Cell:
    """Name the interface that the row belongs to."""
    return _known(texts.interface(row))


def user_cell(texts: RowTexts, row: int) -> Cell:
    """Name the user that made the socket."""
    return _known(texts.user(row))


def receive_cell(texts: RowTexts, row: int) -> Cell:
    """Write the bytes per second received."""
    return _known(rate_text(float(texts.interval.receive_rate[row])), Role.RATE)


def send_cell(texts: RowTexts, row: int) -> Cell:
    """Write the bytes per second acknowledged by the peer."""
    return _known(rate_text(float(texts.interval.send_rate[row])), Role.RATE)


def rate_cell(texts: RowTexts, row: int) -> Cell:
    """Write both rates together."""
    return _known(rate_text(float(texts.interval.receive_rate[row] + texts.interval.send_rate[row])), Role.RATE)


def rtt_cell(texts: RowTexts, row: int) -> Cell:
    """Write the round trip time; the kernel says 0 before it has measured one."""
    table = texts.interval.table
    is_known = bool(table.knows("rtt_us")[row]) and int(table.rtt_us[row]) > 0
    return _known(rtt_text(float(table.rtt_us[row]) if is_known else None))


def retransmits_cell(texts: RowTexts, row: int) -> Cell:
    """Write the share sent again, "+" where it has just risen; of a SYN how often it was repeated."""
    interval, table = texts.interval, texts.interval.table
    if int(table.state[row]) == TcpState.SYN_SENT:
        return Cell(f"×{int(table.timer_tries[row])}", Role.NOTE)
    has_risen = interval.sample.boot_time - float(interval.retrans_rose_at[row]) <= RETRANS_RECENT_S
    share = float(retransmit_shares(interval, np.array([row]))[0])
    text = share_text(share)
    if has_risen:
        return Cell(f"{text[:3]}+", Role.TROUBLE)
    return _known(text, Role.NOTE)


def recv_q_cell(texts: RowTexts, row: int) -> Cell:
    """Write the bytes that the program has not read."""
    return _queue(texts, row, int(texts.interval.table.recv_q[row]))


def send_q_cell(texts: RowTexts, row: int) -> Cell:
    """Write the bytes that the peer has not acknowledged."""
    return _queue(texts, row, int(texts.interval.table.send_q[row]))


def _queue(texts: RowTexts, row: int, waiting: int) -> Cell:
    # A listener has its accept queue and backlog in these fields: other things under the same titles.
    is_listener = bool(texts.interval.table.is_listener[row])
    return _known(bytes_text(None if is_listener else float(waiting)))


def idle_cell(texts: RowTexts, row: int) -> Cell:
    """Write how long no data has passed."""
    seconds = float(idle_seconds(texts.interval, np.array([row]))[0])
    return Cell(duration_text(None if np.isnan(seconds) else seconds), Role.DIM if np.isnan(seconds) else Role.PLAIN)


def retransmit_shares(interval: Interval, rows: Rows) -> F64:
    """Give the share of segments that were sent again since the connection opened, 0 to 1; NaN where unknown."""
    table = interval.table
    sent = table.segs_out[rows].astype(np.float64)
    shares: F64 = table.total_retrans[rows] / np.maximum(sent, 1)
    shares[~(table.knows("segs_out") & table.is_pair)[rows]] = np.nan
    return shares


def idle_seconds(interval: Interval, rows: Rows) -> F64:
    """Give the seconds since data last passed, either way; NaN where unknown."""
    table = interval.table
    idle: F64 = np.minimum(table.last_data_sent_ms[rows], table.last_data_recv_ms[rows]) / 1000.0
    idle[~table.has_idle_time[rows]] = np.nan
    return idle
