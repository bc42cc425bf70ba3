"""Closes: sockets that the kernel has destroyed, each with its final counters, as records."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from monitor.model.socket_table import COLUMN_TYPES

Records = npt.NDArray[np.void]
"""An array of CLOSE."""

_COLUMNS = (
    "cookie",
    "local_high",
    "local_low",
    "remote_high",
    "remote_low",
    "bytes_acked",
    "bytes_received",
    "bytes_sent",
    "bytes_retrans",
    "local_port",
    "remote_port",
    "recv_q",
    "device",
    "rtt_us",
    "total_retrans",
    "segs_out",
    "unacked",
    "info_length",
    "protocol",
    "family",
    "timer_tries",
)
CLOSE = np.dtype(
    [
        # CLOCK_BOOTTIME in seconds when it was read: up to some hundredths of a second after the close.
        ("boot_time", "<f8"),
        *((name, COLUMN_TYPES[name].newbyteorder("<")) for name in _COLUMNS),
    ]
)
"""One socket that is gone; the columns are those of SocketTable. Whose it was the kernel no longer says."""
CLOSE_COLUMNS = _COLUMNS
"""The columns of a SocketTable that a CLOSE has."""
