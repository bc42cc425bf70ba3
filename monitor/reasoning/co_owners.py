"""What a process holds, and who else holds the service endpoints that it listens on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.model.process import ProcessIdentity
from monitor.model.sample import Interval
from monitor.model.socket_table import Bools, Rows
from monitor.reasoning.holders import pids_of

_ENDPOINT = ("network", "protocol", "family", "local_high", "local_low", "local_port", "device")


@dataclass(frozen=True, slots=True)
class Holdings:
    """The sockets of one process, by what they are; as rows of the interval's table."""

    listening: Rows
    """TCP listeners and unconnected UDP sockets."""
    connected: Rows
    """Sides of connections, unaccepted ones included, and connected UDP sockets."""


def holdings_of(interval: Interval, process: ProcessIdentity) -> Holdings:
    """Find the living sockets of a process; none where its pid has another process since."""
    table = interval.table
    known = interval.owners.processes.get(process.pid)
    is_held = np.zeros(len(table), np.bool_)
    if known is not None and known.start_time == process.start_time:
        owned = np.concatenate(([0], np.cumsum(interval.owners.pid == process.pid)))
        is_held = (owned[interval.owner_end] > owned[interval.owner_first]) & np.isnan(interval.closed_at)
    is_waiting = table.is_listener | table.is_udp_unconnected
    return Holdings(np.flatnonzero(is_held & is_waiting), np.flatnonzero(is_held & table.is_pair))


def co_owners_of(interval: Interval, process: ProcessIdentity, listening: int) -> list[int]:
    """List the other processes that hold the socket of a row, or another one of its REUSEPORT group, ascending."""
    table = interval.table
    is_alike: Bools = table.is_listener | table.is_udp_unconnected
    for name in _ENDPOINT:
        column = getattr(table, name)
        is_alike &= column == column[listening]
    return [pid for pid in pids_of(interval, np.flatnonzero(is_alike)) if pid != process.pid]
