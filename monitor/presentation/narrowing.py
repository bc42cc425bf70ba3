"""Narrows connections to those of one listener, and goes on doing so while rows come and go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from monitor.model.sample import DIRECTION_DIALLED, Interval
from monitor.model.socket_table import Bools
from monitor.presentation.listener_cells import endpoint_text
from monitor.presentation.listeners_view import KEY_COLUMNS, ListenerKey, ListenersView
from monitor.presentation.row_text import RowTexts
from monitor.presentation.service_endpoints import BOTH_STACKS, IPV4_ONLY, ServiceEndpoints
from monitor.reasoning.columns import is_ipv4


@dataclass(frozen=True, slots=True)
class ListenerConnections:
    """The connections that demultiplexing gives to one listener.

    Where the listener has gone, its connections live on: those whose listener is not known any more, of its port and
    of the packets that it took, and of its address unless that was the wildcard, stay chosen.
    """

    endpoint: str
    """With the device that it is bound to."""
    key: ListenerKey
    serves: str
    """Which packets it takes: IPV4_ONLY, IPV6_ONLY or BOTH_STACKS."""
    is_wildcard: bool

    @classmethod
    def of(cls, endpoints: ServiceEndpoints, entry: int) -> ListenerConnections:
        """Name the connections of a service endpoint."""
        table, row = endpoints.interval.table, int(endpoints.first[entry])
        return cls(
            endpoint_text(endpoints, RowTexts(endpoints.interval), entry),
            tuple(int(getattr(table, name)[row]) for name in KEY_COLUMNS),
            endpoints.serves(np.array([entry]))[0],
            table.local(row).is_wildcard,
        )

    @property
    def title(self) -> str:
        """As a pane's title says it: "on [::]:443"."""
        return f"on {self.endpoint}"

    def sockets(self, interval: Interval) -> Bools:
        """Choose the sockets that wait at the endpoint among the rows of any interval."""
        table = interval.table
        is_listener: Bools = table.is_listener | table.is_udp_unconnected
        for name, value in zip(KEY_COLUMNS, self.key, strict=True):
            is_listener &= getattr(table, name) == value
        return is_listener

    def connections(self, interval: Interval) -> Bools:
        """Choose them among the rows of any interval."""
        table, named = interval.table, dict(zip(KEY_COLUMNS, self.key, strict=True))
        is_listener = self.sockets(interval)
        is_served = (interval.listener >= 0) & is_listener[interval.listener]
        is_orphaned = (interval.listener < 0) & (table.local_port == named["local_port"])
        if not self.is_wildcard:
            is_orphaned &= (table.local_high == named["local_high"]) & (table.local_low == named["local_low"])
        is_orphaned &= (table.protocol == named["protocol"]) & ~is_listener.any()
        if self.serves != BOTH_STACKS:
            is_orphaned &= is_ipv4(table.local_high, table.local_low) == (self.serves == IPV4_ONLY)
        chosen: Bools = (is_served | is_orphaned) & (interval.direction != DIRECTION_DIALLED)
        return chosen


def listener_narrowing(view: ListenersView, position: int) -> tuple[str, Callable[[Interval], Bools]]:
    """Give a title such as "on [::]:443", and the choice of the connections of the listener at a position."""
    those = ListenerConnections.of(view.endpoints, view.entry_at(position))
    return those.title, those.connections
