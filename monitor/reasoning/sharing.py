"""Which connections share an endpoint's side with one: the same local endpoint, or the same remote address."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.model.endpoint import address_from_words
from monitor.model.sample import Interval
from monitor.model.socket_table import Bools
from monitor.model.tcp import PROTOCOL_TCP, TcpState


@dataclass(frozen=True, slots=True)
class LocalEndpoint:
    """A local address and port of one protocol; packets of both families to it meet here."""

    protocol: int
    high: int
    low: int
    port: int
    interface: int
    """Index, where the address is link-local and names a host on that link only; else 0."""

    @classmethod
    def of(cls, interval: Interval, row: int) -> LocalEndpoint:
        """Name the local endpoint of a row."""
        table = interval.table
        return cls(
            int(table.protocol[row]),
            int(table.local_high[row]),
            int(table.local_low[row]),
            int(table.local_port[row]),
            int(interval.interface[row]) if table.local(row).address.is_link_local else 0,
        )

    def connections(self, interval: Interval) -> Bools:
        """Choose the pairs that have it, in any state."""
        table = interval.table
        chosen: Bools = table.is_pair & (table.protocol == self.protocol) & (table.local_port == self.port)
        chosen &= (table.local_high == self.high) & (table.local_low == self.low)
        return chosen & _is_on(interval, self.interface)


@dataclass(frozen=True, slots=True)
class RemoteAddress:
    """A remote address of one protocol, whatever the port."""

    protocol: int
    high: int
    low: int
    interface: int
    """As of LocalEndpoint."""

    @classmethod
    def of(cls, interval: Interval, row: int) -> RemoteAddress:
        """Name the remote address of a row."""
        table = interval.table
        high, low = int(table.remote_high[row]), int(table.remote_low[row])
        is_link_local = address_from_words(high, low, int(table.family[row])).is_link_local
        return cls(int(table.protocol[row]), high, low, int(interval.interface[row]) if is_link_local else 0)

    def connections(self, interval: Interval) -> Bools:
        """Choose the pairs that lead to it, in any state."""
        table = interval.table
        chosen: Bools = table.is_pair & (table.protocol == self.protocol)
        chosen &= (table.remote_high == self.high) & (table.remote_low == self.low)
        return chosen & _is_on(interval, self.interface)


def is_open(interval: Interval) -> Bools:
    """Tell which rows still stand: neither closed a moment ago, nor in TIME-WAIT, which is the kernel's bucket."""
    table = interval.table
    is_bucket = (table.protocol == PROTOCOL_TCP) & (table.state == TcpState.TIME_WAIT)
    found: Bools = ~is_bucket & np.isnan(interval.closed_at)
    return found


def _is_on(interval: Interval, interface: int) -> Bools:
    if not interface:
        return np.ones(len(interval.table), np.bool_)
    found: Bools = interval.interface == interface
    return found
