"""What a TCP connection has carried and how its path behaves: rates, totals, round trip time, losses."""

from __future__ import annotations

import math

from monitor.model.series import Series
from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.formats import UNKNOWN, bytes_text, count_text, duration_text, rate_text, rtt_text, share_text
from monitor.presentation.linked_line import LineMaker, LinkedLine
from monitor.presentation.sparkline import sparkline
from monitor.presentation.view import Role

_WIDE = 100
"""From this width on the curves show two minutes."""
_QUIET_PATH = 1.5
"""An rtt below so many times the least one says that packets do not queue on the path."""


def traffic_lines(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    """Say what passed either way, and what the path made of it."""
    heading = maker.heading("Traffic" if reading.history is None else f"Traffic, last {_span(maker)}")
    return [heading, _in(reading, maker), _out(reading, maker), _rtt(reading, maker), *_losses(reading, maker)]


def _span(maker: LineMaker) -> str:
    return "2 min" if maker.width >= _WIDE else "1 min"


def _curve(reading: ConnectionReading, maker: LineMaker, name: str) -> str:
    """Draw one number of the history: a cell for four seconds."""
    if reading.history is None:
        return ""
    series: Series = getattr(reading.history, name)
    width, seconds = (30, 120.0) if maker.width >= _WIDE else (15, 60.0)
    return sparkline(series.resample(width, seconds), width)


def udp_lines(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    """Say what is known of a UDP socket, which is little."""
    memory = reading.details.memory if reading.details is not None else None
    limit = memory.receive_buffer if memory is not None else reading.column("receive_buffer")
    waiting = [f"of {bytes_text(limit)} that may wait, overhead counted"] if limit else []
    drops = None if memory is None else memory.drops
    dropped = ["thrown away since the socket was made", "a full buffer, or a bad checksum"]
    return [
        maker.heading("Traffic"),
        maker.number("udp", "in, out", UNKNOWN, ["the kernel counts no bytes for UDP"]),
        maker.number("unread", "unread", bytes_text(reading.recv_q), waiting),
        maker.number("drops", "dropped", count_text(drops), dropped if memory is not None else [reading.missing]),
    ]


def _in(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    parts = [_total(reading, reading.received_bytes)]
    if info.data_segments_in:
        parts.append(f"{count_text(info.data_segments_in)} segments")
    return maker.number(
        "in",
        "in",
        _rate(float(reading.interval.receive_rate[reading.row])),
        parts,
        Role.RATE,
        curve=_curve(reading, maker, "receive_rate"),
    )


def _out(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    parts = [_total(reading, reading.sent_bytes)]
    if info.delivery_rate:
        limited = ", limited by our program" if info.is_app_limited else ""
        parts.append(f"delivery rate {rate_text(info.delivery_rate)}/s{limited}")
    if info.pacing_rate:
        parts.append(f"paced at {rate_text(info.pacing_rate)}/s")
    return maker.number(
        "out",
        "out",
        _rate(float(reading.interval.send_rate[reading.row])),
        parts,
        Role.RATE,
        curve=_curve(reading, maker, "send_rate"),
    )


def _rtt(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    if info.rtt_us is None:
        reason = "not measured yet" if info.length_bytes else reading.why_unknown
        return maker.number("rtt", "rtt", UNKNOWN, [reason])
    curve = _curve(reading, maker, "rtt_us")
    return maker.number("rtt", "rtt", rtt_text(info.rtt_us), _rtt_parts(reading), curve=curve)


def _rtt_parts(reading: ConnectionReading) -> list[str]:
    info = reading.info
    rtt, least, varies = info.rtt_us or 0, info.min_rtt_us, info.rtt_variation_us
    if not least or varies is None:
        return []
    parts = [f"min {rtt_text(least)}, ± {rtt_text(varies)}"]
    if rtt <= least * _QUIET_PATH:
        return [*parts, "nothing queues on the path"]
    if rtt - varies <= least * _QUIET_PATH:
        return [*parts, "varies too much to tell whether packets queue"]
    return [*parts, f"{rtt / least:.1f} times the least: packets queue on the path, or the peer answers late"]


def _losses(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    info = reading.info
    again, sent = info.total_retransmits, info.segments_out
    if again is None or sent is None:
        return [maker.number("retransmits", "sent again", UNKNOWN, [reading.why_unknown])]
    parts = [f"{count_text(again)} of {count_text(sent)} segments"]
    rose_at = float(reading.interval.retrans_rose_at[reading.row])
    if not math.isnan(rose_at):
        parts.append(f"last seen {duration_text(max(0.0, reading.interval.sample.boot_time - rose_at))} ago")
    if info.duplicates_reported:
        parts.append(f"{count_text(info.duplicates_reported)} not needed: the peer had them (DSACK)")
    if info.timeouts:
        parts.append(f"{count_text(info.timeouts)} timeouts")
    share = share_text(again / sent) if sent else "0"
    number = share if share in ("0", UNKNOWN) else f"{share} %"
    curve = _curve(reading, maker, "retransmitted")
    lines = [maker.number("retransmits", "sent again", number, parts, Role.NOTE, curve=curve)]
    if info.lost_segments or info.reorderings_seen or info.retransmitted_segments:
        lines.append(_lost_now(reading, maker))
    return lines


def _lost_now(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    parts = [
        f"taken for lost now, {count_text(info.retransmitted_segments)} of {count_text(info.unacked_segments)} "
        "unacknowledged are on their way again"
    ]
    if info.reorderings_seen:
        parts.append(f"the path changed the order {count_text(info.reorderings_seen)} times")
    return maker.number("lost", "lost", count_text(info.lost_segments), parts, Role.NOTE)


def _rate(per_second: float) -> str:
    text = rate_text(per_second)
    return text if text in ("0", UNKNOWN) else f"{text}/s"


def _total(reading: ConnectionReading, payload: int | None) -> str:
    return f"{bytes_text(payload)} since opened" + ("" if payload is not None else f" ({reading.why_unknown})")
