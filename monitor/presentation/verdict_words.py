"""What decides about a TCP connection now, in one line: who holds it up, by how much, whose side, how sure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from monitor.model.tcp import TcpState
from monitor.model.tcp_info import TIMER_RETRANSMIT
from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.formats import bytes_text, share_text
from monitor.presentation.limit_words import seconds_text
from monitor.presentation.linked_line import LineMaker, LinkedLine, Part
from monitor.presentation.state_words import closed_by_peer
from monitor.presentation.timer_words import left_text
from monitor.presentation.view import Cell, Role
from monitor.reasoning.limits import Limits, limits_over, limits_since_opened

_OVER_S = 120.0
_HALF = 0.5
"""From this share of a full receive buffer on our program is said not to read."""
_TIMEOUTS = 2
"""So many timeouts in a row are more than one lost segment."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    said: str
    measured: Part
    whose: str
    role: Role = Role.NOTE


def verdict_lines(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    """Say the first thing that decides; nothing where nothing is known, or another line says it all."""
    if not reading.is_tcp:
        return []
    for judge in (_unanswered, _silent_peer, _unread, _unclosed, _pace):
        verdict = judge(reading)
        if verdict is not None:
            parts = [verdict.measured, verdict.whose, "certain"]
            return [maker.words("verdict", "Verdict", Cell(verdict.said, verdict.role), parts)]
    return []


def _unanswered(reading: ConnectionReading) -> _Verdict | None:
    _, tries, left = reading.timer
    if reading.state != TcpState.SYN_SENT or not tries:
        return None
    measured = f"SYN sent again {tries} times, timer in {left_text(left)}"
    return _Verdict("nobody answers", measured, "filtered or dead, not refused")


def _silent_peer(reading: ConnectionReading) -> _Verdict | None:
    timer, tries, left = reading.timer
    if timer != TIMER_RETRANSMIT or tries < _TIMEOUTS:
        return None
    measured = (
        f"{bytes_text(reading.waiting_bytes)} not acknowledged, sent again {tries} times, next in {left_text(left)}"
    )
    return _Verdict("the peer does not answer", measured, "the peer or the path, not our program")


def _unread(reading: ConnectionReading) -> _Verdict | None:
    memory = reading.details.memory if reading.details is not None else None
    if memory is None or not memory.receive_buffer or memory.received < memory.receive_buffer * _HALF:
        return None
    full = share_text(memory.received / memory.receive_buffer)
    measured = f"{bytes_text(reading.unread_bytes)} wait, the receive buffer is {full} % full"
    return _Verdict("our program does not read", measured, "this host, not the path")


def _unclosed(reading: ConnectionReading) -> _Verdict | None:
    if reading.state != TcpState.CLOSE_WAIT:
        return None
    has_process = reading.column("inode") != 0
    said = "our program has not called close()" if has_process else "no program has accepted it"
    return _Verdict(said, f"the peer closed {closed_by_peer(reading)} ago", "this host")


def _pace(reading: ConnectionReading) -> _Verdict | None:
    """Judge by the last two minutes, as far as they were watched; else by all the time since the opening."""
    if reading.state != TcpState.ESTABLISHED:
        return None
    lately = None if reading.history is None else limits_over(reading.history.busy, _OVER_S)
    if lately is not None:
        return _judged(reading, lately, f"of the last {seconds_text(lately.seconds)}")
    ever = limits_since_opened(reading.info)
    return None if ever is None else _judged(reading, ever, f"of the {seconds_text(ever.seconds)} that it was busy")


def _judged(reading: ConnectionReading, limits: Limits, during: str) -> _Verdict:
    shares: dict[Callable[[str, str, ConnectionReading], _Verdict], float] = {
        _program: limits.program,
        _window: limits.peer_window,
        _buffer: limits.send_buffer,
        _network: limits.network,
    }
    largest = max(shares, key=lambda judge: shares[judge])
    return largest(f"{share_text(shares[largest])} %", during, reading)


def _program(share: str, during: str, _: ConnectionReading) -> _Verdict:
    measured = _measured(share, during, "it had nothing to send")
    return _Verdict("our program sets the pace", measured, "not the peer, not the path", Role.PLAIN)


def _window(share: str, during: str, reading: ConnectionReading) -> _Verdict:
    is_shut = reading.info.peer_window_bytes == 0
    said = "the peer does not read" if is_shut else "the peer's window sets the pace"
    return _Verdict(said, _measured(share, during, "its window was full"), "not this host, not the path")


def _buffer(share: str, during: str, _: ConnectionReading) -> _Verdict:
    return _Verdict("our send buffer is too small", _measured(share, during, "it held data back"), "this host")


def _network(share: str, during: str, _: ConnectionReading) -> _Verdict:
    measured = _measured(share, during, "data was on its way or held by cwnd")
    return _Verdict("the path sets the pace", measured, "not the two programs", Role.PLAIN)


def _measured(share: str, during: str, what: str) -> Part:
    return f"{share} {during} {what}", f"{share} {during}"
