"""One process as it was read: its facts, its sockets of one interval, and what it did in the last two minutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from monitor.model.process import ProcessFacts
from monitor.model.sample import Interval
from monitor.model.socket_table import Rows
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.presentation.connections_view import rows_of_process

if TYPE_CHECKING:
    from monitor.sampling.history import ProcessHistory


@dataclass(frozen=True, slots=True, eq=False)
class ProcessReading:
    """What a process screen speaks of. Sums are over the connections that are open now."""

    facts: ProcessFacts
    interval: Interval
    rows: Rows
    """The rows of the interval's table that it holds, alone or with others."""
    history: ProcessHistory | None

    @classmethod
    def of(cls, facts: ProcessFacts, interval: Interval, history: ProcessHistory | None) -> ProcessReading:
        """Find the sockets of the process in an interval."""
        return cls(
            facts,
            interval,
            np.flatnonzero(rows_of_process(interval, facts.process.pid, facts.process.start_time)),
            history,
        )

    @property
    def age_s(self) -> float | None:
        """Seconds since its start."""
        started = self.facts.started_at
        return None if started is None else max(0.0, self.interval.sample.taken_at - started)

    @property
    def cpu_share(self) -> float | None:
        """Share of one processor over the last five seconds."""
        return self.history.cpu.last if self.history is not None else None

    @property
    def receive_rate(self) -> float:
        """Bytes per second received; NaN where unknown."""
        return self._rate(self.interval.receive_rate)

    @property
    def send_rate(self) -> float:
        """Bytes per second that the peers acknowledged; NaN where unknown."""
        return self._rate(self.interval.send_rate)

    @property
    def retransmit_share(self) -> float | None:
        """Segments sent again of all that were sent, since the connections opened: 0 to 1."""
        table = self.interval.table
        rows = self.rows[(table.knows("segs_out") & table.is_pair)[self.rows]]
        sent = int(table.segs_out[rows].sum(dtype=np.uint64))
        return int(table.total_retrans[rows].sum(dtype=np.uint64)) / sent if sent else None

    def descriptors(self) -> dict[str, int] | None:
        """Count its descriptors of sockets that the sample lists, by protocol; None before owners were read."""
        owners, table = self.interval.sample.owners, self.interval.sample.table
        if not owners.is_read:
            return None
        held = owners.inode[owners.pid == self.facts.process.pid]
        protocols = {"tcp": PROTOCOL_TCP, "udp": PROTOCOL_UDP}
        return {
            name: int(np.isin(held, table.inode[table.protocol == number]).sum()) for name, number in protocols.items()
        }

    def _rate(self, rates: np.ndarray[tuple[int], np.dtype[np.float32]]) -> float:
        known = rates[self.rows]
        known = known[~np.isnan(known)]
        is_nothing = not len(self.rows) and "fd_kinds" not in self.facts.unread
        return float(known.sum(dtype=np.float64)) if len(known) or is_nothing else float("nan")
