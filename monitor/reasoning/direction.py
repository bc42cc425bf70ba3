"""Who dialled: from the state, from TCP's own byte counters, from the listener on the local endpoint.

With nothing in flight, bytes_acked − (bytes_sent − bytes_retrans) counts the sequence numbers that carried no data:
the own FIN, and the SYN of the side that dialled. The side that accepted sent its SYN before the counter began.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.model.sample import DIRECTION_ACCEPTED, DIRECTION_DIALLED, DIRECTION_UNKNOWN
from monitor.model.socket_table import U64, Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState

_OWN_FINS = {TcpState.ESTABLISHED: 0, TcpState.CLOSE_WAIT: 0, TcpState.FIN_WAIT_2: 1}
"""How many FINs of ours were acknowledged; in the other states it depends."""
_TELLS = np.zeros(256, np.bool_)
_FINS = np.zeros(256, np.uint64)
_TELLS[list(_OWN_FINS)], _FINS[list(_OWN_FINS)] = True, list(_OWN_FINS.values())


def directions(
    table: SocketTable, listener: Rows, by_counters: npt.NDArray[np.int8] | None = None
) -> npt.NDArray[np.int8]:
    """Tell for each row whether it was accepted or dialled, or that this is not known.

    Args:
        table: The rows.
        listener: For each row its listener's row or -1, as listener_rows() gives it.
        by_counters: What told_by_counters() says of the rows; None to ask it.
    """
    told = (told_by_counters(table) if by_counters is None else by_counters).copy()
    rows = np.flatnonzero((told == DIRECTION_UNKNOWN) & (table.protocol == PROTOCOL_TCP) & table.is_pair)
    state = table.state[rows]
    told[rows[listener[rows] >= 0]] = DIRECTION_ACCEPTED
    told[rows[state == TcpState.SYN_SENT]] = DIRECTION_DIALLED
    told[rows[(state == TcpState.SYN_RECEIVED) | (state == TcpState.NEW_SYN_RECEIVED)]] = DIRECTION_ACCEPTED
    return told


def told_by_counters(table: SocketTable, told_before: npt.NDArray[np.int8] | None = None) -> npt.NDArray[np.int8]:
    """Tell the direction of the rows whose own counters prove it; what they proved earlier stays true.

    Args:
        table: The rows.
        told_before: What was told of them earlier, DIRECTION_UNKNOWN for nothing; None for all of them.
    """
    told = np.full(len(table), DIRECTION_UNKNOWN, np.int8) if told_before is None else told_before
    rows = np.flatnonzero(told == DIRECTION_UNKNOWN)
    rows = rows[_may_tell(table, rows)]
    if not len(rows):
        return told
    syns = _counted_syns(table, rows)
    told = told.copy()
    told[rows[syns == 0]] = DIRECTION_ACCEPTED
    told[rows[syns == 1]] = DIRECTION_DIALLED
    return told


def _may_tell(table: SocketTable, rows: Rows) -> Bools:
    """Tell which of some rows have nothing in flight, and counters that are known."""
    telling: Bools = (
        (table.protocol[rows] == PROTOCOL_TCP)
        & _TELLS[table.state[rows]]
        & (table.unacked[rows] == 0)
        & (table.send_q[rows] == 0)
        & table.knows("bytes_retrans")[rows]
        & table.knows("bytes_acked")[rows]
    )
    return telling


def _counted_syns(table: SocketTable, rows: Rows) -> U64:
    """Give how many SYNs the counters hold: 0 or 1 where they are right."""
    carried = table.bytes_sent[rows] - table.bytes_retrans[rows]
    syns: U64 = table.bytes_acked[rows] - carried - _FINS[table.state[rows]]
    return syns
