"""Port 0: which ports bind() tries, and of which nobody is in the way."""

from __future__ import annotations

import numpy as np

from monitor.model.bind import BindAttempt, PortRange
from monitor.model.bind_facts import BindFacts
from monitor.model.socket_table import Bools, SocketTable
from monitor.model.tcp import PROTOCOL_TCP
from monitor.reasoning.bind_conflicts import Standing

_PORTS = 1 << 16


def usable_ports(attempt: BindAttempt, facts: BindFacts) -> Bools:
    """Tell for every port number whether the kernel would choose it."""
    usable = np.zeros(_PORTS, np.bool_)
    first, last = facts.range_first, facts.range_last
    if attempt.protocol == PROTOCOL_TCP and first < last and (last - first) % 2 == 0:
        # TCP walks even and odd ports by turns and leaves over the last of an odd number (inet_csk_find_open_port).
        last -= 1
    usable[first : last + 1] = True
    for begin, end in facts.reserved:
        usable[begin : end + 1] = False
    return usable


def taken_ports(table: SocketTable, found: list[Standing], *, certainly: bool) -> Bools:
    """Tell for every port number whether somebody is in the way there, or is so for certain."""
    taken = np.zeros(_PORTS, np.bool_)
    rows = [standing.row for standing in found if standing.is_in_the_way and (standing.is_certain or not certainly)]
    taken[table.local_port[rows]] = True
    return taken


def port_range(facts: BindFacts, usable: Bools, taken: Bools) -> PortRange:
    """Count what there is to choose from."""
    return PortRange(facts.range_first, facts.range_last, int(usable.sum()), int((usable & ~taken).sum()))
