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
CLOSING_THERE = (TcpState.CLOSE_WAIT, TcpState.LAST_ACK)
"""States of a side whose peer closed first."""
_ONCE_HELD = 1
"""An inode for rows that somebody may have accepted."""

_AnyT = TypeVar("_AnyT", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class ClosedSockets:
    """Columns with an entry per close."""

    boot_time: F64
    """CLOCK_BOOTTIME in seconds when each was told."""
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

    @classmethod
    def join(cls, closes: Records, interval: Interval, pending: PendingTransitions) -> ClosedSockets:
        """Join CLOSE records.

        One without a row and a remote endpoint is left out, since nobody knows what it was; so is one of which it was
        already told that its handshake failed, whenever its program closes the socket.
        """
        row = find_places(interval.table.cookie, closes["cookie"].astype(np.uint64))
        kept = (row >= 0) | (closes["remote_port"] != 0)
        closes, row, lives = closes[kept], row[kept], pending.lives
        table = _table_of(closes, interval, row)
        life = lives.find(pairs_of(vars_of(table)), closes["boot_time"].astype(np.float64))
        is_told = values_of(lives.has_failed & pending.is_told, life, unknown=False)
        if is_told.any():
            closes, row, table, life = closes[~is_told], row[~is_told], table.take(~is_told), life[~is_told]
        boot_time = closes["boot_time"].astype(np.float64)
        listener = _listeners(table, interval)
        last_state = values_of(interval.table.state, row, 0)
        direction = _directions(table, values_of(interval.direction, row, DIRECTION_UNKNOWN), listener, life, lives)
        began = values_of(lives.opened_at, life, np.nan)
        return cls(
            boot_time=boot_time,
            table=table,
            row=row,
            life=life,
            listener=listener,
            last_state=last_state,
            direction=direction,
            ending=_endings(table, direction, last_state, values_of(lives.ending, life, Ending.UNKNOWN)),
            opened_at=np.where(np.isnan(began), values_of(interval.opened_at, row, np.nan), began),
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
        failed: Bools = self.last_state == TcpState.SYN_SENT
        return failed

    @property
    def has_peer_closed(self) -> Bools:
        """Whether the peer's FIN was received."""
        was_first = (self.ending == Ending.CLOSED_THERE) | np.isin(self.last_state, CLOSING_THERE)
        # Whoever closed first is gone once the other has closed too, but for a reset, which acknowledges nothing.
        was_second = np.isin(self.ending, (Ending.CLOSED_HERE, Ending.IN_ORDER))
        closed: Bools = was_first | (was_second & own_fin_acknowledged(self.table, self.direction))
        return closed


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
    return table


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


def _endings(table: SocketTable, direction: npt.NDArray[np.int8], last_state: U8, seen: U8) -> U8:
    """Tell how each ended: as was seen, else by its state in the last sample, else by its final counters."""
    by_state = np.select(
        [
            (table.protocol != PROTOCOL_TCP) | (table.remote_port == 0),
            last_state == TcpState.SYN_SENT,
            np.isin(last_state, CLOSING_THERE),
            np.isin(last_state, CLOSING_HERE),
            own_fin_acknowledged(table, direction),
        ],
        [Ending.UNKNOWN, Ending.UNANSWERED, Ending.CLOSED_THERE, Ending.CLOSED_HERE, Ending.IN_ORDER],
        Ending.BROKEN,
    )
    return np.where(seen == Ending.UNKNOWN, by_state, seen).astype(np.uint8)
