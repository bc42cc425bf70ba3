"""Look: one interval as those see it who look for findings. Holding: a condition that is met in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest

import numpy as np

from monitor.model.event_list import EventList
from monitor.model.finding import Certainty, FindingKind, Grade, Holder, ProcessSubject, Side, Subject, UserSubject
from monitor.model.finding_numbers import FindingNumbers
from monitor.model.sample import F64, Interval
from monitor.model.socket_table import U8, Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP
from monitor.reasoning.columns import group_rows
from monitor.reasoning.counter_window import CounterWindow
from monitor.reasoning.finding_conditions import MOST_OF_A_KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A condition that is met in this sample; whether it becomes a finding, its duration decides."""

    kind: FindingKind
    subject: Subject
    grade: Grade
    side: Side
    certainty: Certainty
    numbers: FindingNumbers
    rows: Rows
    """Of the interval's table."""
    for_s: float
    """It must be met in every sample of so many seconds before it is told."""
    opens: bool = True
    """Whether it can become a finding."""
    stays: bool = True
    """Whether it stays one where it no longer could become one: the milder condition."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """An interval, and what several need of it. All arrays have one entry per row of its table."""

    interval: Interval
    window: CounterWindow
    """What the host counted over the last seconds."""
    events: EventList | None
    """What happened to connections; None where nobody listens."""
    lives: Bools
    """Rows that are not known to be closed."""
    tcp_state: U8
    """The state of living TCP rows; 0, which no state has, for all others."""

    @classmethod
    def at(cls, interval: Interval, window: CounterWindow, events: EventList | None = None) -> Look:
        """Look at an interval."""
        table, lives = interval.table, np.isnan(interval.closed_at)
        is_tcp = (table.protocol == PROTOCOL_TCP) & lives
        return cls(interval, window, events, lives, np.where(is_tcp, table.state, np.uint8(0)))

    @property
    def table(self) -> SocketTable:
        """The interval's rows."""
        return self.interval.table

    @property
    def now(self) -> float:
        """CLOCK_BOOTTIME of the sample."""
        return self.interval.sample.boot_time

    @property
    def awake_s(self) -> float:
        """CLOCK_MONOTONIC of the sample: while the machine is suspended no program could have done anything."""
        return self.interval.sample.boot_time - self.interval.sample.asleep_s

    def is_opened(self, rows: Rows) -> Bools:
        """Tell which of some rows were seen open, and not found open."""
        opened: Bools = ~np.isnan(self.interval.opened_at[rows])
        return opened

    def holders(self, rows: Rows) -> tuple[list[Holder], Rows]:
        """Say who holds some rows: each holder once, and for each row the place of its own.

        Of a socket that several processes hold the first one, by pid; its user where no process is known.
        """
        interval, table = self.interval, self.table
        if not len(rows):
            return [], rows
        first, end = interval.owner_first[rows], interval.owner_end[rows]
        is_known = end > first
        pid = np.zeros(len(rows), np.uint32)
        pid[is_known] = interval.owners.pid[first[is_known]]
        uid = np.where(is_known, np.uint32(0), table.uid[rows])
        firsts, group = group_rows((pid, uid))
        processes = interval.owners.processes
        found: list[Holder] = []
        for number, user in zip(pid[firsts].tolist(), uid[firsts].tolist(), strict=True):
            process = processes.get(number)
            found.append(UserSubject(user) if process is None else ProcessSubject(number, process.start_time))
        return found, group


def largest(sizes: Iterable[float]) -> list[int]:
    """Give the places of the largest few values, the largest first."""
    return [place for place, _ in nlargest(MOST_OF_A_KIND, enumerate(sizes), key=lambda item: item[1])]


def idle_s(table: SocketTable, rows: Rows) -> F64:
    """Give for how long no data passed either way, by the kernel's clocks; 0 where it does not tell."""
    told_ms = np.minimum(table.last_data_sent_ms[rows], table.last_data_recv_ms[rows])
    told: F64 = np.where(table.has_idle_time[rows], told_ms / 1000, 0.0)
    return told
