"""ClosedSockets: closes joined to the rows, lives and listeners that tell the rest about the same sockets."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from monitor.model.closes import CLOSE_COLUMNS
from monitor.model.event_list import Ending
from monitor.model.places import find_places
from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, DIRECTION_UNKNOWN, F64, Interval
from monitor.model.socket_table import U8, V6ONLY_UNKNOWN, Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.model.ways import Records
from monitor.reasoning.byte_totals import own_fin_acknowledged
from monitor.reasoning.listeners import listener_rows
from monitor.sampling.lives import Lives, pairs_of
from monitor.sampling.pending_transitions import PendingTransitions

_IDENTITY = ("local_high", "local_low", "local_port", "remote_high", "remote_low", "remote_port", "device", "family")
CLOSING_HERE = (TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_2, TcpState.CLOSING, TcpState.TIME_WAIT)
"""States of a side that closed first."""
ACKNOWLEDGED_HERE = (TcpState.FIN_WAIT_2, TcpState.TIME_WAIT)
"""States in which its FIN has been acknowledged."""
CLOSING_THERE = (TcpState.CLOSE_WAIT, TcpState.LAST_ACK)
"""States of a side whose peer closed first."""
_TOLD_WITHIN_S = 0.1
"""Closes are gathered for some hundredths of a second, and the kernel tells of them from a queue."""
_SYN_SENT = np.uint8(TcpState.SYN_SENT)
_ONCE_HELD = 1
"""An inode for rows that somebody may have accepted."""

_AnyT = TypeVar("_AnyT", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class ClosedSockets:
    """Columns with an entry per close."""

    boot_time: F64
    """CLOCK_BOOTTIME in seconds when each ended, or was told to be gone where that was not seen."""
    table: SocketTable
    """Their endpoints and final counters; state, inode and uid mean nothing."""
    row: Rows
    """Row in the interval; -1 where no sample saw it."""
    life: Rows
    """Its life; -1 where no transition of it was seen."""
    listener: Rows
    """Row in the interval of the listener at its local endpoint; -1 for none."""
    last_state: U8
    """State in the interval; 0 where no sample saw it."""
    direction: npt.NDArray[np.int8]
    """As in an Interval."""
    ending: U8
    """An Ending."""
    opened_at: F64
    """CLOCK_BOOTTIME in seconds since when it was open; NaN where that was not seen."""
    was_unanswered: Bools
    """Dialled, and its SYN was never acknowledged: as a sample saw it last, or by its counters."""
    was_left: Bools
    """Seen to close without a FIN of its own after the peer's."""
    was_half_closed: Bools
    """A sample saw that its program had sent a FIN and still held it."""
    has_received_more: Bools
    """Whether anything, a FIN included, came since the last sample that saw it, or may have."""

    @classmethod
    def join(cls, closes: Records, interval: Interval, pending: PendingTransitions) -> ClosedSockets:
        """Join CLOSE records.

        One without a row and a remote endpoint is left out, since nobody knows what it was; so is one of which it was
        already told that its handshake failed, or that it was cut, whenever its program closes the socket.
        """
        row = find_places(interval.table.cookie, closes["cookie"].astype(np.uint64))
        kept = (row >= 0) | (closes["remote_port"] != 0)
        closes, row, lives = closes[kept], row[kept], pending.lives
        table = _table_of(closes, interval, row)
        life = lives.find_ended(pairs_of(vars_of(table)), closes["boot_time"].astype(np.float64))
        is_told = values_of((lives.has_failed & pending.is_told) | pending.is_end_told, life, unknown=False)
        if is_told.any():
            closes, row, table, life = closes[~is_told], row[~is_told], table.take(~is_told), life[~is_told]
        boot_time = _ended_at(closes["boot_time"].astype(np.float64), values_of(lives.ended_at, life, np.nan))
        listener = _listeners(table, interval)
        last_state = values_of(interval.table.state, row, 0)
        began = values_of(lives.opened_at, life, np.nan)
        # What a sample saw dial may have opened and closed since.
        is_dialling = (last_state == TcpState.SYN_SENT) & ~(table.knows("bytes_acked") & (table.bytes_acked > 0))
        was_unanswered = is_dialling | ((row < 0) & (listener < 0) & _is_unanswered(table))
        was_unanswered &= np.isnan(began)
        is_dialled = was_unanswered | (last_state == TcpState.SYN_SENT)
        told = values_of(interval.direction, row, DIRECTION_UNKNOWN)
        told[was_unanswered] = DIRECTION_DIALLED
        direction = _directions(table, told, listener, life, lives)
        is_held = values_of(interval.table.inode, row, 0) != 0
        received_before = values_of(interval.table.bytes_received, row, 0)
        was_left = values_of(lives.broke_after_fin, life, unknown=False)
        seen = values_of(lives.ending, life, Ending.UNKNOWN)
        # A reset that comes while the program is at its socket is taken by its own thread, too. Who cuts a connection
        # by a close leaves data unread, beside the peer's FIN; who asks for a reset has no remote endpoint any more.
        seen[(seen == Ending.RESET_HERE) & (closes["remote_port"] != 0) & (table.recv_q <= was_left)] = Ending.BROKEN
        return cls(
            boot_time=boot_time,
            table=table,
            row=row,
            life=life,
            listener=listener,
            last_state=last_state,
            direction=direction,
            ending=_endings(table, direction, np.where(is_dialled, was_unanswered * _SYN_SENT, last_state), seen, row),
            opened_at=np.where(np.isnan(began), values_of(interval.opened_at, row, np.nan), began),
            was_unanswered=was_unanswered,
            was_left=was_left,
            was_half_closed=is_held & np.isin(last_state, CLOSING_HERE),
            has_received_more=(row < 0) | (table.bytes_received != received_before),
        )

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: Rows | slice) -> ClosedSockets:
        """Give some of them."""
        taken = np.arange(len(self))[rows]
        columns = {each.name: getattr(self, each.name) for each in fields(self)}
        return ClosedSockets(
            table=self.table.take(taken), **{name: column[taken] for name, column in columns.items() if name != "table"}
        )

    @property
    def has_failed(self) -> Bools:
        """Whether the handshake was not finished."""
        return self.was_unanswered

    @property
    def has_peer_closed(self) -> Bools:
        """Whether the peer's FIN was received before the socket was gone.

        A socket that its program has closed goes as soon as its own FIN is acknowledged: only TIME-WAIT hears the
        peer's. Of one that was half-closed between two samples, and read to its end, nothing tells that it was.
        """
        was_first = (self.ending == Ending.CLOSED_THERE) | np.isin(self.last_state, CLOSING_THERE) | self.was_left
        is_acknowledged = own_fin_acknowledged(self.table, self.direction)
        # With unread data a program closes by a reset: after a FIN only the peer's FIN can stand in the queue.
        was_heard = np.where(self.ending == Ending.CLOSED_HERE, self.was_half_closed, self.has_received_more)
        was_second = np.isin(self.ending, (Ending.CLOSED_HERE, Ending.IN_ORDER)) & is_acknowledged
        closed: Bools = was_first | (was_second & ((self.table.recv_q > 0) | was_heard))
        return closed


