"""Segments and what the kernel may have said of them, for tests of demultiplexing."""

from __future__ import annotations

from monitor.model.endpoint import Endpoint
from monitor.model.receiver import FoundSocket, LookUp, ReceiverFacts
from monitor.model.segment import Arrival, Origin, Reach, Segment
from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP
from monitor.reasoning.demux import demultiplex
from tests.scenes import ANY, ANY6, row, table_of

E0, E1 = 2, 3
CLIENT, CLIENT6 = "198.51.100.7:51834", "[2001:db8:1::7]:51834"
HERE, HERE6 = "192.0.2.10:443", "[2001:db8::10]:443"


def listens(local, **more):
    return row("tcp", local, ANY6 if local.startswith("[") else ANY, "LISTEN", **more)


def waits(local, **more):
    return row("udp", local, ANY6 if local.startswith("[") else ANY, "UNCONN", **more)


def asked(source=CLIENT, destination=HERE, *, protocol="tcp", device=E0, reach=Reach.LOCAL, **facts):
    """A segment that has come in by an interface, without the kernel's word unless it is given."""
    segment = Segment(
        PROTOCOL_TCP if protocol == "tcp" else PROTOCOL_UDP,
        Endpoint.parse(destination),
        None if source is None else Endpoint.parse(source),
    )
    return ReceiverFacts(segment, Arrival(reach, device, Origin.NAMED, device), facts.pop("look_up", None), **facts)


def named(described, *others):
    """The kernel's look-up names one socket, and others for other clients."""
    cookies = tuple(other.columns["cookie"] for other in (described, *others))
    return LookUp(found(described), cookies)


def found(described):
    columns = described.columns
    table = table_of([described])
    return FoundSocket(
        columns["cookie"],
        columns["inode"],
        columns.get("uid", 0),
        columns["state"],
        columns.get("device", 0),
        table.local(0),
        table.remote(0),
    )


def decide(rows, facts):
    return demultiplex(table_of(rows), facts)


def fates(decision, stage=None):
    """Which fate each candidate has, by row."""
    return {
        candidate.row: candidate.fate
        for step in decision.stages
        if stage is None or step.kind is stage
        for candidate in step.candidates
    }
