"""FreshRows: some sockets asked for by name between two samples."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model.socket_table import U64, SocketTable


@dataclass(frozen=True, slots=True, eq=False)
class FreshRows:
    """What the kernel says of the sockets that were asked for; one that is in neither part may live or not."""

    boot_time: float
    """CLOCK_BOOTTIME in seconds when the asking began."""
    table: SocketTable
    """Those that were found, as they are now."""
    gone: U64
    """Cookies of the connected TCP sockets of which the kernel says that they are closed."""
    asleep_s: float = 0.0
    """As in Sample."""
