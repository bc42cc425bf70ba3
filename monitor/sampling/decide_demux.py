"""One road to who gets a segment, for screens and commands: the rules over a table beside the kernel's own word."""

from __future__ import annotations

import numpy as np

from monitor.model.bind_facts import SocketHolder
from monitor.model.demux import Agreement, DemuxDecision
from monitor.model.receiver import ReceiverQuestion
from monitor.model.sample import Interval, Sample
from monitor.model.segment import Segment
from monitor.model.tcp import PROTOCOL_UDP
from monitor.reasoning.demux import demultiplex
from monitor.reasoning.demux_places import segments_of
from monitor.sampling.intervals import advance
from monitor.sampling.source import Source

_TRIES = 3
"""How often sockets are listed anew where the list and the kernel's look-up belong to different moments."""


def decide(source: Source, interval: Interval, segment: Segment) -> DemuxDecision:
    """Decide who gets a segment; rows of the decision are those of the interval's table.

    Args:
        source: where the kernel is asked.
        interval: its sample has TIME-WAIT and bound-only rows.
        segment: what arrives.
    """
    # The rows after the sample's own are only carried: the kernel does not find them any more.
    sample = interval.sample
    return demultiplex(sample.table, source.receiver_of(segment, _holders(sample, segment)))


def _holders(sample: Sample, segment: Segment) -> list[SocketHolder]:
    """Name the sockets that a datagram to a multicast group may go to."""
    table = sample.table
    if not _is_to_group(segment):
        return []
    from monitor.sampling.decide_bind import holder_of  # noqa: PLC0415 - most answers need no rules of bind()

    on_port = (table.protocol == PROTOCOL_UDP) & (table.local_port == segment.destination.port)
    return [holder_of(sample, row) for row in np.flatnonzero(on_port).tolist()]


def _is_to_group(segment: Segment) -> bool:
    return segment.protocol == PROTOCOL_UDP and segment.destination.address.is_multicast


def decide_at_once(source: Source, segment: Segment) -> tuple[Interval, DemuxDecision]:
    """List the sockets and decide; anew where both have come to differ meanwhile."""
    for _ in range(_TRIES):
        # The look-up first: who may end at any moment, as a half-open connection does, is still there.
        facts = None if _is_to_group(segment) else source.receiver_of(segment)
        interval = read_all(source)
        decision = decide(source, interval, segment) if facts is None else demultiplex(interval.sample.table, facts)
        if decision.agreement is not Agreement.CHANGED:
            break
    return interval, decision


def decide_places(source: Source, interval: Interval, question: ReceiverQuestion) -> list[DemuxDecision]:
    """Decide for each local address that is asked about who gets a new client.

    Args:
        source: where the kernel is asked.
        interval: its sample has TIME-WAIT and bound-only rows.
        question: without a source; a device says by which interface clients come, else it is that of each address.
    """
    segments = segments_of(question, interval.sample.table, interval.sample.network)
    return [decide(source, interval, segment) for segment in segments]


def read_all(source: Source) -> Interval:
    """Read one sample with TIME-WAIT and bound-only sockets."""
    return advance(None, source.sample(time_wait=True))
