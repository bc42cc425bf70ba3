"""What is known of one connection when its screen is drawn: its row, and what the kernel told of it alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from monitor.model.sample import Interval
from monitor.model.tcp import PROTOCOL_TCP
from monitor.model.tcp_info import SocketDetails, TcpInfo
from monitor.presentation.row_text import RowTexts

ASKING = "asking the kernel …"
"""Why details are missing at first."""
NO_INFO = TcpInfo(length_bytes=0)


@dataclass(frozen=True)
class ConnectionReading:
    """One row of an interval, with the newer word of the kernel where there is one."""

    interval: Interval
    row: int
    details: SocketDetails | None
    missing: str = ASKING
    """Why details is None."""

    @cached_property
    def texts(self) -> RowTexts:
        """Texts of the interval."""
        return RowTexts(self.interval)

    @property
    def info(self) -> TcpInfo:
        """TCP_INFO; of length 0 where there is none."""
        return NO_INFO if self.details is None or self.details.info is None else self.details.info

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
    def recv_q(self) -> int:
        """Bytes that came and were not read; one of them stands for the peer's FIN where that came."""
        return self.details.recv_q if self.details is not None else self.column("recv_q")

    @property
    def send_q(self) -> int:
        """Bytes that were written and not acknowledged; one of them stands for the own FIN where that was sent."""
        return self.details.send_q if self.details is not None else self.column("send_q")

    @property
    def why_unknown(self) -> str:
        """Say why a value of TCP_INFO is not known."""
        if self.details is None:
            return self.missing
        return "this kernel does not tell" if self.info.length_bytes else "the kernel keeps none in this state"

    def column(self, name: str) -> int:
        """Give the row's value in a column of the table."""
        return int(getattr(self.interval.table, name)[self.row])
