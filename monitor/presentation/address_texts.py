"""The texts of many addresses at once: 100,000 different IPv4 ones in the time of a few thousand one by one."""

from __future__ import annotations

import socket

import numpy as np

from monitor.model.socket_table import U8, U64

_OCTETS = np.array([f"{octet}." for octet in range(256)], "S4").view(np.uint8).reshape(256, 4)
"""Each octet with the dot after it, filled with zero bytes."""
_LAST_OCTETS = np.array([f"{octet}\n" for octet in range(256)], "S4").view(np.uint8).reshape(256, 4)


def host_texts(high: U64, low: U64, family: U8) -> list[str]:
    """Write addresses as they stand before the last colon of an endpoint, IPv6 ones in brackets, without zones."""
    texts = np.empty(len(low), np.object_)
    is_ipv4 = family == socket.AF_INET
    texts[is_ipv4] = _ipv4_texts(low[is_ipv4])
    texts[~is_ipv4] = _ipv6_texts(high[~is_ipv4], low[~is_ipv4])
    written: list[str] = texts.tolist()
    return written


def _ipv4_texts(low: U64) -> list[str]:
    octets = (low & np.uint64(0xFFFF_FFFF)).astype(">u4").view(np.uint8).reshape(-1, 4)
    characters = _OCTETS[octets]
    characters[:, 3] = _LAST_OCTETS[octets[:, 3]]
    text: str = characters[characters != 0].tobytes().decode("ascii")
    return text.splitlines()


def _ipv6_texts(high: U64, low: U64) -> list[str]:
    packed = np.column_stack((high, low)).astype(">u8").tobytes()
    return [f"[{socket.inet_ntop(socket.AF_INET6, packed[start : start + 16])}]" for start in range(0, len(packed), 16)]
