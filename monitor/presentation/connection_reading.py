"""What is known of one connection when its screen is drawn: its row, and what the kernel told of it alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from monitor.model.sample import Interval
from monitor.model.socket_table import SocketTable
from monitor.model.tcp import PROTOCOL_TCP, TcpState
from monitor.model.tcp_info import SocketDetails, TcpInfo
from monitor.model.tracking import Tracking
from monitor.presentation.row_text import RowTexts
from monitor.reasoning.byte_totals import acknowledged_bytes, received_bytes

if TYPE_CHECKING:
    from monitor.sampling.history import RowHistory

ASKING = "asking the kernel …"
"""Why details are missing at first."""

_COLUMNS = {
    "rtt_us": "rtt_us",
    "total_retransmits": "total_retrans",
    "segments_out": "segs_out",
    "bytes_acked": "bytes_acked",
    "bytes_received": "bytes_received",
    "bytes_sent": "bytes_sent",
    "bytes_retransmitted": "bytes_retrans",
    "last_data_sent_ms": "last_data_sent_ms",
    "last_data_recv_ms": "last_data_recv_ms",
}
"""Fields of TcpInfo that the list has as columns."""
_BYTES = ("bytes_acked", "bytes_received", "bytes_sent", "bytes_retransmitted")
_FIN_CAME = frozenset({TcpState.CLOSE_WAIT, TcpState.LAST_ACK, TcpState.CLOSING})
_FIN_WAITS = frozenset({TcpState.FIN_WAIT_1, TcpState.LAST_ACK, TcpState.CLOSING})
"""The peer's FIN is counted among what came; the own one among what is not acknowledged."""


@dataclass(frozen=True)
class ConnectionReading:
    """One row of an interval, with the newer word of the kernel where there is one."""

    interval: Interval
    row: int
    details: SocketDetails | None
    missing: str = ASKING
    """Why details is None."""
    history: RowHistory | None = None
    """Its last two minutes, as far as it was on screen."""

    @cached_property
    def texts(self) -> RowTexts:
        """Texts of the interval."""
        return RowTexts(self.interval)

    @cached_property
    def info(self) -> TcpInfo:
        """TCP_INFO, of length 0 where there is none; as long as there are no details, what the list tells of it."""
        if self.details is not None:
            return self.details.info or TcpInfo(length_bytes=0)
        table = self.interval.table
        known = {field: self.column(name) for field, name in _COLUMNS.items() if bool(table.knows(name)[self.row])}
        # Without a measurement the kernel gives 0.
        known = {field: value for field, value in known.items() if value or field != "rtt_us"}
        return TcpInfo(length_bytes=self.column("info_length"), is_app_limited=None, **known)

    @property
    def is_tcp(self) -> bool:
        """Whether it is a TCP socket."""
        return int(self.interval.table.protocol[self.row]) == PROTOCOL_TCP

    @property
    def state(self) -> int:
        """The kernel's number."""
        return self.details.state if self.details is not None else self.column("state")

    @property
    def timer(self) -> tuple[int, int, int]:
        """Which timer runs, how often it fired in a row, and milliseconds until it fires."""
        if self.details is not None:
            return self.details.timer, self.details.timer_tries, self.details.timer_ms
        return self.column("timer"), self.column("timer_tries"), self.column("timer_ms")

    @property
    def tracking(self) -> Tracking | None:
        """What the packet filter makes of its packets; None where nobody asked."""
        return None if self.details is None else self.details.tracking

    @property
    def is_translated(self) -> bool:
        """Whether its other end has another pair, as the packet filter translates it."""
        return self.tracking is not None and self.tracking.is_translated

    @property
    def recv_q(self) -> int:
        """Bytes that came and were not read; one of them stands for the peer's FIN where that came."""
        return self.details.recv_q if self.details is not None else self.column("recv_q")

    @property
    def has_fin_come(self) -> bool:
        """Whether the peer has closed."""
        return self.is_tcp and self.state in _FIN_CAME

    @property
    def unread_bytes(self) -> int:
        """Payload that came and was not read."""
        return max(0, self.recv_q - int(self.has_fin_come))

    @property
    def received_bytes(self) -> int | None:
        """Payload that came in order since the opening, to the byte; None where not known."""
        return None if self.info.bytes_received is None else int(received_bytes(self._counted)[0])

    @property
    def acknowledged_bytes(self) -> int | None:
        """Payload that the peer has acknowledged since the opening, to the byte; None where not known."""
        info = self.info
        if info.bytes_acked is None or info.bytes_sent is None or info.bytes_retransmitted is None:
            return None
        return int(acknowledged_bytes(self._counted, self.interval.direction[[self.row]])[0])

    @cached_property
    def _counted(self) -> SocketTable:
        """The row by itself with the newest state and counters."""
        table = self.interval.table.take(np.array([self.row]))
        table.state[0] = self.state
        for name in _BYTES:
            getattr(table, _COLUMNS[name])[0] = getattr(self.info, name) or 0
        return table

    @property
    def waiting_bytes(self) -> int:
        """Payload that was written and is not acknowledged, be it sent or not."""
        waiting = self.details.send_q if self.details is not None else self.column("send_q")
        return max(0, waiting - int(self.is_tcp and self.state in _FIN_WAITS))

    @property
    def flying_bytes(self) -> int | None:
        """Of those, what has left; None where not known."""
        unsent = self.info.unsent_bytes
        return None if unsent is None else max(0, self.waiting_bytes - unsent)

    @property
    def why_unknown(self) -> str:
        """Say why a value of TCP_INFO is not known."""
        if self.details is None:
            return self.missing
        return "this kernel does not tell" if self.info.length_bytes else "the kernel keeps none in this state"

    def column(self, name: str) -> int:
        """Give the row's value in a column of the table."""
        return int(getattr(self.interval.table, name)[self.row])
