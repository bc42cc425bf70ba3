"""What the history keeps of one interval: a few numbers for the host, its listeners, processes, and some rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.model.sample import DIRECTION_DIALLED, F64, Interval
from monitor.model.socket_table import DROPS_UNKNOWN, U64, Bools, Rows, SocketTable
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP, TcpState
from monitor.reasoning.columns import group_rows, service_columns, sum_known
from monitor.reasoning.holders import Holders

Floats = npt.NDArray[np.floating[Any]]

MAX_LISTENERS = 512
MAX_PROCESSES = 1024

LISTENER_KEY = ("network", "protocol", "family", "v6only", "local_high", "local_low", "local_port", "device")
"""The columns whose values name a service endpoint."""
DROPS = 2
"""The place of the drop counter among what is read of one."""

STATES = tuple(state for state in TcpState if state is not TcpState.NEW_SYN_RECEIVED)
"""The states that the host's connections are counted by; NEW-SYN-RECV counts as SYN-RECV."""

PROCESS_STATES = (
    TcpState.ESTABLISHED,
    TcpState.SYN_SENT,
    TcpState.CLOSE_WAIT,
    TcpState.LAST_ACK,
    TcpState.CLOSING,
    TcpState.FIN_WAIT_1,
    TcpState.FIN_WAIT_2,
)
"""Those that the connections of a process are counted by; the others have no process, or are no connections."""
_PROCESS_STATE_OF = np.full(256, -1, np.intp)
_PROCESS_STATE_OF[list(PROCESS_STATES)] = np.arange(len(PROCESS_STATES))


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Numbers of several things at one moment."""

    keys: U64
    """Identities, shape (things, numbers that name one)."""
    values: Floats
    """Shape (things, numbers read of one); NaN for unknown."""

    def sharing(self, former: Readings | None) -> Readings:
        """Take the keys of a former reading where they are the same: kept once, and found by a glance."""
        if former is None or not np.array_equal(former.keys, self.keys):
            return self
        return Readings(former.keys, self.values)

    def place_of(self, key: tuple[int, ...]) -> int | None:
        """Find the place of one thing; None where it was not read."""
        hits = np.flatnonzero((self.keys == np.array(key, np.uint64)).all(axis=1))
        return int(hits[0]) if len(hits) else None


def read_host(interval: Interval) -> F64:
    """Give bytes per second received and sent, the number of UDP sockets, and of TCP sockets in each of STATES."""
    table, sample = interval.table, interval.sample
    living = is_living(interval)
    of_all = np.zeros(len(table), np.intp)
    receive = sum_known(of_all, interval.receive_rate.astype(np.float64), 1)
    send = sum_known(of_all, interval.send_rate.astype(np.float64), 1)
    udp = np.count_nonzero(living & (table.protocol == PROTOCOL_UDP)) if sample.has_udp else np.nan
    counts = np.bincount(table.state[living & (table.protocol == PROTOCOL_TCP)], minlength=256).astype(np.float64)
    counts[TcpState.SYN_RECEIVED] += counts[TcpState.NEW_SYN_RECEIVED]
    counts[TcpState.TIME_WAIT] = np.nan if sample.time_wait is None else sample.time_wait
    if not sample.has_time_wait:
        counts[[TcpState.CLOSED, TcpState.BOUND_INACTIVE]] = np.nan
    return np.concatenate([receive, send, [udp], counts[list(STATES)]])


def listener_key(table: SocketTable, row: int) -> tuple[int, ...]:
    """Give the values of LISTENER_KEY of a waiting socket."""
    return tuple(int(getattr(table, name)[row]) for name in LISTENER_KEY)


def read_listeners(interval: Interval) -> Readings:
    """Read each service endpoint.

    Its connections (unknown for UDP), the bytes or connections that wait there, and what its sockets have dropped.
    """
    table = interval.table
    waits = (table.is_listener | table.is_udp_unconnected) & is_living(interval)
    rows = np.flatnonzero(waits)
    first, group = group_rows(service_columns(table, rows))
    keys = np.stack([getattr(table, name)[rows[first]].astype(np.uint64) for name in LISTENER_KEY], axis=1)
    group_of = np.full(len(table), -1, np.intp)
    group_of[rows] = group
    is_served = (interval.listener >= 0) & (interval.direction != DIRECTION_DIALLED) & is_living(interval)
    at = group_of[interval.listener[is_served]]
    connections = np.bincount(at[at >= 0], minlength=len(first)).astype(np.float64)
    connections[table.protocol[rows[first]] != PROTOCOL_TCP] = np.nan
    queue = np.zeros(len(first))
    np.maximum.at(queue, group, table.recv_q[rows].astype(np.float64))
    told = np.where(table.drops[rows] == DROPS_UNKNOWN, np.nan, table.drops[rows])
    drops = np.bincount(group, told, minlength=len(first))
    readings = Readings(keys, np.stack([connections, queue, drops], axis=1))
    return _largest(readings, np.nan_to_num(connections), MAX_LISTENERS)


def read_processes(interval: Interval) -> Readings:
    """Read each process: bytes per second received and sent, its sockets, and how many are in each of PROCESS_STATES.

    What several processes hold counts for each of them.
    """
    table, processes = interval.table, interval.owners.processes
    pids = np.array(sorted(processes), np.uint64)
    starts = np.array([processes[pid].start_time for pid in pids.tolist()], np.uint64)
    keys = np.stack([pids, starts], axis=1)
    rows, held_by = Holders.of(interval).pairs()
    is_counted = is_living(interval)[rows] & np.isin(held_by, pids)
    rows, held_by = rows[is_counted], held_by[is_counted]
    group = np.searchsorted(pids, held_by)
    sockets = np.bincount(group, minlength=len(pids)).astype(np.float64)
    rates = [
        sum_known(group, rate[rows].astype(np.float64), len(pids))
        for rate in (interval.receive_rate, interval.send_rate)
    ]
    values = np.column_stack([*rates, sockets, _by_state(table, rows, group, len(pids))])
    # There may be a thousand of them at each moment, of which nobody wants more than three digits.
    return _largest(Readings(keys, values.astype(np.float32)), sockets, MAX_PROCESSES)


def _by_state(table: SocketTable, rows: Rows, group: Rows, groups: int) -> Rows:
    """Count the rows of each group by state, shape (groups, PROCESS_STATES)."""
    state = np.where(table.protocol[rows] == PROTOCOL_TCP, _PROCESS_STATE_OF[table.state[rows]], -1)
    codes = (group * len(PROCESS_STATES) + state)[state >= 0]
    counts = np.bincount(codes, minlength=groups * len(PROCESS_STATES))
    return counts.reshape(groups, len(PROCESS_STATES))


def read_rows(interval: Interval, cookies: U64) -> Readings:
    """Read some sockets: bytes per second received and sent, rtt in µs, segments sent again so far, both queues.

    Only the newest dump is read: of a carried row nothing new is known.
    """
    table = interval.sample.table
    rows = np.flatnonzero(np.isin(table.cookie, cookies))
    is_pair = table.is_pair[rows]
    rtt = table.rtt_us[rows].astype(np.float64)
    rtt[~(table.knows("rtt_us")[rows] & is_pair & (rtt > 0))] = np.nan
    resent = table.total_retrans[rows].astype(np.float64)
    resent[~(table.knows("total_retrans")[rows] & is_pair)] = np.nan
    recv_q, send_q = (np.where(is_pair, queue[rows], np.nan) for queue in (table.recv_q, table.send_q))
    values = (interval.receive_rate[rows], interval.send_rate[rows], rtt, resent, recv_q, send_q)
    return Readings(table.cookie[rows][:, np.newaxis], np.stack(values, axis=1).astype(np.float64))


def is_living(interval: Interval) -> Bools:
    """Tell which rows are not known to be closed; one absence is not a close."""
    living: Bools = np.isnan(interval.closed_at)
    return living


def _largest(readings: Readings, size: F64, most: int) -> Readings:
    """Keep only the largest where there are too many, in their order."""
    if len(size) <= most:
        return readings
    kept = np.sort(np.argsort(-size, kind="stable")[:most])
    return Readings(readings.keys[kept], readings.values[kept])
