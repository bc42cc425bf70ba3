"""The processes that serve one endpoint: how many of its connections each has, and which of its queues.

Workers share an endpoint in two ways: one listening socket that all of them hold, with one accept queue, or a socket
each by SO_REUSEPORT, among which the kernel spreads new connections.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.model.sample import F64, Interval
from monitor.model.socket_table import Bools, Rows
from monitor.model.tcp import PROTOCOL_TCP
from monitor.presentation.formats import bar, bytes_text, fill_text
from monitor.presentation.service_endpoints import emptiest_last
from monitor.reasoning.columns import sum_known
from monitor.reasoning.holders import Holders
from monitor.reasoning.ownership import is_unaccepted


@dataclass(frozen=True, slots=True, eq=False)
class Workers:
    """One entry per process, by pid; all arrays but those of rows have that length."""

    interval: Interval
    listening: Rows
    """The sockets that wait at the endpoint: rows of the interval's table."""
    pids: npt.NDArray[np.uint32]
    """Ascending: who holds one of them, or a connection that was accepted from one."""
    connections: npt.NDArray[np.int64]
    """Accepted ones that live; one that two processes hold counts for both."""
    receive_rate: F64
    """Bytes per second over them; NaN where there are some and of none it is known."""
    send_rate: F64
    unread: F64
    """Bytes that the process has not read from them."""
    fullest: Rows
    """The waiting socket of each that is fullest, a row of the interval's table; -1 where it holds none."""
    is_shared: Bools
    """Whether other processes hold that socket as well."""
    accepted: Rows
    """Connections of the endpoint that were accepted: rows of the interval's table."""
    unaccepted: int
    """Connections that wait to be accepted."""
    hidden: int
    """Accepted connections whose process is not known."""

    @classmethod
    def of(cls, interval: Interval, listening: Bools, chosen: Bools) -> Workers:
        """Look at who serves an endpoint.

        Args:
            interval: What the rows are taken from.
            listening: The sockets that wait at the endpoint: one entry per row of the interval's table.
            chosen: The connections that belong to it, likewise.
        """
        table = interval.table
        holders = Holders.of(interval)
        lives = chosen & np.isnan(interval.closed_at)
        accepted = lives & (table.inode != 0)
        rows, pid = holders.pairs()
        is_held = (listening | accepted)[rows]
        rows, pid = rows[is_held], pid[is_held]
        pids, worker = np.unique(pid, return_inverse=True)
        served = accepted[rows]
        by_worker = worker[served]

        connections = np.bincount(by_worker, minlength=len(pids))

        def total(values: npt.NDArray[np.generic]) -> F64:
            sums = sum_known(by_worker, values[rows[served]].astype(np.float64), len(pids))
            return np.where(connections > 0, sums, 0.0)

        fullest = _fullest(interval, rows[~served], worker[~served], len(pids))
        return cls(
            interval,
            np.flatnonzero(listening),
            pids,
            connections,
            total(interval.receive_rate),
            total(interval.send_rate),
            total(table.recv_q),
            fullest,
            _are_shared(fullest, holders),
            np.flatnonzero(accepted),
            int((lives & is_unaccepted(table, interval.listener)).sum()),
            int((accepted & (holders.count == 0)).sum()),
        )

    @property
    def sharing(self) -> str:
        """Say in which way the processes share the endpoint; empty where one process has it alone."""
        count = len(self.listening)
        holders = int(np.count_nonzero(self.fullest >= 0))
        if count > 1:
            way = "some of them shared" if bool(self.is_shared.any()) else "a queue each"
            return f"{count} sockets, {way}"
        if count == 1 and holders > 1:
            return f"one socket, {holders} processes, queue {queue_text(self.interval, int(self.listening[0]))}"
        return ""

    @property
    def summary(self) -> str:
        """Say how the endpoint is shared, how many connections there are, and how many of them no worker has."""
        parts = [self.sharing] if self.sharing else []
        parts.append(f"{len(self.accepted):,} accepted")
        if self.unaccepted:
            parts.append(f"{self.unaccepted:,} not accepted yet")
        if self.hidden:
            parts.append(f"{self.hidden:,} of processes that are not known")
        return " · ".join(parts)


def queue_text(interval: Interval, row: int) -> str:
    """Give how full a waiting socket's queue is: "1/4096▁"; for UDP in bytes."""
    table = interval.table
    used = int(table.recv_q[row])
    if int(table.protocol[row]) == PROTOCOL_TCP:
        limit = table.backlog(row)
        return f"{fill_text(used, limit)}{bar(used, limit)}".rstrip()
    buffer = int(table.receive_buffer[row])
    return f"{bytes_text(used)}/{bytes_text(buffer or None)}"


def _are_shared(rows: Rows, holders: Holders) -> Bools:
    shared: Bools = (rows >= 0) & (holders.count[rows] > 1) if len(rows) else np.zeros(0, np.bool_)
    return shared


def _fullest(interval: Interval, rows: Rows, worker: Rows, count: int) -> Rows:
    found = np.full(count, -1, np.intp)
    # The last one written stays.
    order = emptiest_last(interval.table, rows)[::-1]
    found[worker[order]] = rows[order]
    return found
