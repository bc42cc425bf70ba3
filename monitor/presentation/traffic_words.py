"""What a TCP connection has carried and how its path behaves: rates, totals, round trip time, losses."""

from __future__ import annotations

import math

from monitor.presentation.connection_reading import ConnectionReading
from monitor.presentation.formats import UNKNOWN, bytes_text, count_text, duration_text, rate_text, rtt_text, share_text
from monitor.presentation.linked_line import LineMaker, LinkedLine
from monitor.presentation.reading_curves import curve, span_text
from monitor.presentation.view import Role

_WIDE = 100
"""From this width on totals are exact."""
_MS = 1_000
_SHORTENED = 1_000
"""From so many bytes on bytes_text() rounds."""
_QUIET_PATH = 1.5
"""An rtt below so many times the least one says that packets do not queue on the path."""


def traffic_lines(reading: ConnectionReading, maker: LineMaker) -> list[LinkedLine]:
    """Say what passed either way, and what the path made of it."""
    heading = maker.heading("Traffic" if reading.history is None else f"Traffic, last {span_text(maker)}")
    makers = (_in, _out, _idle, _rtt, _retransmits, _lost)
    return [heading, *(make(reading, maker) for make in makers)]


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
    parts = [_total(reading, maker, reading.received_bytes)]
    if info.data_segments_in:
        parts.append(f"{count_text(info.data_segments_in)} segments")
    return maker.number(
        "in",
        "in",
        _rate(float(reading.interval.receive_rate[reading.row])),
        parts,
        Role.RATE,
        curve=curve(reading, maker, "receive_rate"),
    )


def _out(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    parts = [_total(reading, maker, reading.acknowledged_bytes)]
    if info.data_segments_out:
        parts.append(f"{count_text(info.data_segments_out)} segments")
    return maker.number(
        "out",
        "out",
        _rate(float(reading.interval.send_rate[reading.row])),
        parts,
        Role.RATE,
        curve=curve(reading, maker, "send_rate"),
    )


def _idle(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    sent, came = info.last_data_sent_ms, info.last_data_recv_ms
    if sent is None or came is None:
        return maker.number("idle", "idle", UNKNOWN, [reading.why_unknown])
    parts = [f"data sent {_ago(sent)}, received {_ago(came)}"]
    if info.last_ack_recv_ms is not None:
        parts.append(f"the peer acknowledged {_ago(info.last_ack_recv_ms)}")
    return maker.number("idle", "idle", duration_text(min(sent, came) / _MS), parts)


def _ago(milliseconds: int) -> str:
    return f"{duration_text(milliseconds / _MS)} ago"


def _rtt(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    if info.rtt_us is None:
        reason = "not measured yet" if info.length_bytes else reading.why_unknown
        return maker.number("rtt", "rtt", UNKNOWN, [reason])
    drawn = curve(reading, maker, "rtt_us")
    return maker.number("rtt", "rtt", rtt_text(info.rtt_us), _rtt_parts(reading), curve=drawn)


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


def _retransmits(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    again, sent = info.total_retransmits, info.segments_out
    if again is None or sent is None:
        return maker.number("retransmits", "sent again", UNKNOWN, [reading.why_unknown])
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
    drawn = curve(reading, maker, "retransmitted")
    return maker.number("retransmits", "sent again", number, parts, Role.NOTE, curve=drawn)


def _lost(reading: ConnectionReading, maker: LineMaker) -> LinkedLine:
    info = reading.info
    lost = info.lost_segments
    if lost is None:
        return maker.number("lost", "lost", UNKNOWN, [reading.why_unknown])
    parts = [f"of {count_text(info.unacked_segments)} segments on their way" if info.unacked_segments else "none now"]
    if info.retransmitted_segments:
        parts.append(f"{count_text(info.retransmitted_segments)} are on their way again")
    return maker.number("lost", "lost", count_text(lost), [*parts, *_reordered(reading)], Role.NOTE)


def _reordered(reading: ConnectionReading) -> list[str]:
    """Say how often the path changed the order, either way; nothing where this kernel does not tell."""
    info = reading.info
    parts = []
    if info.reorderings_seen is not None:
        seen = f"{count_text(info.reorderings_seen)} times" if info.reorderings_seen else "never"
        parts.append(f"reordered on the path {seen}")
    if info.out_of_order_segments:
        parts.append(f"{count_text(info.out_of_order_segments)} received out of order")
    return parts


def _rate(per_second: float) -> str:
    text = rate_text(per_second)
    return text if text in ("0", UNKNOWN) else f"{text}/s"


def _total(reading: ConnectionReading, maker: LineMaker, payload: int | None) -> str:
    """Say the payload since the opening; with room for it, to the byte."""
    if payload is None:
        return f"{UNKNOWN} since opened ({reading.why_unknown})"
    if maker.width >= _WIDE and payload >= _SHORTENED:
        return f"{bytes_text(payload)} since opened: {count_text(payload)} bytes"
    return f"{bytes_text(payload)} since opened"