def nameless(closes: Records, interval: Interval) -> int:
    """Count the TCP sockets among CLOSE records that join() leaves out, since nobody knows what they were."""
    without = closes[(closes["remote_port"] == 0) & (closes["protocol"] == PROTOCOL_TCP)]
    return int(np.count_nonzero(find_places(interval.table.cookie, without["cookie"].astype(np.uint64)) < 0))


def values_of(column: npt.NDArray[_AnyT], rows: Rows, unknown: float) -> npt.NDArray[_AnyT]:
    """Give the values of some rows of a column; of row -1 the other one."""
    values = np.full(len(rows), unknown, column.dtype)
    is_known = rows >= 0
    values[is_known] = column[rows[is_known]]
    return values


def vars_of(table: SocketTable) -> dict[str, npt.NDArray[np.generic]]:
    """Give the columns of a table by name that make a pair."""
    return {name: getattr(table, name) for name in _IDENTITY}


def _table_of(closes: Records, interval: Interval, row: Rows) -> SocketTable:
    """Give the closes as rows; a socket that a sample saw is named as there: at its end it may have no pair left."""
    table = SocketTable.zeros(len(closes), interval.table.namespace)
    for name in CLOSE_COLUMNS:
        getattr(table, name)[:] = closes[name]
    table.state[:], table.inode[:], table.v6only[:] = TcpState.ESTABLISHED, _ONCE_HELD, V6ONLY_UNKNOWN
    known = np.flatnonzero(row >= 0)
    for name in _IDENTITY:
        getattr(table, name)[known] = getattr(interval.table, name)[row[known]]
    # Cut by its own program, it was disconnected before it was destroyed: that sets its counters to 0 as well.
    table.info_length[(closes["remote_port"] == 0) & (table.remote_port != 0)] = 0
    return table


