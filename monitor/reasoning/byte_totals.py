"""What a connection has carried, to the byte: TCP's counters without SYN and FIN, which count as a byte each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.model.sample import DIRECTION_DIALLED
from monitor.model.socket_table import U64, Bools, SocketTable
from monitor.model.tcp import TcpState

_PEER_HAS_CLOSED = np.zeros(256, np.bool_)
_PEER_HAS_CLOSED[[TcpState.CLOSE_WAIT, TcpState.LAST_ACK, TcpState.CLOSING, TcpState.TIME_WAIT]] = True
"""By state: whether the peer's FIN was received."""


def acknowledged_bytes(table: SocketTable, direction: npt.NDArray[np.int8]) -> U64:
    """Give the bytes of data that the peer has acknowledged.

    Args:
        table: The rows; those without counters have 0.
        direction: For each row whether it dialled. Where that is not known and data is in flight, the answer may be
            one too many.
    """
    handed_down = table.bytes_sent - table.bytes_retrans
    syn = (direction == DIRECTION_DIALLED) & (table.bytes_acked > 0)
    # An own FIN is counted once all data before it was: so it never makes more than all data.
    acknowledged: U64 = np.minimum(table.bytes_acked - syn.astype(np.uint64), handed_down)
    return acknowledged


def received_bytes(table: SocketTable, has_peer_closed: Bools | None = None) -> U64:
    """Give the bytes of data that came from the peer in order.

    Args:
        table: The rows.
        has_peer_closed: Which peers' FINs were received; None to tell it from the states.
    """
    fin = _PEER_HAS_CLOSED[table.state] if has_peer_closed is None else has_peer_closed
    received: U64 = table.bytes_received - (fin & (table.bytes_received > 0)).astype(np.uint64)
    return received


def own_fin_acknowledged(table: SocketTable, direction: npt.NDArray[np.int8]) -> Bools:
    """Tell of which rows the peer has acknowledged our FIN: all that was sent, and one more."""
    syn = ((direction == DIRECTION_DIALLED) & (table.bytes_acked > 0)).astype(np.uint64)
    has_fin: Bools = table.bytes_acked == table.bytes_sent - table.bytes_retrans + syn + np.uint64(1)
    return has_fin
