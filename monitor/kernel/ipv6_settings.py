"""Settings of single interfaces that take part in the choice of an IPv6 source address."""

from __future__ import annotations

from pathlib import Path

_PREFERRED = 2
"""use_tempaddr from which on temporary addresses go before public ones (RFC 8981)."""


def prefers_temporary(name: bytes) -> bool:
    """Whether an interface prefers temporary addresses; False also where that cannot be read."""
    try:
        text = Path(f"/proc/sys/net/ipv6/conf/{name.decode('utf-8', 'surrogateescape')}/use_tempaddr").read_bytes()
        return int(text) >= _PREFERRED
    except (OSError, ValueError):
        return False