def _is_unanswered(table: SocketTable) -> Bools:
    """Tell whose counters are those of a SYN that was sent, and of nothing that came of it.

    An acknowledged SYN counts as a byte; whoever accepts has measured a round trip, or sent nothing.
    """
    carried = table.bytes_acked | table.bytes_received | table.bytes_sent
    unanswered: Bools = (
        (table.protocol == PROTOCOL_TCP)
        & table.knows("bytes_sent")
        & (table.remote_port != 0)
        & (carried == 0)
        & (table.rtt_us == 0)
        & (table.segs_out > 0)
    )
    return unanswered


def _ended_at(told_at: F64, seen_at: F64) -> F64:
    """Give when each ended: as was seen, unless its socket stayed on for longer than telling takes."""
    with np.errstate(invalid="ignore"):
        return np.where(told_at - seen_at < _TOLD_WITHIN_S, seen_at, told_at)


def _listeners(table: SocketTable, interval: Interval) -> Rows:
    listening = np.flatnonzero(interval.table.is_listener)
    both = SocketTable.concatenate([interval.table.take(listening), table])
    found = listener_rows(both, rows=np.arange(len(listening), len(both)))
    return np.where(found >= 0, np.append(listening, -1)[found], -1)


def _directions(
    table: SocketTable, told: npt.NDArray[np.int8], listener: Rows, life: Rows, lives: Lives
) -> npt.NDArray[np.int8]:
    """Tell who dialled: as the sample told, as it was seen to begin, else by the listener and the counters."""
    carried = (table.bytes_acked - (table.bytes_sent - table.bytes_retrans)).astype(np.int64)
    # The own SYN and the own FIN count as a byte each: both, or neither, leave no doubt.
    guessed = np.select(
        [
            values_of(lives.dialled, life, unknown=False),
            values_of(lives.accepted, life, unknown=False) | (listener >= 0) | (carried <= 0),
        ],
        [DIRECTION_DIALLED, DIRECTION_ACCEPTED],
        DIRECTION_DIALLED,
    )
    is_open = (told == DIRECTION_UNKNOWN) & (table.protocol == PROTOCOL_TCP) & (table.remote_port != 0)
    return np.where(is_open, guessed, told).astype(np.int8)


def _endings(table: SocketTable, direction: npt.NDArray[np.int8], last_state: U8, seen: U8, row: Rows) -> U8:
    """Tell how each ended: as was seen, else by its state in the last sample, else by its final counters."""
    has_fin = own_fin_acknowledged(table, direction)
    # Refused or given up at once; nobody saw how long it lasted.
    is_early = (row < 0) & (last_state == TcpState.SYN_SENT) & (table.total_retrans == 0)
    by_state = np.select(
        [
            (table.protocol != PROTOCOL_TCP) | (table.remote_port == 0) | is_early,
            last_state == TcpState.SYN_SENT,
            np.isin(last_state, CLOSING_THERE),
            np.isin(last_state, CLOSING_HERE),
            has_fin,
        ],
        [Ending.UNKNOWN, Ending.UNANSWERED, Ending.CLOSED_THERE, Ending.CLOSED_HERE, Ending.IN_ORDER],
        Ending.BROKEN,
    )
    ending = np.where(seen == Ending.UNKNOWN, by_state, seen)
    # A FIN may be answered by a reset, or by nothing.
    is_cut = (ending == Ending.CLOSED_HERE) & table.knows("bytes_retrans") & ~has_fin
    is_cut &= ~np.isin(last_state, ACKNOWLEDGED_HERE)
    return np.where(is_cut, Ending.BROKEN, ending).astype(np.uint8)
