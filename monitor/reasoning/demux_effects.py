"""What the receiver of a segment does with it: the kernel's rules by the state of what was matched.

"Matched" is no proof of delivery, and an RST no proof that nothing matched.
"""

from __future__ import annotations

from monitor.model.demux import Effect, Effects
from monitor.model.receiver import ReceiverFacts
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_UDP, TcpState
from monitor.reasoning.listeners import ListenerIndex, listener_of

_HALF_OPEN = (TcpState.SYN_RECEIVED, TcpState.NEW_SYN_RECEIVED)
_AFTER_OWN_FIN = (TcpState.FIN_WAIT_1, TcpState.FIN_WAIT_2)
_CONNECTED = Effects(Effect.CHALLENGED, Effect.QUEUED)
_SIMPLE: dict[int, Effects] = {
    TcpState.LISTEN: Effects(Effect.ACCEPTED, Effect.RESET),
    TcpState.SYN_SENT: Effects(Effect.CROSSED, Effect.RESET),
    TcpState.SYN_RECEIVED: Effects(Effect.RESENT, Effect.COMPLETED),
    TcpState.TIME_WAIT: Effects(Effect.RECYCLED, Effect.ACKNOWLEDGED),
    # After the peer's FIN there is nothing more to come: what comes again is acknowledged again.
    TcpState.CLOSE_WAIT: Effects(Effect.CHALLENGED, Effect.ACKNOWLEDGED),
    TcpState.LAST_ACK: Effects(Effect.CHALLENGED, Effect.ACKNOWLEDGED),
    TcpState.CLOSING: Effects(Effect.CHALLENGED, Effect.ACKNOWLEDGED),
}
"""By state, where nothing else is minded; any other state is an open connection."""


def effects_of(
    table: SocketTable, facts: ReceiverFacts, row: int | None, *, successors: tuple[int, ...] = ()
) -> Effects:
    """Say what becomes of a SYN and of data.

    Args:
        table: the rows.
        facts: what was asked; its look-up may name a receiver that the table lacks.
        row: the receiver; None for nobody, or one that the table lacks.
        successors: who listens where the receiver is a TIME-WAIT.
    """
    found = None if facts.look_up is None else facts.look_up.found
    if facts.segment.protocol == PROTOCOL_UDP:
        return Effects(None, _of_datagram(table, row, is_found=found is not None))
    if row is None:
        return Effects(Effect.RESET, Effect.RESET) if found is None else _SIMPLE.get(found.state, _CONNECTED)
    return _of_row(table, row, successors)


def _of_row(table: SocketTable, row: int, successors: tuple[int, ...]) -> Effects:
    state = int(table.state[row])
    if state == TcpState.LISTEN and is_overflowing(table, row):
        return Effects(Effect.QUEUE_FULL, Effect.RESET)
    if state == TcpState.TIME_WAIT and not successors:
        return Effects(Effect.RECYCLED_RESET, Effect.ACKNOWLEDGED)
    if state in _HALF_OPEN:
        return Effects(Effect.RESENT, _of_last_ack(table, row))
    # An orphan in FIN-WAIT takes no more data (tcp_rcv_state_process); an established one waits to be accepted.
    if state in _AFTER_OWN_FIN and int(table.inode[row]) == 0:
        return Effects(Effect.CHALLENGED, Effect.RESET)
    return _SIMPLE.get(state, _CONNECTED)


def is_overflowing(table: SocketTable, listener: int) -> bool:
    """Tell whether a listener's accept queue is full."""
    # sk_acceptq_is_full() asks for >: the queue holds one more than the backlog.
    return int(table.recv_q[listener]) > int(table.send_q[listener])


def _of_datagram(table: SocketTable, row: int | None, *, is_found: bool) -> Effect:
    if row is None:
        return Effect.QUEUED if is_found else Effect.UNREACHABLE
    limit = int(table.receive_buffer[row])
    return Effect.BUFFER_FULL if limit and int(table.recv_q[row]) >= limit else Effect.QUEUED


def _of_last_ack(table: SocketTable, row: int) -> Effect:
    """Follow a half-open connection to its listener: without one the ACK is answered with RST."""
    # An entry that was not accepted yet has its listener's family.
    listener = listener_of(table, ListenerIndex(table), row, int(table.family[row]))
    if listener < 0:
        return Effect.RESET
    return Effect.QUEUE_FULL if is_overflowing(table, listener) else Effect.COMPLETED
