"""Why a TCP connection is as fast as it is: who limits it, what waits where, and the windows that decide."""

from __future__ import annotations

from monitor.model.tcp_info import OPTION_ECN, OPTION_SACK, OPTION_TIMESTAMPS, TIMER_PROBE, TcpInfo
from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.formats import UNKNOWN, bytes_text, count_text, rate_text, rtt_text, share_text
from monitor.presentation.limit_words import limit_lines
from monitor.presentation.linked_line import LineMaker, LinkedLine
from monitor.presentation.reading_curves import curve
from monitor.presentation.safe_text import safe_text
from monitor.presentation.timer_words import left_text, timer_text, tries_text
from monitor.presentation.view import Cell, Role

_CONGESTION_STATES = {
    1: "acknowledgements come out of order",
    2: "slowed down: a router marked congestion, or the own queue was full",
    3: "recovers from a loss",
    4: "recovers from a timeout",
}
"""By congestion_state; 0 is the ordinary one."""


def pace_lines(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    """Say what decides the speed, the verdict first."""
    makers = (_unread, _unsent, _delivery, _peer_window, _cwnd, _mss, _keepalive, _timer, _control, _buffers)
    heading = maker.heading("Why it is as fast as it is")
    return [heading, *limit_lines(reading, maker), *(make(reading, maker) for make in makers)]


def _unread(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    if not reading.unread_bytes:
        all_read = ["our program has read all that arrived (recv_q)"]
        return maker.number("unread", "unread", "0", all_read, curve=curve(reading, maker, "recv_q"))
    memory = reading.details.memory if reading.details is not None else None
    parts = ["arrived, and our program has not read it (recv_q)"]
    if memory is not None and memory.receive_buffer:
        parts.append(f"buffer {share_text(memory.received / memory.receive_buffer)} % full, overhead counted")
    drawn = curve(reading, maker, "recv_q")
    return maker.number("unread", "unread", bytes_text(reading.unread_bytes), parts, Role.NOTE, curve=drawn)


def _unsent(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    unsent = reading.info.unsent_bytes
    if unsent is None:
        parts = [reading.why_unknown, f"{bytes_text(reading.waiting_bytes)} not acknowledged, sent or not (send_q)"]
        return maker.number("unsent", "unsent", UNKNOWN, parts)
    flying = f"{bytes_text(reading.flying_bytes)} sent and not acknowledged (send_q)"
    held = _what_holds(reading) if unsent else "all that our program wrote has left"
    drawn = curve(reading, maker, "send_q")
    return maker.number("unsent", "unsent", bytes_text(unsent), [held, flying], Role.NOTE, curve=drawn)


def _delivery(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    if info.delivery_rate is None:
        return maker.number("delivery", "delivery", UNKNOWN, [reading.why_unknown])
    if not info.delivery_rate:
        return maker.number("delivery", "delivery", UNKNOWN, ["not measured yet: nothing was acknowledged"])
    parts = ["our program had no more to send" if info.is_app_limited else "the path gave no more when it was measured"]
    parts.append(f"paced at {rate_text(info.pacing_rate)}/s" if info.pacing_rate else "not paced")
    return maker.number("delivery", "delivery", f"{rate_text(info.delivery_rate)}/s", parts, Role.RATE)


def _what_holds(reading: ConnectionReading) -> str:
    """Say what keeps written bytes from leaving."""
    info = reading.info
    flying, window, mss = reading.flying_bytes or 0, info.peer_window_bytes, info.send_mss_bytes or 0
    if window is not None and flying + mss > window:
        return "waits for the peer to open its window"
    if info.unacked_segments is not None and info.cwnd_segments and info.unacked_segments >= info.cwnd_segments:
        return "waits for acknowledgements: cwnd segments are on their way"
    if flying and (info.unsent_bytes or 0) < mss:
        return "less than a segment: waits for more, or for an acknowledgement (Nagle, cork)"
    return "waits to leave: paced, or behind other packets of this host"


def _peer_window(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    window = reading.info.peer_window_bytes
    if window is None:
        return maker.number("peer_window", "peer window", UNKNOWN, [reading.why_unknown])
    timer, tries, left = reading.timer
    if window == 0:
        probe = f"asks for it in {left_text(left)}{tries_text(tries)}" if timer == TIMER_PROBE else ""
        return maker.number(
            "peer_window", "peer window", "0", ["shut: the peer does not read", *([probe] * bool(probe))]
        )
    used = share_text(min((reading.flying_bytes or 0) / window, 1.0))
    parts = ["the peer takes so much beyond what it acknowledged", f"{used} % in use"]
    return maker.number("peer_window", "peer window", bytes_text(window), parts)


def _cwnd(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    if info.cwnd_segments is None:
        return maker.number("cwnd", "cwnd", UNKNOWN, [reading.why_unknown])
    parts = []
    if info.send_mss_bytes:
        room = bytes_text(info.cwnd_segments * info.send_mss_bytes)
        parts.append(f"× {count_text(info.send_mss_bytes)} = {room} may be on the way")
    if info.ssthresh_segments is None:
        parts.append("ssthresh unset: no loss yet")
    else:
        parts.append(f"ssthresh {count_text(info.ssthresh_segments)} since a loss")
    state = _CONGESTION_STATES.get(info.congestion_state or 0)
    return maker.number("cwnd", "cwnd", count_text(info.cwnd_segments), [*parts, *([state] if state else [])])


def _mss(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    if info.send_mss_bytes is None:
        return maker.number("mss", "mss", UNKNOWN, [reading.why_unknown])
    parts = [f"path mtu {count_text(info.path_mtu_bytes)}", f"told the peer {count_text(info.advertised_mss_bytes)}"]
    return maker.number("mss", "mss", count_text(info.send_mss_bytes), parts)


def _keepalive(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    if reading.details is None:
        return maker.number("keepalive", "keepalive", UNKNOWN, [reading.missing])
    _, tries, left = reading.timer
    match reading.details.has_keepalive:
        case True:
            probe = f"looks after an idle peer in {left_text(left)}{tries_text(tries)}"
            return maker.number("keepalive", "keepalive", "on", [probe])
        case False:
            dead = "a peer that dies is noticed only when something is sent"
            return maker.number("keepalive", "keepalive", "off", [dead])
    return maker.number("keepalive", "keepalive", UNKNOWN, ["the timer that runs now hides it"])


def _timer(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    parts = [timer_text(*reading.timer)]
    if reading.info.backoff:
        parts.append(f"the wait was doubled {reading.info.backoff} times")
    return maker.number("timer", "timeout", rtt_text(reading.info.rto_us or None), parts)


def _control(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    name = reading.details.congestion_control if reading.details is not None else None
    first = Cell(safe_text(name)) if name else Cell(UNKNOWN, Role.DIM)
    if reading.details is None:
        return maker.words("control", "control", first, [reading.missing])
    layer = reading.details.upper_layer
    parts = [*_options(reading.info), *([f"carries {safe_text(layer)}"] if layer else [])]
    return maker.words("control", "control", first, parts)


def _options(info: TcpInfo) -> list[str]:
    if info.options is None:
        return []
    marks = f", {count_text(info.delivered_ce_segments)} segments marked" if info.delivered_ce_segments else ""
    scale = "no"
    if info.send_window_scale is not None:
        scale = f"{info.send_window_scale}/{info.receive_window_scale}"
    return [
        f"ECN {_yes(is_so=info.has_option(OPTION_ECN))}{marks}",
        f"SACK {_yes(is_so=info.has_option(OPTION_SACK))}",
        f"timestamps {_yes(is_so=info.has_option(OPTION_TIMESTAMPS))}",
        f"window scale {scale}",
    ]


def _buffers(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    memory = reading.details.memory if reading.details is not None else None
    if memory is None:
        return maker.words("buffers", "buffers", Cell(UNKNOWN, Role.DIM), [reading.why_unknown])
    parts = [f"send {bytes_text(memory.queued)} of {bytes_text(memory.send_buffer)}"]
    if memory.drops:
        parts.append(f"{count_text(memory.drops)} packets dropped")
    received = f"receive {bytes_text(memory.received)} of {bytes_text(memory.receive_buffer)}"
    return maker.words("buffers", "buffers", Cell(received), [*parts, "with the packets' overhead"])


def _yes(*, is_so: bool | None) -> str:
    return "yes" if is_so else "no"
