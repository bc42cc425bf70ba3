"""Open connections to a remote endpoint that use another local address or interface than a new one would get."""

from __future__ import annotations

import numpy as np

from monitor.model.route import RouteDecision
from monitor.model.sample import DIRECTION_ACCEPTED, Interval
from monitor.model.socket_table import Rows
from monitor.reasoning.address_ranges import is_same
from monitor.reasoning.sharing import is_open


def differing_rows(interval: Interval, decision: RouteDecision) -> Rows:
    """List the rows; none where there is no way, or where it stays on this host."""
    table, flow = interval.table, decision.flow
    if decision.source is None or decision.type == "local":
        return np.zeros(0, np.intp)
    # Who accepted did not choose its address.
    is_asked_for = table.is_pair & is_open(interval) & (interval.direction != DIRECTION_ACCEPTED)
    is_asked_for &= is_same(flow.remote, table.remote_high, table.remote_low)
    if flow.remote_port is not None:
        is_asked_for &= table.remote_port == flow.remote_port
    if flow.protocol is not None:
        is_asked_for &= table.protocol == flow.protocol
    has_other_address = ~is_same(decision.source, table.local_high, table.local_low)
    # An address on no interface, or on several, says nothing about the interface.
    has_other_interface = (interval.interface > 0) & (interval.interface != (decision.device_index or 0))
    rows: Rows = np.flatnonzero(is_asked_for & (has_other_address | has_other_interface))
    return rows
