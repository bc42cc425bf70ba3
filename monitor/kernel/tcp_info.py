"""struct tcp_info (include/uapi/linux/tcp.h) as bytes of any length into a TcpInfo. Pure.

The structure only ever grows at its end, so what a kernel gives decides which fields are known.
"""

from __future__ import annotations

import struct
import sys

from monitor.model.tcp_info import OPTION_WINDOW_SCALE, TcpInfo

_U8, _U16, _U32, _U64 = (struct.Struct(form) for form in ("=B", "=H", "=I", "=Q"))

_FIELDS: dict[str, tuple[struct.Struct, int]] = {
    "congestion_state": (_U8, 1),
    "timeouts_in_a_row": (_U8, 2),
    "probes": (_U8, 3),
    "backoff": (_U8, 4),
    "options": (_U8, 5),
    "rto_us": (_U32, 8),
    "ato_us": (_U32, 12),
    "send_mss_bytes": (_U32, 16),
    "receive_mss_bytes": (_U32, 20),
    "unacked_segments": (_U32, 24),
    "sacked_segments": (_U32, 28),
    "lost_segments": (_U32, 32),
    "retransmitted_segments": (_U32, 36),
    "last_data_sent_ms": (_U32, 44),
    "last_data_recv_ms": (_U32, 52),
    "last_ack_recv_ms": (_U32, 56),
    "path_mtu_bytes": (_U32, 60),
    "receive_ssthresh_bytes": (_U32, 64),
    "rtt_us": (_U32, 68),
    "rtt_variation_us": (_U32, 72),
    "ssthresh_segments": (_U32, 76),
    "cwnd_segments": (_U32, 80),
    "advertised_mss_bytes": (_U32, 84),
    "reordering_segments": (_U32, 88),
    "receive_rtt_us": (_U32, 92),
    "receive_space_bytes": (_U32, 96),
    "total_retransmits": (_U32, 100),
    "pacing_rate": (_U64, 104),
    "max_pacing_rate": (_U64, 112),
    "bytes_acked": (_U64, 120),
    "bytes_received": (_U64, 128),
    "segments_out": (_U32, 136),
    "segments_in": (_U32, 140),
    "unsent_bytes": (_U32, 144),
    "min_rtt_us": (_U32, 148),
    "data_segments_in": (_U32, 152),
    "data_segments_out": (_U32, 156),
    "delivery_rate": (_U64, 160),
    "busy_us": (_U64, 168),
    "receive_window_limited_us": (_U64, 176),
    "send_buffer_limited_us": (_U64, 184),
    "delivered_segments": (_U32, 192),
    "delivered_ce_segments": (_U32, 196),
    "bytes_sent": (_U64, 200),
    "bytes_retransmitted": (_U64, 208),
    "duplicates_reported": (_U32, 216),
    "reorderings_seen": (_U32, 220),
    "out_of_order_segments": (_U32, 224),
    "peer_window_bytes": (_U32, 228),
    "own_window_bytes": (_U32, 232),
    "rehashes": (_U32, 236),
    "timeouts": (_U16, 240),
    "timeout_recoveries": (_U16, 242),
    "timeout_ms": (_U32, 244),
}
"""By field: how it is packed and where."""

_UNSET = {
    "rtt_us": 0,
    "receive_rtt_us": 0,
    "ssthresh_segments": 0x7FFF_FFFF,
    "min_rtt_us": 0xFFFF_FFFF,
    "pacing_rate": 0xFFFF_FFFF_FFFF_FFFF,
    "max_pacing_rate": 0xFFFF_FFFF_FFFF_FFFF,
}
"""Values that mean "not measured", "no loss yet" (TCP_INFINITE_SSTHRESH) or "unlimited"."""

_SCALES = 6
"""Byte of the two window scales, four bits each."""
_DELIVERY_FLAGS = 7
"""Byte whose first bit is tcpi_delivery_rate_app_limited."""


def read_tcp_info(data: bytes) -> TcpInfo:
    """Read as much as there is; what a newer kernel has added behind is left out."""
    known = {
        name: form.unpack_from(data, offset)[0]
        for name, (form, offset) in _FIELDS.items()
        if offset + form.size <= len(data)
    }
    for name, unset in _UNSET.items():
        if known.get(name) == unset:
            del known[name]
    if "rtt_us" not in known:
        # Without a measurement the variation is the kernel's first guess.
        known.pop("rtt_variation_us", None)
    return TcpInfo(
        length_bytes=len(data),
        is_app_limited=_first_bit(data[_DELIVERY_FLAGS]) if len(data) > _DELIVERY_FLAGS else None,
        **known,
        **_window_scales(data, known.get("options", 0)),
    )


def _window_scales(data: bytes, options: int) -> dict[str, int]:
    if len(data) <= _SCALES or not options & OPTION_WINDOW_SCALE:
        return {}
    first, second = _nibbles(data[_SCALES])
    return {"send_window_scale": first, "receive_window_scale": second}


def _nibbles(byte: int) -> tuple[int, int]:
    """Part a byte of two bit fields in the order in which C declares them; compilers follow the byte order."""
    low, high = byte & 0xF, byte >> 4
    return (low, high) if sys.byteorder == "little" else (high, low)


def _first_bit(byte: int) -> bool:
    return bool(byte & (0x01 if sys.byteorder == "little" else 0x80))
