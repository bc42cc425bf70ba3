"""What a TCP connection waits for in a state other than ESTABLISHED (RFC 9293, 3.3.2), and for how long."""

from __future__ import annotations

from collections.abc import Callable

from monitor.model.tcp import PROTOCOL_TCP, TcpState, state_name
from monitor.model.tcp_info import TIMER_NONE
from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.formats import UNKNOWN, bytes_text, duration_text
from monitor.presentation.linked_line import LineMaker, LinkedLine
from monitor.presentation.timer_words import left_text, syn_text, timer_text, tries_text
from monitor.presentation.view import Cell, Role

_SYN_STATES = (TcpState.SYN_SENT, TcpState.SYN_RECEIVED, TcpState.NEW_SYN_RECEIVED)
WITHOUT_TRAFFIC = frozenset({*_SYN_STATES, TcpState.TIME_WAIT})
"""States in which no data was or will be exchanged by this socket: there are no figures to show."""
_MS = 1000


def state_lines(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    """Say what the state waits for; nothing where the connection is established or the state is not known."""
    say = _SAYERS.get(reading.state)
    if say is None or not reading.is_tcp:
        return []
    heading = maker.heading(f"What {state_name(PROTOCOL_TCP, reading.state)} waits for")
    return [heading, *say(reading, maker)]


def is_all_over(reading: ConnectionReading) -> bool:
    """Whether nothing more will be sent or read: the own FIN is acknowledged and no process has the socket."""
    return reading.state == TcpState.FIN_WAIT_2 and reading.column("inode") == 0


def _syn_sent(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    _, tries, left = reading.timer
    limit = reading.details.syn_retries if reading.details is not None else None
    parts = [f"host's limit {limit}"] if limit is not None else []
    answer = "nothing came back: filtered or dead, not refused" if tries else "no answer yet"
    return [
        maker.words("syn_tries", "SYN", Cell(syn_text(tries, left, limit), Role.NOTE), parts),
        maker.words(
            "syn_answer", "answer", Cell(answer, Role.TROUBLE if tries else Role.PLAIN), ["a refusal ends it at once"]
        ),
    ]


def _syn_received(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    _, tries, left = reading.timer
    sent = f"SYN-ACK sent{tries_text(tries)}"
    parts = [f"next in {left_text(left)}", "the client's ACK has not come: lost, or its address is not its own"]
    return [
        maker.words("syn_received", "handshake", Cell(sent, Role.NOTE), parts),
        maker.words("kernel_held", "held by", Cell("the kernel's own, no process"), ["the listener has not seen it"]),
    ]


def _time_wait(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    _, _, left = reading.timer
    parts = ["kernel's own, no process", "this side closed first, or both at once"]
    return [maker.words("time_wait", "ends in", Cell(f"{left_text(left)} left"), parts)]


def _close_wait(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    is_accepted = reading.column("inode") != 0
    ours = "our program has not called close()" if is_accepted else "no program has accepted it yet"
    # The peer's FIN counts as one byte until the program has read the end of the stream.
    parts = ["has not read the end of the stream"] if reading.recv_q else []
    parts += [f"nor {bytes_text(reading.unread_bytes)} before it"] if reading.unread_bytes else []
    return [
        maker.words("close_wait", "peer", Cell(f"closed {closed_by_peer(reading)} ago", Role.NOTE)),
        maker.words("close_wait", "we", Cell(ours, Role.TROUBLE), parts),
    ]


def closed_by_peer(reading: ConnectionReading) -> str:
    """Say when the FIN came: after the last data, and not after the last acknowledgement, since it carried one."""
    info = reading.info
    if info.last_data_recv_ms is None:
        return UNKNOWN
    if info.last_ack_recv_ms is None:
        return f"at most {duration_text(info.last_data_recv_ms / _MS)}"
    least, most = duration_text(info.last_ack_recv_ms / _MS), duration_text(info.last_data_recv_ms / _MS)
    return least if least == most or info.last_ack_recv_ms > info.last_data_recv_ms else f"{least} to {most}"


def _fin_wait_1(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    parts = [timer_text(*reading.timer), _holder(reading)]
    return [maker.words("fin_wait_1", "our FIN", Cell("not acknowledged by the peer", Role.NOTE), parts)]


def _fin_wait_2(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    timer, _, left = reading.timer
    lines = [maker.words("fin_wait_2", "peer", Cell("acknowledged our FIN and has not closed"), [_holder(reading)])]
    if reading.column("inode") == 0 and timer != TIMER_NONE:
        # tcp_fin_timeout counts only once no process has the socket.
        lines.append(maker.words("fin_wait_2", "ends in", Cell(f"{left_text(left)} left"), ["orphaned: then dropped"]))
    elif reading.column("inode") != 0:
        lines.append(maker.words("fin_wait_2", "ends", Cell("when the peer closes"), ["our program can still read"]))
    return lines


def _closing(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    parts = ["both sides closed at once", timer_text(*reading.timer)]
    return [maker.words("closing", "our FIN", Cell("not acknowledged by the peer", Role.NOTE), parts)]


def _last_ack(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    parts = ["both sides have closed, the peer first", timer_text(*reading.timer), _holder(reading)]
    return [maker.words("last_ack", "our FIN", Cell("not acknowledged by the peer", Role.NOTE), parts)]


def _holder(reading: ConnectionReading) -> str:
    has_process = reading.column("inode") != 0
    return "our program still holds the socket" if has_process else "no process holds it any more"


_SAYERS: dict[int, Callable[[ConnectionReading, LineMaker], list[LinkedLine]]] = {
    TcpState.SYN_SENT: _syn_sent,
    TcpState.SYN_RECEIVED: _syn_received,
    TcpState.NEW_SYN_RECEIVED: _syn_received,
    TcpState.TIME_WAIT: _time_wait,
    TcpState.CLOSE_WAIT: _close_wait,
    TcpState.FIN_WAIT_1: _fin_wait_1,
    TcpState.FIN_WAIT_2: _fin_wait_2,
    TcpState.CLOSING: _closing,
    TcpState.LAST_ACK: _last_ack,
}
