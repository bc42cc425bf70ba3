"""Who takes new clients at the places where a socket can be reached, by the rules alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.model.endpoint import Endpoint
from monitor.model.receiver import ReceiverFacts
from monitor.model.sample import Interval
from monitor.model.segment import Arrival, Origin, Reach, Segment
from monitor.reasoning.demux import demultiplex


@dataclass(frozen=True, slots=True)
class Place:
    """An address of this host, with a port."""

    endpoint: Endpoint
    link: int
    """Index of the interface by which clients come."""


def takers_at(interval: Interval, row: int, places: Sequence[Place]) -> list[tuple[int, ...]]:
    """Name for each place the rows that take a client without a connection there; several share it, none refuse it.

    Args:
        interval: The sockets.
        row: Of the socket whose port and protocol are asked about.
        places: Where clients come to.
    """
    table = interval.table
    waits = (table.is_listener | table.is_udp_unconnected) & np.isnan(interval.closed_at)
    waits &= (table.protocol == table.protocol[row]) & (table.local_port == table.local_port[row])
    rows = np.flatnonzero(waits)
    waiting, protocol = table.take(waits), int(table.protocol[row])
    found = []
    for place in places:
        segment = Segment(protocol, place.endpoint.on_the_wire, None)
        arrival = Arrival(Reach.LOCAL, place.link, Origin.OWNER, place.link)
        found.append(tuple(rows[list(demultiplex(waiting, ReceiverFacts(segment, arrival, None)).members)].tolist()))
    return found
