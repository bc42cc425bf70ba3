"""EventInterval: listed events as the rows of an Interval, so that filters, groups and texts of rows serve them too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.model.event_list import EventKind, EventList, Records
from monitor.model.owner_table import OwnerTable
from monitor.model.sample import F32, Interval
from monitor.model.socket_table import Rows, SocketTable
from monitor.reasoning.interfaces import interfaces

RATED_S = 5.0
"""Rates of events are over as many seconds."""
_COPIED = (
    "local_high",
    "local_low",
    "local_port",
    "remote_high",
    "remote_low",
    "remote_port",
    "protocol",
    "family",
    "device",
    "uid",
    "cgroup",
    "info_length",
    "rtt_us",
    "total_retrans",
    "segs_out",
)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EventInterval(Interval):
    """One row per event, newest first. Its cookie is the event's number, its state the last one that a sample saw.

    Processes go by the list's numbers, since two of them may have had one pid one after the other.
    """

    events: EventList
    records: Records
    """The events of the rows."""

    @property
    def now(self) -> float:
        """CLOCK_BOOTTIME in seconds until which it is known what happened."""
        return max(self.events.boot_time, self.sample.boot_time)

    @property
    def rated_s(self) -> float:
        """Over how many seconds rates are; NaN before anything can be said."""
        covered = self.events.covered_s(RATED_S, self.now)
        return covered if covered > 0 else float("nan")

    def per_second(self, *kinds: EventKind) -> float:
        """Tell how many events of some kinds there were per second lately; NaN before anything can be said."""
        recent = self.records["at"] > self.now - self.rated_s
        return int(np.count_nonzero(recent & np.isin(self.records["kind"], kinds))) / self.rated_s


def event_interval(events: EventList, interval: Interval) -> EventInterval:
    """Make rows of the listed events.

    Args:
        events: What is listed.
        interval: What is shown beside it; names of users, interfaces and the host come from it.
    """
    records = events.records[::-1]
    table = SocketTable.zeros(len(records), events.namespace)
    for name in _COPIED:
        getattr(table, name)[:] = records[name]
    table.cookie[:], table.state[:] = records["number"], records["last_state"]
    table.bytes_received[:], table.bytes_acked[:] = records["received"], records["acknowledged"]
    # A user is known of sockets with an inode only; see SocketTable.has_user.
    table.inode[:] = records["has_uid"]
    owners, first, end = _owners(events, records, interval)
    unknown = np.full(len(records), np.nan)
    return EventInterval(
        sample=interval.sample,
        table=table,
        elapsed_s=interval.elapsed_s,
        is_unseen=np.zeros(len(records), np.bool_),
        opened_at=records["opened_at"],
        closed_at=np.where(records["kind"] == EventKind.OPENED, np.nan, records["at"]),
        receive_rate=_no_rates(records),
        send_rate=_no_rates(records),
        retrans_rose_at=unknown,
        listener=np.full(len(records), -1),
        direction=records["direction"],
        told_direction=records["direction"],
        interface=interfaces(table, interval.sample.network),
        owners=owners,
        owner_first=first,
        owner_end=end,
        counters=(),
        names=interval.names,
        events=events,
        records=records,
    )


def rate_of(events: EventList, interval: Interval | None) -> float:
    """Tell how many events a second there were lately, by what the list counted; none since it was listed long ago."""
    if interval is not None and interval.sample.boot_time - events.boot_time >= RATED_S:
        return 0.0
    return events.opened_per_second + events.closed_per_second


def records_of(interval: Interval, rows: Rows) -> Records:
    """Give the events of some rows.

    Raises:
        TypeError: the rows are no events.
    """
    if not isinstance(interval, EventInterval):
        raise TypeError(f"the rows of {type(interval).__name__} are no events")
    some: Records = interval.records[rows]
    return some


def _no_rates(records: Records) -> F32:
    return np.full(len(records), np.nan, np.float32)


def _owners(events: EventList, records: Records, interval: Interval) -> tuple[OwnerTable, Rows, Rows]:
    """Give the processes that the events name, and which of them each event has."""
    numbers = np.unique(records["process"]).astype(np.uint32)
    numbers = numbers[np.isin(numbers, list(events.processes))]
    first = np.searchsorted(numbers, records["process"])
    is_known = np.append(numbers, 0)[first] == records["process"]
    owners = OwnerTable(
        numbers,
        numbers,
        np.zeros(len(numbers), np.uint32),
        {number: events.processes[number] for number in numbers.tolist()},
        interval.sample.owners.hidden_processes,
    )
    first = np.where(is_known & (records["process"] != 0), first, 0)
    return owners, first, np.where(is_known & (records["process"] != 0), first + 1, 0)
